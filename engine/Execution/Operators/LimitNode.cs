using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>At most so many rows, after leaving out some; their order is that of the input.</summary>
internal sealed record LimitNode(PhysicalNode Input, long Count, long Offset) : StreamingNode(Input)
{
    public override Schema Output => Input.Output;

    public override string Describe() =>
        $"Limit{(Count == long.MaxValue ? "" : $" {Count}")}{(Offset == 0 ? "" : $" offset {Offset}")}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.Write(Count);
        target.Write(Offset);
    }

    public static LimitNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        return new LimitNode(source.Only(inputs), source.ReadRows(), source.ReadRows());
    }

    public override Operator Start(PipelineContext context, Operator next) =>
        new LimitOperator(this, context.Run.Shared(this, () => new RowCounter()), next);
}

/// <summary>Rows that have passed a place in all lanes.</summary>
internal sealed class RowCounter
{
    private long _rows;

    /// <summary>Counts rows; returns how many there were before.</summary>
    public long Add(long rows) => Interlocked.Add(ref _rows, rows) - rows;

    public long Rows => Interlocked.Read(ref _rows);
}

/// <summary>Gives every row a number and passes on those of the range.</summary>
internal sealed class LimitOperator(LimitNode node, RowCounter counter, Operator next) : Operator(next)
{
    private readonly long _end = node.Count > long.MaxValue - node.Offset ? long.MaxValue : node.Offset + node.Count;

    public override Flow Push(Batch batch)
    {
        if (counter.Rows >= _end) return Flow.Done;
        int rows = batch.SelectedCount;
        long first = counter.Add(rows);
        if (first + rows <= node.Offset) return Flow.More;
        if (first >= _end) return Flow.Done;
        int skip = (int)Math.Max(0, node.Offset - first);
        int take = (int)Math.Min(rows - skip, _end - first - skip);
        if (take < rows) Cut(batch, skip, take);
        Flow flow = Next.Push(batch);
        return flow.IsMore && first + rows >= _end ? Flow.Done : flow;
    }

    /// <summary>Leaves only some of the selected rows selected.</summary>
    private static void Cut(Batch batch, int skip, int take)
    {
        RowMask mask = batch.BeginMask();
        int seen = 0;
        for (int row = 0; row < mask.Count; row++)
        {
            if (!mask[row]) continue;
            if (seen < skip || seen >= skip + take) mask[row] = false;
            seen++;
        }
    }
}
