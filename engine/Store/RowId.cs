using ColFrag.Engine.Storage;

namespace ColFrag.Engine.Store;

/// <summary>
/// Names a row within one <see cref="TableSnapshot"/>, by which DELETE and UPDATE find it again: the number of its
/// segment there, and the row in the segment.
/// </summary>
internal static class RowId
{
    private const int RowBits = 20;

    static RowId() => Errors.Invariant.Holds(SegmentOptions.MaxRows <= 1 << RowBits);

    public static long Of(int segmentNumber, int row) => ((long)segmentNumber << RowBits) | (uint)row;

    public static (int SegmentNumber, int Row) Split(long rowId) =>
        ((int)(rowId >> RowBits), (int)(rowId & ((1L << RowBits) - 1)));
}
