using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// The best rows that one lane has seen. Rows are collected until there are some times as many as wanted, then sorted
/// and cut down; the last row kept gives the threshold that rows to come must reach in the first key.
/// </summary>
internal sealed unsafe class BestRows : IDisposable
{
    // Cut first after few rows, since the scan below spares most of its work once there is a threshold; then after ever
    // more, since rows that keep coming better would be sorted again and again.
    private const int FirstRows = 128;
    private const int MostRows = 4 * Batch.MaxRows;
    private readonly TopNode _node;
    private readonly MemoryAccount _account;
    private readonly long _wanted;
    private long _mostRows;

    public BestRows(TopNode node, MemoryAccount account)
    {
        _node = node;
        _account = account;
        _wanted = node.Count > long.MaxValue - node.Offset ? long.MaxValue : node.Offset + node.Count;
        _mostRows = Math.Max(FirstRows, SomeTimesWanted);
        KeyTypes = [.. node.Keys.Map(k => node.Output[k.Column].Type)];
        Rows = new RowBuffer(node.Output, account);
    }

    public LogicalType[] KeyTypes { get; }

    /// <summary>How many rows are wanted, with those that the offset leaves out.</summary>
    public long Wanted => _wanted;

    /// <summary>The rows, in no order.</summary>
    public RowBuffer Rows { get; private set; }

    /// <summary>What the first key of a row must pass for the row to matter; null while every row may.</summary>
    public ScanFilter? Threshold { get; private set; }

    /// <summary>The value of the threshold.</summary>
    public Value? ThresholdValue { get; private set; }

    private long SomeTimesWanted => _wanted > long.MaxValue / 3 ? long.MaxValue : 3 * _wanted;

    /// <summary>Adds the rows of a batch that count.</summary>
    public void Add(Batch batch)
    {
        Rows.Append(batch);
        if (Rows.Count < _mostRows) return;
        Cut();
        _mostRows = Math.Max(Math.Min(2 * _mostRows, MostRows), SomeTimesWanted);
    }

    /// <summary>True when the threshold is stricter than another value.</summary>
    public bool IsBetterThan(Value? other)
    {
        if (ThresholdValue is null || other is null) return other is null;
        int order = ValueComparison.Compare(ThresholdValue, other);
        return _node.Keys[0].IsDescending ? order > 0 : order < 0;
    }

    /// <summary>Sorts rows of several buffers; returns how many of them are wanted, ties included.</summary>
    public static long Sort(
        TopNode node, RowBuffer[] buffers, LogicalType[] types, MemoryAccount account, out NativeBuffer entries,
        long wanted)
    {
        KeyRange[] ranges = [.. types.Select(t => new KeyRange(t))];
        long count = buffers.Sum(b => b.Count);
        using Batch part = new(node.Output);
        foreach (RowBuffer buffer in buffers)
        {
            for (long first = 0; first < buffer.Count; first += Batch.MaxRows)
            {
                int n = (int)Math.Min(Batch.MaxRows, buffer.Count - first);
                buffer.Slice(first, n, part);
                for (int k = 0; k < ranges.Length; k++) ranges[k].Include(part.Columns[node.Keys[k].Column], n);
            }
        }
        SortKeyLayout layout = new([.. node.Keys], types, ranges);
        entries = NativeBuffer.Allocate(Math.Max(count, 1) * sizeof(SortEntry), account);
        SortEntry* all = (SortEntry*)entries.Pointer;
        long at = 0;
        for (int b = 0; b < buffers.Length; b++)
        {
            int n = (int)buffers[b].Count;
            layout.Write(buffers[b], 0, n, all + at);
            for (int i = 0; i < n; i++) (all[at + i].Buffer, all[at + i].Row) = ((uint)b, (uint)i);
            at += n;
        }
        using RowOrder order = new([.. node.Keys], types, buffers);
        RadixSort.Sort(all, count, layout.IsExact ? null : order, layout.FirstInexact, account);
        if (count <= wanted) return count;
        long kept = wanted;
        while (node.WithTies && kept > 0 && kept < count && order.Compare(all[kept - 1], all[kept], 0) == 0) kept++;
        return kept;
    }

    public void Dispose() => Rows.Dispose();

    private void Cut()
    {
        long kept = Sort(_node, [Rows], KeyTypes, _account, out NativeBuffer entries, _wanted);
        RowBuffer best = new(_node.Output, _account);
        using SortedRows sorted = new(_node.Output, [Rows], areComplete: true);
        for (long first = 0; first < kept; first += Batch.MaxRows)
        {
            int count = (int)Math.Min(Batch.MaxRows, kept - first);
            Batch batch = sorted.Gather((SortEntry*)entries.Pointer + first, count);
            best.Append(batch);
            if (first + count == kept) FindThreshold(batch, count - 1);
        }
        entries.Release();
        Rows.Dispose();
        Rows = best;
    }

    private void FindThreshold(Batch batch, int lastRow)
    {
        SortColumn key = _node.Keys[0];
        ColumnVector vector = batch.Columns[key.Column];
        if (vector.Type.IsNested || vector.Type.Kind is TypeKind.Null) return;
        bool nullsMatter = _node.Input.Output[key.Column].IsNullable && key.NullsFirst;
        // Where even NULLs, which come last, were kept, every row may still matter; where only NULLs were, no value
        // does.
        if (!vector.IsValid(lastRow)) return;
        Value value = vector.GetValue(lastRow);
        bool isStrict = _node.Keys.Count == 1 && !_node.WithTies;
        FilterOperator op = key.IsDescending
            ? isStrict ? FilterOperator.Greater : FilterOperator.GreaterOrEqual
            : isStrict ? FilterOperator.Less : FilterOperator.LessOrEqual;
        ThresholdValue = value;
        ScanFilter beats = ScanFilter.Compare(0, op, value);
        Threshold = nullsMatter ? ScanFilter.Or([ScanFilter.IsNull(0), beats]) : beats;
    }
}
