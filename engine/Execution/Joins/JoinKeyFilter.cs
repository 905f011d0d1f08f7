using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using IntegerLanes = ColFrag.Engine.Execution.Expressions.IntegerLanes;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// What a scan can test of one of several key columns: the values that the build side has of it, as a bitmap over their
/// range or, where that is wide, their bounds.
/// </summary>
internal static unsafe class JoinKeyFilter
{
    // Up to this range a bitmap fits the second-level cache; above it, it must not be much larger than the rows.
    private const long SmallRange = 1L << 22;
    private const long LargeRange = 1L << 27;
    private const long BitsPerRow = 64;

    /// <summary>The filter; null where the column has no order of integers, or where NULL has partners.</summary>
    public static ScanFilter? TryCreate(JoinKeyColumns key, RowBuffer rows, KeyRange range)
    {
        ColumnBuffer column = rows.Columns[key.Build];
        if (key.NullsAreEqual || !column.Type.Physical.IsInteger() || !range.HasValues) return null;
        UInt128 width = (UInt128)(range.Max - range.Min);
        bool isNarrow = width < (UInt128)SmallRange ||
            (width < (UInt128)LargeRange && (long)width < rows.Count * BitsPerRow);
        return isNarrow
            ? ScanFilter.Bitmap(0, range.Min, (long)width + 1, BitsOf(column, rows.Count, range.Min, (long)width + 1))
            : ScanFilter.Range(0, Value.Integer(column.Type, range.Min), Value.Integer(column.Type, range.Max));
    }

    private static ulong[] BitsOf(ColumnBuffer column, long rowCount, Int128 min, long range)
    {
        ulong[] bits = new ulong[(range + 63) >> 6];
        using ColumnVector part = new(column.Type);
        using ColumnVector flat = new(column.Type);
        ulong* places = stackalloc ulong[Batch.MaxRows];
        for (long first = 0; first < rowCount; first += Batch.MaxRows)
        {
            int count = (int)Math.Min(Batch.MaxRows, rowCount - first);
            column.Slice(first, count, part);
            part.Flatten(flat);
            IntegerLanes.Convert(flat.Data, flat.Lane, count, -min, sizeof(ulong), (byte*)places);
            for (int i = 0; i < count; i++)
            {
                if (flat.IsValid(i)) bits[places[i] >> 6] |= 1UL << (int)places[i];
            }
        }
        return bits;
    }
}
