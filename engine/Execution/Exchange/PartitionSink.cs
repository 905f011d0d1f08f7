using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Exchange;

/// <summary>Ends a stage: gives each row to the partition, or partitions, that it belongs to.</summary>
/// <param name="output">What decides.</param>
/// <param name="columns">The columns of the rows.</param>
/// <param name="targets">A target per partition; one for Gather.</param>
internal sealed class PartitionSink(ExchangeOutput output, Schema columns, IPartitionTarget[] targets) : Sink
{
    /// <summary>The columns of the rows.</summary>
    public Schema Columns => columns;

    public override Operator StartLane(PipelineContext context)
    {
        Invariant.Holds(targets.Length > 0 && (output.Kind != ExchangeKind.Gather || targets.Length == 1));
        if (output.Kind == ExchangeKind.Segment && targets.Length > 1)
            return new SendBySegment(targets, output.Keys[0], [.. output.Places]);
        if (output.Kind != ExchangeKind.Hash || targets.Length == 1) return new SendToAll(targets);
        return output.Keys.IsEmpty
            ? new SendInTurn(targets, context.LaneIndex)
            : new SendByHash(targets, [.. output.Keys], context.Run.VectorAccount);
    }

    protected override void Complete()
    {
        foreach (IPartitionTarget target in targets) target.End();
    }
}

/// <summary>A last step that sends to several targets, any of which may ask to wait or want no more.</summary>
internal abstract class SendOperator(IPartitionTarget[] targets) : Operator(null)
{
    private readonly bool[] _hasLeft = new bool[targets.Length];
    private readonly List<Signal> _waitsFor = [];
    private int _leftCount;

    /// <summary>Goes on when every target that asked to wait has room.</summary>
    public override Flow Resume()
    {
        while (_waitsFor.Count > 0)
        {
            if (!_waitsFor[^1].IsSet) return Flow.Blocked(_waitsFor[^1]);
            _waitsFor.RemoveAt(_waitsFor.Count - 1);
        }
        return _leftCount == targets.Length ? Flow.Done : Flow.More;
    }

    public override Flow Finish() => Flow.More;

    /// <summary>True when a target's reader wants no more.</summary>
    protected bool HasLeft(int target) => _hasLeft[target];

    /// <summary>Gives a batch to a target; what it answers counts at the next <see cref="Resume"/>.</summary>
    protected void Send(int target, Batch batch)
    {
        if (_hasLeft[target]) return;
        Flow flow = targets[target].Add(batch);
        if (flow.IsBlocked) _waitsFor.Add(flow.Signal!);
        if (!flow.IsDone) return;
        _hasLeft[target] = true;
        _leftCount++;
    }
}

/// <summary>Every batch to every target.</summary>
internal sealed class SendToAll(IPartitionTarget[] targets) : SendOperator(targets)
{
    private readonly int _count = targets.Length;

    public override Flow Push(Batch batch)
    {
        for (int target = 0; target < _count; target++) Send(target, batch);
        return Resume();
    }
}

/// <summary>Every batch to one of the targets, which take turns.</summary>
internal sealed class SendInTurn(IPartitionTarget[] targets, int first) : SendOperator(targets)
{
    private readonly int _count = targets.Length;
    private int _next = first % targets.Length;

    public override Flow Push(Batch batch)
    {
        // A task that has left, because of a limit, has what it wants: rows that reach it are not missed.
        Send(_next, batch);
        _next = (_next + 1) % _count;
        return Resume();
    }
}

/// <summary>
/// Cuts every batch by the hash of its keys: the same columns under a mask per target. The hash is the same in all
/// processes, and another one than hash tables use, so that a partition fills a table evenly.
/// </summary>
internal sealed unsafe class SendByHash(IPartitionTarget[] targets, int[] keys, Memory.MemoryAccount account)
    : SendOperator(targets)
{
    /// <summary>Part of the protocol between processes of one version.</summary>
    private const ulong Seed = 0x5851F42D4C957F2D;

    private readonly int _count = targets.Length;
    private readonly RowHash _hash = new(account, Seed);
    private readonly ColumnVector[] _keys = new ColumnVector[keys.Length];
    private readonly Batch[] _parts = [.. targets.Select(_ => new Batch([]))];

    public override Flow Push(Batch batch)
    {
        ulong* hashes = stackalloc ulong[Batch.MaxRows];
        for (int k = 0; k < keys.Length; k++) _keys[k] = batch.Columns[keys[k]];
        _hash.Compute(_keys, batch.Count, hashes);
        foreach (Batch part in _parts)
        {
            part.Columns = batch.Columns;
            part.Count = batch.Count;
            part.IsMasked = true;
            part.Mask.ClearAll(batch.Count);
        }
        for (int row = 0; row < batch.Count; row++)
        {
            int target = (int)Math.BigMul(hashes[row], (ulong)_count, out _);
            _parts[target].Mask[row] = true;
        }
        for (int target = 0; target < _count; target++)
        {
            Batch part = _parts[target];
            if (batch.IsMasked) part.Mask.And(batch.Mask.Words);
            if (!part.Mask.IsEmpty) Send(target, part);
        }
        return Resume();
    }

    public override void Dispose()
    {
        _hash.Dispose();
        foreach (Batch part in _parts)
        {
            part.Columns = [];
            part.Dispose();
        }
    }
}
