using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Spill;

/// <summary>
/// Every operator that can spill, with less memory than its rows take: the same rows come out, what fails is told, and
/// nothing is left in memory or on disk.
/// </summary>
public sealed class SpillingOperatorTests
{
    private const long SmallLimit = 6 << 20;

    private static readonly Schema s_columns = new(
        new Field("k", LogicalType.Integer), new Field("v", LogicalType.BigInt), new Field("t", LogicalType.Varchar));

    private static readonly (string Name, PhysicalNode Plan)[] s_plans =
    [
        ("sort", new SortNode(
            Rows(1, 60_000, 1_000_000), [new SortColumn(2, false, false), new SortColumn(0, true, false)])),
        ("groups", Groups(Rows(2, 80_000, 1_000_000), [0, 2])),
        ("distinct", Distinct(Rows(3, 80_000, 1_000_000))),
        ("inner", Join(JoinKind.Inner, Rows(4, 30_000, 20_000), Rows(5, 60_000, 20_000))),
        ("left", Join(JoinKind.Left, Rows(4, 30_000, 90_000), Rows(5, 60_000, 90_000))),
        ("full", Join(JoinKind.Full, Rows(4, 30_000, 90_000), Rows(5, 60_000, 90_000))),
        ("semi", Join(JoinKind.Semi, Rows(4, 30_000, 90_000), Rows(5, 60_000, 90_000))),
        ("anti", Join(JoinKind.Anti, Rows(4, 30_000, 90_000), Rows(5, 60_000, 90_000))),
    ];

    public static TheoryData<string, int> PlansAndThreads()
    {
        TheoryData<string, int> data = [];
        foreach ((string name, _) in s_plans)
        {
            data.Add(name, 1);
            data.Add(name, 2);
        }
        return data;
    }

