using System.Collections;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// The rows of a window that memory had no room for, merged from runs on disk: lanes take turns in reading whole
/// partitions, some thousands of rows at least, and compute side by side. Only a partition must fit in memory.
/// </summary>
internal sealed unsafe class SpilledWindow : IDisposable
{
    private const int FewestRows = 1 << 13;
    private readonly WindowNode _node;
    private readonly SortedRuns _runs;
    private readonly RowBuffer _carry;
    private readonly Batch _part;
    private readonly Lock _lock = new();
    private RunMerge? _merge;
    private Signal? _news;
    private bool _isReading;
    private bool _isEnded;

    public SpilledWindow(WindowNode node, SortedRuns runs, MemoryAccount account)
    {
        _node = node;
        _runs = runs;
        _carry = new RowBuffer(node.Input.Output, account);
        _part = new Batch(node.Input.Output);
    }

    /// <summary>The keys that rows are in the order of.</summary>
    public SortColumn[] Keys =>
        [.. _node.PartitionBy.Map(k => new SortColumn(k, false, false)), .. _node.OrderBy];

    /// <summary>The types of the keys.</summary>
    public LogicalType[] KeyTypes => [.. Keys.Select(k => _node.Input.Output[k.Column].Type)];

    /// <summary>
    /// Fills a buffer with the rows of whole partitions; blocked while another lane reads, done after the last.
    /// </summary>
    /// <param name="rows">The buffer, which may get some rows more than are taken.</param>
    /// <param name="begins">A bit per row that begins a partition.</param>
    /// <param name="count">How many rows were taken.</param>
    public Flow Take(RowBuffer rows, BitArray begins, out int count)
    {
        count = 0;
        lock (_lock)
        {
            if (_isReading) return Flow.Blocked(_news ??= new Signal());
            if (_isEnded && _carry.Count == 0) return Flow.Done;
            _isReading = true;
        }
        try
        {
            count = Read(rows, begins);
            return count > 0 ? Flow.More : Flow.Done;
        }
        finally
        {
            Signal? news;
            lock (_lock)
            {
                _isReading = false;
                (news, _news) = (_news, null);
            }
            news?.Set();
        }
    }

    public void Dispose()
    {
        _merge?.Dispose();
        _carry.Dispose();
        _part.Dispose();
    }

    private int Read(RowBuffer rows, BitArray begins)
    {
        if (_merge is null)
        {
            while (_runs.MergeSome())
            {
            }
            _merge = _runs.Merge();
        }
        rows.Clear();
        Move(_carry, 0, rows);
        _carry.Clear();
        using RowOrder order = new(Keys, KeyTypes, [rows]);
        using RowDifference difference = new(order, 0, _node.PartitionBy.Count);
        int seen = 0;
        while (true)
        {
            int cut = FindCut(rows, begins, difference, ref seen);
            if (cut >= 0)
            {
                Move(rows, cut, _carry);
                return cut;
            }
            if (_merge.Next() is not { } batch)
            {
                _isEnded = true;
                return (int)rows.Count;
            }
            rows.Append(batch);
        }
    }

    /// <summary>Marks where partitions begin among new rows; the first such row that ends a morsel, or -1.</summary>
    private static int FindCut(RowBuffer rows, BitArray begins, RowDifference difference, ref int seen)
    {
        if (begins.Length < rows.Count) begins.Length = checked((int)Math.Max(rows.Count, 2L * begins.Length));
        for (; seen < rows.Count; seen++)
        {
            SortEntry before = new() { Row = (uint)(seen - 1) };
            SortEntry here = new() { Row = (uint)seen };
            bool isNew = seen == 0 || difference.IsThere(&before, &here);
            begins[seen] = isNew;
            if (isNew && seen >= FewestRows) return seen;
        }
        return -1;
    }

    private void Move(RowBuffer from, long first, RowBuffer to)
    {
        uint* rows = stackalloc uint[Batch.MaxRows];
        for (; first < from.Count; first += Batch.MaxRows)
        {
            int count = (int)Math.Min(Batch.MaxRows, from.Count - first);
            for (int i = 0; i < count; i++) rows[i] = (uint)(first + i);
            from.Gather(rows, count, _part);
            to.Append(_part);
        }
    }
}

/// <summary>Morsels of a lane that come from disk.</summary>
internal sealed unsafe class SpilledMorsels(SpilledWindow window, Schema columns, MemoryAccount account) : WindowMorsels
{
    private readonly RowBuffer _rows = new(columns, account);
    private readonly BitArray _begins = new(Batch.MaxRows);
    private NativeBuffer? _entries;

    public override IReadOnlyList<RowBuffer> Buffers => [_rows];

    public override bool AreBuffersComplete => false;

    public override Flow TakeNext()
    {
        Flow flow = window.Take(_rows, _begins, out int count);
        if (!flow.IsMore) return flow;
        Count = count;
        long bytes = (long)count * sizeof(SortEntry);
        if (_entries is null || _entries.Length < bytes)
        {
            _entries?.Release();
            _entries = null;
            _entries = NativeBuffer.Allocate(bytes, account);
        }
        Entries = (SortEntry*)_entries.Pointer;
        for (int i = 0; i < count; i++) Entries[i] = new SortEntry { Row = (uint)i };
        return Flow.More;
    }

    public override bool BeginsPartition(int row) => _begins[row];

    public override RowDifference CreateDifference(int firstKey, int endKey) =>
        new(new RowOrder(window.Keys, window.KeyTypes, Buffers), firstKey, endKey);

    public override void Dispose()
    {
        _rows.Dispose();
        _entries?.Release();
    }
}
