using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// The order of a segment's rows by its ORDER BY columns: keys of 64 bits are sorted column by column, text that agrees
/// in eight bytes is compared in full, and rows that are equal stay in order of arrival.
/// </summary>
internal static unsafe class SegmentSorter
{
    /// <summary>The row numbers in order.</summary>
    public static int[] Sort(IReadOnlyList<(ColumnVector Column, SortColumn Order)> columns, int rowCount)
    {
        int[] rows = new int[rowCount];
        for (int i = 0; i < rowCount; i++) rows[i] = i;
        SortRange(columns, 0, rows, 0, rowCount, new ulong[rowCount]);
        return rows;
    }

    private static void SortRange(
        IReadOnlyList<(ColumnVector Column, SortColumn Order)> columns, int level, int[] rows, int first, int count,
        ulong[] keys)
    {
        if (count < 2) return;
        if (level == columns.Count)
        {
            Array.Sort(rows, first, count);
            return;
        }
        (ColumnVector column, SortColumn order) = columns[level];
        int nulls = MoveNulls(column, order, rows, first, count);
        if (nulls > 0)
        {
            SortRange(columns, level + 1, rows, order.NullsFirst ? first : first + count - nulls, nulls, keys);
            if (order.NullsFirst) first += nulls;
            count -= nulls;
        }
        if (column.Type.Physical == PhysicalType.Int128)
        {
            // Two keys: the upper halves first.
            SortByKeys(columns, level, rows, first, count, keys, (c, row) =>
                (ulong)(((Int128*)c.Data)[row] >> 64) ^ (1UL << 63),
                (f, n) => SortByKeys(columns, level, rows, f, n, keys, (c, row) => (ulong)((Int128*)c.Data)[row],
                    (f2, n2) => SortRange(columns, level + 1, rows, f2, n2, keys)));
            return;
        }
        bool isText = column.Type.Physical == PhysicalType.Utf8;
        SortByKeys(columns, level, rows, first, count, keys, KeyOf, (f, n) =>
        {
            if (isText) SortTexts(columns, level, rows, f, n, keys);
            else SortRange(columns, level + 1, rows, f, n, keys);
        });
    }

    /// <summary>Sorts a range by a key and hands on each run of equal ones.</summary>
    private static void SortByKeys(
        IReadOnlyList<(ColumnVector Column, SortColumn Order)> columns, int level, int[] rows, int first, int count,
        ulong[] keys, Func<ColumnVector, int, ulong> key, Action<int, int> equalRun)
    {
        (ColumnVector column, SortColumn order) = columns[level];
        ulong turn = order.Descending ? ulong.MaxValue : 0;
        for (int i = first; i < first + count; i++) keys[i] = key(column, rows[i]) ^ turn;
        Array.Sort(keys, rows, first, count);
        // The inner levels overwrite keys only inside the run they were given.
        for (int start = first, end; start < first + count; start = end)
        {
            ulong value = keys[start];
            for (end = start + 1; end < first + count && keys[end] == value; end++)
            {
            }
            if (end - start > 1) equalRun(start, end - start);
        }
    }

    private static void SortTexts(
        IReadOnlyList<(ColumnVector Column, SortColumn Order)> columns, int level, int[] rows, int first, int count,
        ulong[] keys)
    {
        (ColumnVector column, SortColumn order) = columns[level];
        int sign = order.Descending ? -1 : 1;
        int Compare(int x, int y) => sign * ((Utf8View*)column.Data)[x].CompareTo(((Utf8View*)column.Data)[y]);
        rows.AsSpan(first, count).Sort(Compare);
        for (int start = first, end; start < first + count; start = end)
        {
            for (end = start + 1; end < first + count && Compare(rows[start], rows[end]) == 0; end++)
            {
            }
            SortRange(columns, level + 1, rows, start, end - start, keys);
        }
    }

    /// <summary>Moves the rows without a value to their end, keeping the others' order; returns how many.</summary>
    private static int MoveNulls(ColumnVector column, SortColumn order, int[] rows, int first, int count)
    {
        if (!column.HasNulls) return 0;
        List<int> nulls = [], others = [];
        for (int i = first; i < first + count; i++) (column.IsValid(rows[i]) ? others : nulls).Add(rows[i]);
        (order.NullsFirst ? nulls : others).CopyTo(rows, first);
        (order.NullsFirst ? others : nulls).CopyTo(rows, first + (order.NullsFirst ? nulls.Count : others.Count));
        return nulls.Count;
    }

    private static ulong KeyOf(ColumnVector column, int row)
    {
        const ulong Sign = 1UL << 63;
        return column.Lane switch
        {
            PhysicalType.Int8 => (ulong)((sbyte*)column.Data)[row] ^ Sign,
            PhysicalType.Int16 => (ulong)((short*)column.Data)[row] ^ Sign,
            PhysicalType.Int32 => (ulong)((int*)column.Data)[row] ^ Sign,
            PhysicalType.Int64 => (ulong)((long*)column.Data)[row] ^ Sign,
            PhysicalType.UInt8 => column.Data[row],
            PhysicalType.UInt16 => ((ushort*)column.Data)[row],
            PhysicalType.UInt32 => ((uint*)column.Data)[row],
            PhysicalType.UInt64 => ((ulong*)column.Data)[row],
            PhysicalType.Float32 => (ulong)ZoneKey.OfDouble(((float*)column.Data)[row]) ^ Sign,
            PhysicalType.Float64 => (ulong)ZoneKey.OfDouble(((double*)column.Data)[row]) ^ Sign,
            PhysicalType.Utf8 => ZoneKey.OfText(((Utf8View*)column.Data)[row].Span),
            // Spans of intervals fit 80 bits; the 63 below the sign order all but the longest ages, which clamp.
            PhysicalType.Interval =>
                (ulong)(long)Int128.Clamp(((Interval*)column.Data)[row].Span, long.MinValue, long.MaxValue) ^ Sign,
            _ => 0,
        };
    }
}