    public static TheoryData<string> Plans() => [.. s_plans.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(PlansAndThreads))]
    public async Task Rows_are_the_same_where_memory_has_no_room_for_them(string name, int threads)
    {
        PhysicalNode plan = PlanOf(name);
        List<Value[]> expected = await PlanRunner.RunAsync(plan, threads, PlanRunner.Environment(threads));
        MemoryBroker memory = new(SmallLimit);
        MemoryFileSystem files = new(tracksCrashes: false);
        SpillSpace spill = SpillSpace.In(files, "spill");
        QueryEnvironment environment = PlanRunner.Environment(threads, memory) with { Spill = spill };
        List<Value[]> rows = await PlanRunner.RunAsync(plan, threads, environment);
        if (name == "sort") PlanRunner.AssertSameSequence(expected, rows);
        else PlanRunner.AssertSameRows(expected, rows);
        Assert.NotEqual(0, spill.WrittenBytes);
        Assert.InRange(memory.PeakBytes, 1, SmallLimit + (SmallLimit / 4));
        PlanRunner.AssertNothingIsLeft(memory, spill, files);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task Without_a_place_to_spill_the_error_says_what_is_short(string name)
    {
        MemoryBroker memory = new(SmallLimit);
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => PlanRunner.RunAsync(PlanOf(name), 2, PlanRunner.Environment(2, memory)));
        Assert.Equal(SqlStates.OutOfMemory, error.SqlState);
        Assert.Equal(0, memory.UsedBytes);
        Assert.Equal(0, memory.AccountCount);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task A_disk_that_fails_or_is_full_ends_the_query_and_leaves_nothing(string name)
    {
        // Creations, appends at the begin and at the end, reads.
        long[] calls = [1, 2, 3, 4, 20, 21, 90, 91, 300, 301];
        foreach (long call in calls)
        {
            MemoryFileSystem files = new(tracksCrashes: false);
            files.FailCall(call, call % 2 == 0 ? FileFault.DiskFull : FileFault.Failure);
            ColFragException? error = await FailAsync(name, files);
            if (error is null) continue;
            string expected = call % 2 == 0 ? SqlStates.DiskFull : SqlStates.IoError;
            Assert.True(expected == error.SqlState, $"call {call}: {error}");
            Assert.Contains("memory_limit", error.Hint);
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task A_disk_that_is_too_small_is_told(string name)
    {
        MemoryFileSystem files = new(tracksCrashes: false) { Capacity = 100_000 };
        ColFragException? error = await FailAsync(name, files, spillLimit: long.MaxValue);
        Assert.Equal(SqlStates.DiskFull, error!.SqlState);
        Assert.Contains("memory_limit", error.Hint);
        files = new MemoryFileSystem(tracksCrashes: false);
        error = await FailAsync(name, files, spillLimit: 100_000);
        Assert.Equal(SqlStates.ConfigurationLimitExceeded, error!.SqlState);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task A_query_that_is_cancelled_while_it_spills_leaves_nothing(string name)
    {
        MemoryBroker memory = new(SmallLimit);
        MemoryFileSystem files = new(tracksCrashes: false);
        SpillSpace spill = SpillSpace.In(files, "spill");
        using CancellationTokenSource cancel = new();
        int appends = 0;
        files.Fault = call =>
        {
            if (call.Action == FileAction.Append && Interlocked.Increment(ref appends) == 20) cancel.Cancel();
            return FileFault.None;
        };
        QueryEnvironment environment = PlanRunner.Environment(2, memory) with { Spill = spill };
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () =>
        {
            await using RunningQuery query = RunningQuery.Start(PlanOf(name), environment, cancel.Token);
            while (await query.ReadAsync() is not null)
            {
            }
        });
        Assert.Equal(SqlStates.QueryCanceled, error.SqlState);
        PlanRunner.AssertNothingIsLeft(memory, spill, files);
    }

    [Theory]
    [InlineData("Inner")]
    [InlineData("Full")]
    public async Task Rows_that_were_kept_before_a_join_spills_fill_frames_while_they_are_taken(string kind)
    {
        PhysicalNode join = Join(Enum.Parse<JoinKind>(kind), Rows(6, 1_000, 150_000), Rows(7, 150_000, 150_000));
        List<Value[]> expected = await PlanRunner.RunAsync(join, 2, PlanRunner.Environment());
        PlanRunner.AssertSameRows(expected, await PlanRunner.RunSpillingAsync(join, 1, 140_000));
    }

    [Fact]
    public async Task A_key_that_most_rows_have_is_joined_in_pieces()
    {
        foreach (JoinKind kind in new[] { JoinKind.Inner, JoinKind.Left, JoinKind.Full, JoinKind.Semi, JoinKind.Anti })
        {
            RowsNode left = new(
                s_columns, [.. Enumerable.Range(0, 40).Select(i => Row(i % 4 == 0 ? 7 : 100 + i, i))], 1);
            RowsNode right = new(
                s_columns, [.. Enumerable.Range(0, 5_000).Select(i => Row(i % 50 == 0 ? 200 + (i / 5) : 7, i))], 2);
            PhysicalNode join = Join(kind, left, right);
            List<Value[]> expected = await PlanRunner.RunAsync(join, 2, PlanRunner.Environment());
            PlanRunner.AssertSameRows(expected, await PlanRunner.RunSpillingAsync(join, 2, 300));
        }
    }

    /// <summary>The error of a plan with little memory; null where the fault did not matter.</summary>
    private static async Task<ColFragException?> FailAsync(string name, MemoryFileSystem files, long spillLimit = 0)
    {
        MemoryBroker memory = new(SmallLimit);
        SpillSpace spill = SpillSpace.In(files, "spill");
        spill.LimitBytes = spillLimit;
        ColFragException? error = null;
        try
        {
            await PlanRunner.RunAsync(PlanOf(name), 2, PlanRunner.Environment(2, memory) with { Spill = spill });
        }
        catch (ColFragException caught)
        {
            error = caught;
        }
        Assert.Equal(0, memory.UsedBytes);
        Assert.Equal(0, memory.AccountCount);
        Assert.Equal(0, spill.FileCount);
        Assert.Equal(0, spill.UsedBytes);
        return error;
    }

    private static PhysicalNode PlanOf(string name) => s_plans.Single(p => p.Name == name).Plan;

    private static RowsNode Rows(int seed, int count, int distinct)
    {
        Random random = new(seed);
        return new RowsNode(
            s_columns, [.. Enumerable.Range(0, count).Select(_ => Row(random.Next(distinct), random.Next(distinct)))],
            seed);
    }

    private static Value[] Row(int key, int value) =>
    [
        key % 17 == 0 ? Value.Null(LogicalType.Integer) : Value.Integer(LogicalType.Integer, key), Value.BigInt(value),
        Value.Text($"a text that belongs to the number {value}, longer than most"),
    ];

    private static AggregateNode Groups(PhysicalNode input, PlanList<int> keys) => AggregateNode.First(
        input, keys, []);

    private static AggregateNode Distinct(PhysicalNode input) =>
        new(input, [0, 1, 2], default, default, 0, false, input.Output);

    private static HashJoinNode Join(JoinKind kind, PhysicalNode left, PhysicalNode right) => new(
        left, right, kind, [new JoinKeyColumns(0, 0)], null, false,
        kind is JoinKind.Semi or JoinKind.Anti
            ? left.Output : new Schema([.. left.Output.Fields, .. right.Output.Fields]));
}
