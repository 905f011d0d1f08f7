using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Memory;
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

    /// <summary>The rows in the order of arrival.</summary>
    public static async Task<List<Value[]>> RunAsync(
        PhysicalNode plan, int threads = 2, QueryEnvironment? environment = null)
    {
        List<Value[]> rows = [];
        await using RunningQuery query = RunningQuery.Start(plan, environment ?? Environment(threads));
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
