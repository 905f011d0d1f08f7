using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// The sorted rows of a window and where its partitions begin, shared by the pipelines of the node: entries in one
/// piece, a bit per row that begins a partition, and the cuts between the morsels, each of whole partitions.
/// </summary>
internal sealed unsafe class WindowState(WindowNode node, int workers, MemoryAccount account) : IDisposable
{
    // A multiple of 64, so that no two steps write one word.
    private const int ChunkRows = 1 << 16;
    private const int FewestMorselRows = 1 << 13;
    private const int MostMorselRows = 1 << 17;
    private NativeBuffer? _entries;
    private NativeBuffer? _starts;
    private long[] _cuts = [0];

    /// <summary>The sort that the rows lie in.</summary>
    public SortState Rows { get; private set; } = null!;

    /// <summary>The rows, where memory had no room for them: then there are none here.</summary>
    public SpilledWindow? Spilled { get; private set; }

    /// <summary>Number of rows.</summary>
    public long Count { get; private set; }

    /// <summary>All rows in order.</summary>
    public SortEntry* Entries => (SortEntry*)_entries!.Pointer;

    /// <summary>Number of steps of <see cref="MarkPartitions"/>.</summary>
    public int ChunkCount => (int)((Count + ChunkRows - 1) / ChunkRows);

    /// <summary>Number of morsels.</summary>
    public int MorselCount => _cuts.Length - 1;

    /// <summary>Takes over the sorted partitions.</summary>
    public void Begin(SortState rows)
    {
        Rows = rows;
        if (rows.Runs is not null) Spilled = new SpilledWindow(node, rows.Runs, account);
        Count = rows.CountBefore(rows.PartitionCount);
        _entries = NativeBuffer.Allocate(Math.Max(Count, 1) * sizeof(SortEntry), account);
        _starts = NativeBuffer.AllocateZeroed(((Count + 63) / 64 + 1) * sizeof(ulong), account);
    }

    /// <summary>Brings the entries of a partition of the sort to their place.</summary>
    public void Gather(int index) => Rows.MoveTo(index, Entries);

    /// <summary>Marks the rows of a chunk that begin a partition.</summary>
    public void MarkPartitions(int chunk)
    {
        long first = (long)chunk * ChunkRows;
        long end = Math.Min(first + ChunkRows, Count);
        ulong* words = (ulong*)_starts!.Pointer;
        using RowDifference difference = new(Rows, 0, node.PartitionBy.Count);
        for (long row = first; row < end; row++)
        {
            if (row == 0 || difference.IsThere(Entries + row - 1, Entries + row)) words[row >> 6] |= 1UL << (int)(
                row & 63);
        }
    }

    /// <summary>Decides where morsels begin, after all partitions are marked.</summary>
    public void Cut()
    {
        long wanted = Math.Clamp(Count / (4 * workers), FewestMorselRows, MostMorselRows);
        List<long> cuts = [0];
        while (cuts[^1] < Count) cuts.Add(NextPartition(Math.Min(cuts[^1] + wanted, Count)));
        _cuts = [.. cuts];
    }

    /// <summary>The first row of a morsel and how many there are.</summary>
    public long GetMorsel(int index, out int count)
    {
        count = checked((int)(_cuts[index + 1] - _cuts[index]));
        return _cuts[index];
    }

    /// <summary>True when a partition begins at the row.</summary>
    public bool BeginsPartition(long row) => (((ulong*)_starts!.Pointer)[row >> 6] >> (int)(row & 63) & 1) != 0;

    public void Dispose()
    {
        Spilled?.Dispose();
        Spilled = null;
        _entries?.Release();
        _starts?.Release();
        _entries = _starts = null;
        Rows?.Dispose();
    }

    private long NextPartition(long row)
    {
        while (row < Count && !BeginsPartition(row)) row++;
        return row;
    }
}

/// <summary>Tells whether neighbours in a sort differ in some of its keys. For one thread.</summary>
internal sealed unsafe class RowDifference : IDisposable
{
    private readonly ulong _mask;
    private readonly int _firstKey;
    private readonly int _endKey;
    private readonly RowOrder? _order;

    /// <summary>Looks at the keys from one to before another; rows agree in those before.</summary>
    public RowDifference(SortState rows, int firstKey, int endKey)
    {
        (_mask, bool isExact) = rows.PrefixOf(endKey);
        _firstKey = firstKey;
        _endKey = endKey;
        _order = isExact ? null : rows.CreateOrder();
    }

    /// <summary>Looks at the keys from one to before another, by value; takes the comparison over.</summary>
    public RowDifference(RowOrder order, int firstKey, int endKey)
    {
        _firstKey = firstKey;
        _endKey = endKey;
        _order = order;
    }

    public bool IsThere(SortEntry* left, SortEntry* right) => ((left->Key ^ right->Key) & _mask) != 0 ||
        (_order is not null && _order.Compare(*left, *right, _firstKey, _endKey) != 0);

    public void Dispose() => _order?.Dispose();
}
