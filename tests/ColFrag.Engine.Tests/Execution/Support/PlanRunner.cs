using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution.Support;

/// <summary>Runs plans on 1, 2 or 8 threads and collects their rows.</summary>
internal static class PlanRunner
{
    private static readonly Dictionary<int, ThreadScheduler> s_schedulers =
        new int[] { 1, 2, 8 }.ToDictionary(n => n, n => new ThreadScheduler(n));

    public static QueryEnvironment Environment(int threads = 2, MemoryBroker? memory = null) =>
        new() { Scheduler = s_schedulers[threads], Memory = memory ?? MemoryBroker.Unlimited };

    /// <summary>
    /// The rows in the order of arrival. Where no environment is given the plan runs twice, once with every operator
    /// spilling after a few rows: both must give the same rows, and nothing may be left in memory or on disk.
    /// </summary>
    public static async Task<List<Value[]>> RunAsync(
        PhysicalNode plan, int threads = 2, QueryEnvironment? environment = null)
    {
        if (environment is not null) return await RunOnceAsync(plan, environment);
        List<Value[]> rows = await RunOnceAsync(plan, Environment(threads));
        List<Value[]> spilled = await RunSpillingAsync(plan, threads, 1 + (rows.Count / 40) + (rows.Count * 31L % 500));
        AssertSameRows(rows, spilled);
        return threads == 2 ? spilled : rows;
    }

    /// <summary>The rows where operators keep so few rows in memory.</summary>
    public static async Task<List<Value[]>> RunSpillingAsync(PhysicalNode plan, int threads, long spillRows)
    {
        MemoryBroker memory = new(4L << 30);
        MemoryFileSystem files = new(tracksCrashes: false);
        SpillSpace spill = SpillSpace.In(files, "spill");
        List<Value[]> rows = await RunOnceAsync(
            plan, Environment(threads, memory) with { Spill = spill, SpillRows = spillRows });
        AssertNothingIsLeft(memory, spill, files);
        return rows;
    }

    /// <summary>Fails unless all memory was given back and all files are deleted.</summary>
    public static void AssertNothingIsLeft(MemoryBroker memory, SpillSpace spill, MemoryFileSystem files)
    {
        Assert.Equal(0, memory.AbandonedBytes);
        Assert.Equal(0, memory.UsedBytes);
        Assert.Equal(0, memory.AccountCount);
        Assert.Equal(0, spill.FileCount);
        Assert.Equal(0, spill.UsedBytes);
        Assert.Empty(files.List("spill"));
    }

    private static async Task<List<Value[]>> RunOnceAsync(PhysicalNode plan, QueryEnvironment environment)
    {
        List<Value[]> rows = [];
        await using RunningQuery query = RunningQuery.Start(plan, environment);
        while (await query.ReadAsync() is { } batch)
        {
            Assert.False(batch.IsMasked);
            for (int i = 0; i < batch.Count; i++) rows.Add([.. batch.Columns.Select(c => c.GetValue(i))]);
        }
        return rows;
    }

    /// <summary>Fails unless both are the same multiset.</summary>
    public static void AssertSameRows(IEnumerable<Value[]> expected, IEnumerable<Value[]> actual) =>
        Assert.Equal(expected.Select(Text).Order(StringComparer.Ordinal),
            actual.Select(Text).Order(StringComparer.Ordinal));

    /// <summary>Fails unless both are the same sequence.</summary>
    public static void AssertSameSequence(IEnumerable<Value[]> expected, IEnumerable<Value[]> actual) =>
        Assert.Equal(expected.Select(Text), actual.Select(Text));

    /// <summary>A row as text that tells different values apart; -0 is 0.</summary>
    public static string Text(Value[] row) => string.Join(" | ", row.Select(Text));

    private static string Text(Value value)
    {
        if (value.IsNull) return "∅";
        // Values that are equal in SQL can look different.
        if (value.Type.IsFloat && value.AsDouble == 0) return "0";
        return value.Type.Kind == TypeKind.Interval ? $"{value.AsInterval.Span} us" : $"{value}";
    }
}
