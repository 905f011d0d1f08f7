using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Cluster.Tests.Planning;

/// <summary>
/// Rows leave a stage for the partitions that they belong to, each once, as fast as readers take them.
/// </summary>
public sealed class PartitionSinkTests
{
    private static readonly Schema s_columns = new(
        new Field("k", LogicalType.Integer), new Field("t", LogicalType.Varchar), new Field("d", LogicalType.Double));

    [Fact]
    public async Task Rows_that_agree_in_the_keys_go_to_one_partition_whatever_process_sends_them()
    {
        List<string>[] partitions = await RunAsync(new ExchangeOutput(ExchangeKind.Hash, [0]), targets: 4, Rows(500));
        Assert.Equal(500, partitions.Sum(p => p.Count));
        Assert.Empty(partitions[0].Select(Key).Intersect(partitions.Skip(1).SelectMany(p => p).Select(Key)));
        Assert.All(partitions, p => Assert.InRange(p.Count, 60, 200));
    }

    [Fact]
    public async Task The_hash_of_an_exchange_is_law_for_all_processes_of_a_cluster()
    {
        // Another process has sent the other half of a join by these numbers: they never change within a version.
        List<string>[] byNumber = await RunAsync(new ExchangeOutput(ExchangeKind.Hash, [0]), targets: 8, Rows(12));
        List<string>[] byText = await RunAsync(new ExchangeOutput(ExchangeKind.Hash, [1]), targets: 8, Rows(12));
        List<string>[] byAll = await RunAsync(new ExchangeOutput(ExchangeKind.Hash, [2, 0]), targets: 8, Rows(12));
        Assert.Equal("1 0,5 4 10,11,6,NULL - 2,3 - 7,8", PlacesOf(byNumber));
        Assert.Equal("4 - 2 3 0,10,11,NULL 1 5 6,7,8", PlacesOf(byText));
        Assert.Equal("7 2,3,5 8 1,4 NULL 6 0,11 10", PlacesOf(byAll));
    }

    [Fact]
    public async Task Without_keys_rows_are_dealt_out_and_a_broadcast_reaches_everyone()
    {
        List<string>[] dealt = await RunAsync(new ExchangeOutput(ExchangeKind.Hash, default), targets: 3, Rows(10_000));
        Assert.Equal(10_000, dealt.Sum(p => p.Count));
        Assert.All(dealt, p => Assert.InRange(p.Count, 1000, 5000));
        List<string>[] all = await RunAsync(ExchangeOutput.Broadcast, targets: 3, Rows(3000));
        Assert.All(all, p => Assert.Equal(3000, p.Count));
    }

    [Fact]
    public async Task A_sender_waits_for_every_reader_that_has_no_room_and_loses_nothing()
    {
        Target slow = new() { BlocksEvery = 2 };
        Target fast = new();
        await RunAsync(ExchangeOutput.Broadcast, [slow, fast], Rows(20_000));
        Assert.Equal(20_000, slow.Rows.Count);
        Assert.Equal(20_000, fast.Rows.Count);
        Assert.True(slow.IsEnded && fast.IsEnded);
        Assert.Equal(0, slow.PushedWhileBlocked);
    }

    [Fact]
    public async Task Senders_stop_when_no_reader_is_left_but_not_before()
    {
        Target left = new() { LeavesAfter = 1 };
        Target stays = new();
        await RunAsync(new ExchangeOutput(ExchangeKind.Hash, [0]), [left, stays], Rows(20_000));
        Assert.InRange(stays.Rows.Count, 8_000, 12_000);
        Target both = new() { LeavesAfter = 1 };
        await RunAsync(ExchangeOutput.Broadcast, [left, both], Rows(100_000));
        Assert.InRange(both.Rows.Count, 1, 50_000);
    }

    private static string Key(string row) => row.Split('|')[0];

    private static string PlacesOf(List<string>[] partitions) => string.Join(
        " ",
        partitions.Select(p => p.Count == 0 ? "-" : string.Join(",", p.Select(Key).Order(StringComparer.Ordinal))));

    private static ValuesNode Rows(int count) => new(s_columns,
    [
        .. Enumerable.Range(0, count).Select(i => (PlanList<Expression>)
        [
            new Constant(i % 10 == 9 ? Value.Null(LogicalType.Integer) : Value.Integer(LogicalType.Integer, i)),
            new Constant(Value.Text($"text number {i}")), new Constant(Value.Float(LogicalType.Double, i / 4.0)),
        ]),
    ]);

    private static async Task<List<string>[]> RunAsync(ExchangeOutput output, int targets, PhysicalNode rows)
    {
        Target[] all = [.. Enumerable.Range(0, targets).Select(_ => new Target())];
        await RunAsync(output, all, rows);
        return [.. all.Select(t => t.Rows)];
    }

    private static async Task RunAsync(ExchangeOutput output, Target[] targets, PhysicalNode rows)
    {
        using ThreadScheduler scheduler = new(2);
        QueryEnvironment environment = new() { Scheduler = scheduler, Memory = MemoryBroker.Unlimited };
        using QueryRun run = new(rows, new PartitionSink(output, s_columns, targets), environment);
        run.Start();
        await run.Completion;
        Assert.All(targets, t => Assert.True(t.IsEnded));
    }

    private sealed class Target : IPartitionTarget
    {
        private Signal? _blocked;

        public List<string> Rows { get; } = [];

        public int BlocksEvery { get; init; }

        public int LeavesAfter { get; init; }

        public int PushedWhileBlocked { get; private set; }

        public bool IsEnded { get; private set; }

        private int BatchCount { get; set; }

        public Flow Add(Batch batch)
        {
            lock (Rows)
            {
                if (_blocked is { IsSet: false }) PushedWhileBlocked++;
                for (int row = 0; row < batch.Count; row++)
                {
                    if (batch.IsMasked && !batch.Mask[row]) continue;
                    Rows.Add(string.Join("|", batch.Columns.Select(c => c.GetValue(row))));
                }
                BatchCount++;
                if (LeavesAfter > 0 && BatchCount >= LeavesAfter) return Flow.Done;
                if (BlocksEvery == 0 || BatchCount % BlocksEvery != 0) return Flow.More;
                Signal signal = _blocked = new Signal();
                ThreadPool.QueueUserWorkItem(_ => signal.Set());
                return Flow.Blocked(signal);
            }
        }

        public void End() => IsEnded = true;
    }
}
