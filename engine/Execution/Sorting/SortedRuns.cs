using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Runs of rows that were sorted in memory and put into spill files, on their way to being merged. Lanes add runs in
/// any order; a lane's rows stay in theirs where keys are equal.
/// </summary>
internal sealed class SortedRuns(
    QueryRun run, PhysicalNode owner, Schema schema, IReadOnlyList<SortColumn> keys, IReadOnlyList<LogicalType> types)
{
    /// <summary>Of the memory limit, what the batches that are merged at once may take.</summary>
    private const int MemoryShare = 8;
    private const int MostAtOnce = 256;

    private readonly Lock _lock = new();
    private readonly List<StoredFrame[]> _runs = [];
    private long _bytes;
    private long _frames;
    private int _mergeFrom;

    /// <summary>True when there are none.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock) return _runs.Count == 0;
        }
    }

    /// <summary>What was seen of the keys of all runs; set before they are merged.</summary>
    public IReadOnlyList<KeyRange> Ranges { get; set; } = [];

    /// <summary>How many runs are merged at once: as many as have room for a batch each.</summary>
    private int FanIn
    {
        get
        {
            if (run.Environment.SpillRows > 0) return 3;
            long batch = Math.Max(1, _frames == 0 ? 1 : _bytes / _frames) * 2;
            return (int)Math.Clamp(run.Environment.Memory.LimitBytes / MemoryShare / batch, 4, MostAtOnce);
        }
    }

    /// <summary>Sorts the rows of a buffer and writes them; the buffer is empty afterwards.</summary>
    public unsafe void Add(RowBuffer rows, KeyRange[] ranges, FrameWriter writer)
    {
        if (rows.Count == 0) return;
        MemoryAccount account = run.SpillAccount;
        SortKeyLayout layout = new(keys, types, ranges);
        List<StoredFrame> frames = [];
        using (NativeLease lease = new(rows.Count * sizeof(SortEntry), account))
        {
            SortEntry* entries = (SortEntry*)lease.Pointer;
            layout.Write(rows, 0, (int)rows.Count, entries);
            for (long i = 0; i < rows.Count; i++) (entries[i].Buffer, entries[i].Row) = (0, (uint)i);
            using RowOrder? order = layout.IsExact ? null : new RowOrder(keys, types, [rows]);
            RadixSort.Sort(entries, rows.Count, order, layout.FirstInexact, account);
            using SortedRows sorted = new(schema, [rows], areComplete: true);
            for (long first = 0; first < rows.Count; first += Batch.MaxRows)
            {
                run.Cancellation.ThrowIfCancellationRequested();
                int count = (int)Math.Min(Batch.MaxRows, rows.Count - first);
                frames.Add(writer.Write(sorted.Gather(entries + first, count).Columns, count));
            }
        }
        rows.Clear();
        lock (_lock)
        {
            _runs.Add([.. frames]);
            _frames += frames.Count;
            _bytes += frames.Sum(f => (long)f.Frame.Length);
        }
    }

    /// <summary>
    /// Makes one run of several where there are more than can be merged at once; true when that was needed.
    /// </summary>
    public bool MergeSome()
    {
        int fanIn = FanIn;
        if (_runs.Count <= fanIn) return false;
        if (_mergeFrom + 1 >= _runs.Count) _mergeFrom = 0;
        int count = Math.Min(fanIn, _runs.Count - _mergeFrom);
        using FrameWriter writer = new(run, owner, schema.Fields.Select(f => f.Type));
        List<StoredFrame> frames = [];
        using (RunMerge merge = CreateMerge(_runs.GetRange(_mergeFrom, count)))
        {
            while (merge.Next() is { } batch)
            {
                run.Cancellation.ThrowIfCancellationRequested();
                frames.Add(writer.Write(batch.Columns, batch.Count));
            }
        }
        // In the place of what it was made of, so that equal rows keep their order; the neighbours have their turn.
        _runs.RemoveRange(_mergeFrom, count);
        _runs.Insert(_mergeFrom++, [.. frames]);
        return true;
    }

    /// <summary>All rows in order.</summary>
    public RunMerge Merge() => CreateMerge(_runs);

    private RunMerge CreateMerge(IReadOnlyList<StoredFrame[]> runs) => new(
        schema, keys, types, new SortKeyLayout(keys, types, Ranges), runs, run.SpillAccount);
}
