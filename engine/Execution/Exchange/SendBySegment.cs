using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Exchange;

/// <summary>
/// Every row to the task that reads its segment. Batches of a scan are of one segment and go as a whole; others are cut
/// by a mask per target.
/// </summary>
/// <param name="targets">A target per task.</param>
/// <param name="rowIds">Which column has the numbers of the rows.</param>
/// <param name="places">The task of a segment, by the segment's number.</param>
internal sealed class SendBySegment(IPartitionTarget[] targets, int rowIds, int[] places) : SendOperator(targets)
{
    private readonly Batch[] _parts = [.. targets.Select(_ => new Batch([]))];

    public override Flow Push(Batch batch)
    {
        ColumnVector numbers = batch.Columns[rowIds];
        int first = -1;
        bool isCut = false;
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            int target = TargetOf((long)numbers.GetInteger(row));
            if (first < 0) first = target;
            else if (target != first && !isCut) isCut = Cut(batch, row, first);
            if (isCut) _parts[target].Mask[row] = true;
        }
        if (!isCut)
        {
            if (first >= 0) Send(first, batch);
            return Resume();
        }
        for (int target = 0; target < _parts.Length; target++)
        {
            if (!_parts[target].Mask.IsEmpty) Send(target, _parts[target]);
        }
        return Resume();
    }

    public override void Dispose()
    {
        foreach (Batch part in _parts)
        {
            part.Columns = [];
            part.Dispose();
        }
    }

    /// <summary>Begins a part per target; the rows before one of another target are all of the first.</summary>
    private bool Cut(Batch batch, int end, int first)
    {
        foreach (Batch part in _parts)
        {
            part.Columns = batch.Columns;
            part.Count = batch.Count;
            part.IsMasked = true;
            part.Mask.ClearAll(batch.Count);
        }
        for (int row = 0; row < end; row++)
        {
            if (!batch.IsMasked || batch.Mask[row]) _parts[first].Mask[row] = true;
        }
        return true;
    }

    private int TargetOf(long rowId)
    {
        int segment = RowId.Split(rowId).SegmentNumber;
        int target = (uint)segment < (uint)places.Length ? places[segment] : -1;
        Invariant.Holds(target >= 0);
        return target;
    }
}
