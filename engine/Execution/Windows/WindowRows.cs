using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// The rows of a morsel in order: which partition each is in, which rows are its peers, and the columns that functions
/// look at. Rows are numbered from 0; ranges of rows end before their end. For one lane.
/// </summary>
internal sealed unsafe class WindowRows : IDisposable
{
    private readonly WindowNode _node;
    private readonly WindowMorsels _morsels;
    private readonly MemoryAccount _account;
    private readonly SortedRows _rows;
    private readonly Dictionary<int, ColumnBuffer> _columns = [];
    private readonly Dictionary<int, PeerRanges> _peers = [];
    private readonly CancellationToken _cancellation;
    private SortEntry* _entries;

    public WindowRows(WindowNode node, WindowMorsels morsels, MemoryAccount account, CancellationToken cancellation)
    {
        _node = node;
        _morsels = morsels;
        _account = account;
        _cancellation = cancellation;
        _rows = new SortedRows(node.Input.Output, morsels.Buffers, morsels.AreBuffersComplete);
        PartitionFirst = new RowNumbers(account);
        PartitionEnd = new RowNumbers(account);
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Where the row's partition begins.</summary>
    public RowNumbers PartitionFirst { get; }

    /// <summary>Where the row's partition ends.</summary>
    public RowNumbers PartitionEnd { get; }

    /// <summary>The batch that <see cref="Gather"/> fills.</summary>
    public Batch Output => _rows.Output;

    /// <summary>The key that orders partitions; only where there is one key.</summary>
    public SortColumn OrderKey => _node.OrderBy[0];

    /// <summary>Says that a column will be looked at.</summary>
    public void Want(int column)
    {
        if (!_columns.ContainsKey(column)) _columns.Add(column,
            new ColumnBuffer(_node.Input.Output[column].Type, _account));
    }

    /// <summary>Says that peers by so many keys will be looked at.</summary>
    public PeerRanges WantPeers(int orderCount)
    {
        if (!_peers.TryGetValue(orderCount, out PeerRanges? peers)) _peers.Add(
            orderCount, peers = new PeerRanges(_account));
        return peers;
    }

    /// <summary>A wanted column.</summary>
    public ColumnBuffer this[int column] => _columns[column];

    /// <summary>The type of a column.</summary>
    public LogicalType TypeOf(int column) => _node.Input.Output[column].Type;

    /// <summary>Takes the rows of the next morsel: More where there is one.</summary>
    public Flow Load()
    {
        Flow flow = _morsels.TakeNext();
        if (!flow.IsMore) return flow;
        int count = Count = _morsels.Count;
        _entries = _morsels.Entries;
        FindPartitions();
        foreach ((int orderCount, PeerRanges peers) in _peers) FindPeers(orderCount, peers);
        foreach ((int column, ColumnBuffer buffer) in _columns)
        {
            buffer.Clear();
            for (int row = 0; row < count; row += Batch.MaxRows)
            {
                int n = Math.Min(Batch.MaxRows, count - row);
                buffer.Append(_rows.Gather(column, _entries + row, n), null, n);
            }
        }
        return flow;
    }

    /// <summary>All columns of some rows.</summary>
    public Batch Gather(int first, int count) => _rows.Gather(_entries + first, count);

    /// <summary>Ends long work of a run that stops.</summary>
    public void ThrowIfStopped() => _cancellation.ThrowIfCancellationRequested();

    public void Dispose()
    {
        _rows.Dispose();
        _morsels.Dispose();
        PartitionFirst.Dispose();
        PartitionEnd.Dispose();
        foreach (ColumnBuffer column in _columns.Values) column.Dispose();
        foreach (PeerRanges peers in _peers.Values) peers.Dispose();
    }

    private void FindPartitions()
    {
        int* firsts = PartitionFirst.Reset(Count);
        int* ends = PartitionEnd.Reset(Count);
        for (int row = 0, partition = 0; row < Count; row++)
        {
            if (_morsels.BeginsPartition(row)) partition = row;
            firsts[row] = partition;
        }
        for (int row = Count - 1, end = Count; row >= 0; row--)
        {
            ends[row] = end;
            if (firsts[row] == row) end = row;
        }
    }

    private void FindPeers(int orderCount, PeerRanges peers)
    {
        int* firsts = peers.First.Reset(Count);
        int* ends = peers.End.Reset(Count);
        int* groups = peers.Group.Reset(Count);
        int partitionKeys = _node.PartitionBy.Count;
        using RowDifference difference = _morsels.CreateDifference(partitionKeys, partitionKeys + orderCount);
        for (int row = 0, peer = 0, group = -1; row < Count; row++)
        {
            bool isNew = PartitionFirst[row] == row || (orderCount > 0 &&
                difference.IsThere(_entries + row - 1, _entries + row));
            if (isNew)
            {
                peer = row;
                group++;
            }
            firsts[row] = peer;
            groups[row] = group;
        }
        for (int row = Count - 1, end = Count; row >= 0; row--)
        {
            ends[row] = end;
            if (firsts[row] == row) end = row;
        }
    }
}

/// <summary>Which rows are equal in the order, for each row of a morsel.</summary>
internal sealed class PeerRanges(MemoryAccount account) : IDisposable
{
    /// <summary>Where the row's peers begin.</summary>
    public RowNumbers First { get; } = new(account);

    /// <summary>Where the row's peers end.</summary>
    public RowNumbers End { get; } = new(account);

    /// <summary>The number of the group of peers, counted through the morsel.</summary>
    public RowNumbers Group { get; } = new(account);

    public void Dispose()
    {
        First.Dispose();
        End.Dispose();
        Group.Dispose();
    }
}
