using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

public sealed class PipelineTests
{
    private static RowsNode Rows(int count, int seed = 1) => RowsNode.Random(
        seed, count, 50, 0.2, [.. RandomRows.CommonTypes.Select(t => (t.ToString(), t)),
            ("list", LogicalType.List(LogicalType.Varchar)), ("array", LogicalType.Array(LogicalType.Integer, 3)),
            ("struct", LogicalType.Struct(
                [new Field("a", LogicalType.Varchar), new Field("b", LogicalType.List(LogicalType.BigInt))]))]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Every_row_of_a_source_arrives_once(int threads)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            RowsNode node = Rows(seed * 700, seed);
            PlanRunner.AssertSameRows(node.Rows, await PlanRunner.RunAsync(node, threads));
        }
    }

    [Fact]
    public async Task A_reader_that_leaves_early_stops_the_run()
    {
        RowsNode node = Rows(20_000) with { MaxRows = 64 };
        RunningQuery query = RunningQuery.Start(node, PlanRunner.Environment(2));
        Assert.NotNull(await query.ReadAsync());
        await query.DisposeAsync();
        Assert.True(query.Run.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_slow_reader_parks_the_run_and_loses_nothing()
    {
        RowsNode node = Rows(10_000) with { MaxRows = 50 };
        await using RunningQuery query = RunningQuery.Start(node, PlanRunner.Environment(2));
        await Task.Delay(50);
        int count = 0;
        while (await query.ReadAsync() is { } batch) count += batch.Count;
        Assert.Equal(node.Rows.Length, count);
    }

    [Fact]
    public async Task A_cancelled_run_fails_with_57014()
    {
        RowsNode node = Rows(20_000) with { MaxRows = 64 };
        using CancellationTokenSource cancel = new();
        await using RunningQuery query = RunningQuery.Start(node, PlanRunner.Environment(2), cancel.Token);
        await query.ReadAsync();
        await cancel.CancelAsync();
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () =>
        {
            while (await query.ReadAsync() is not null)
            {
            }
        });
        Assert.Equal(SqlStates.QueryCanceled, error.SqlState);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task The_first_error_of_an_operator_reaches_the_reader(int threads)
    {
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => PlanRunner.RunAsync(new FailingNode(Rows(5_000), 3), threads));
        Assert.Equal("Third batch", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_blocked_operator_is_resumed_by_its_signal(int threads)
    {
        RowsNode node = Rows(3_000) with { MaxRows = 40 };
        PlanRunner.AssertSameRows(node.Rows, await PlanRunner.RunAsync(new HesitantNode(node), threads));
    }

    private sealed record FailingNode(PhysicalNode Input, int FailsAt) : PhysicalNode
    {
        public override IReadOnlyList<PhysicalNode> Inputs => [Input];

        public override Schema Output => Input.Output;

        public override string Describe() => "Fails";

        public override void LayOut(Pipeline current, PlanLayout layout)
        {
            current.AddStep(this);
            Input.LayOut(current, layout);
        }

        public override Operator Start(PipelineContext context, Operator next) =>
            new Fail(context.Run.Shared(this, () => new Counter { Left = FailsAt }), next);

        private sealed class Counter
        {
            public int Left;
        }

        private sealed class Fail(Counter counter, Operator next) : Operator(next)
        {
            public override Flow Push(Batch batch) => Interlocked.Decrement(ref counter.Left) == 0
                ? throw new QueryException(SqlStates.DivisionByZero, "Third batch") : Next.Push(batch);
        }
    }

    /// <summary>Blocks at every batch before it is passed on, on a signal that another thread sets.</summary>
    private sealed record HesitantNode(PhysicalNode Input) : PhysicalNode
    {
        public override IReadOnlyList<PhysicalNode> Inputs => [Input];

        public override Schema Output => Input.Output;

        public override string Describe() => "Hesitates";

        public override void LayOut(Pipeline current, PlanLayout layout)
        {
            current.AddStep(this);
            Input.LayOut(current, layout);
        }

        public override Operator Start(PipelineContext context, Operator next) => new Hesitate(next);

        private sealed class Hesitate(Operator next) : Operator(next)
        {
            private Batch? _held;

            public override Flow Push(Batch batch)
            {
                Assert.Null(_held);
                _held = batch;
                Signal signal = new();
                _ = Task.Run(signal.Set);
                return Flow.Blocked(signal);
            }

            public override Flow Resume()
            {
                Flow flow = Next.Resume();
                if (!flow.IsMore || _held is null) return flow;
                Batch batch = _held;
                _held = null;
                return Next.Push(batch);
            }
        }
    }
}
