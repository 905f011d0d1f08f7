using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// The frame of every row of a morsel: from a first row to before an end, less what is excluded. Functions with the
/// same frame share it. For one lane.
/// </summary>
internal sealed unsafe class WindowFrames : IDisposable
{
    private readonly WindowFrame _frame;
    private readonly WindowRows _rows;
    private readonly PeerRanges _peers;
    private readonly RangeSearch? _startSearch;
    private readonly RangeSearch? _endSearch;

    public WindowFrames(WindowFrame frame, int orderCount, WindowRows rows, MemoryAccount account)
    {
        _frame = frame;
        _rows = rows;
        _peers = rows.WantPeers(orderCount);
        First = new RowNumbers(account);
        End = new RowNumbers(account);
        bool isRange = frame.Unit == FrameUnit.Range;
        if (frame.Start.Offset >= 0)
        {
            rows.Want(frame.Start.Offset);
            if (isRange) _startSearch = new RangeSearch(frame.Start, false, rows, account);
        }
        if (frame.End.Offset >= 0)
        {
            rows.Want(frame.End.Offset);
            if (isRange) _endSearch = new RangeSearch(frame.End, true, rows, account);
        }
    }

    /// <summary>Where the row's frame begins.</summary>
    public RowNumbers First { get; }

    /// <summary>Where the row's frame ends; not before its first row.</summary>
    public RowNumbers End { get; }

    /// <summary>True when rows inside the ends are left out.</summary>
    public bool HasExclusion => _frame.Exclusion != FrameExclusion.NoOthers;

    /// <summary>True when every frame is its partition.</summary>
    public bool AreWhole { get; private set; }

    /// <summary>
    /// True when every frame begins with its partition and ends no earlier than that of the row before.
    /// </summary>
    public bool AreRunning { get; private set; }

    /// <summary>True when inside a partition no frame begins or ends earlier than that of the row before.</summary>
    public bool AreSliding { get; private set; }

    /// <summary>Finds the frames of all rows.</summary>
    public void Compute()
    {
        int count = _rows.Count;
        First.Reset(count);
        End.Reset(count);
        _startSearch?.Load();
        _endSearch?.Load();
        Find(_frame.Start, isEnd: false, First);
        Find(_frame.End, isEnd: true, End);
        AreWhole = AreRunning = AreSliding = !HasExclusion;
        for (int row = 0; row < count; row++)
        {
            if (End[row] < First[row]) End[row] = First[row];
            bool isFirst = _rows.PartitionFirst[row] == row;
            AreWhole &= First[row] == _rows.PartitionFirst[row] && End[row] == _rows.PartitionEnd[row];
            AreRunning &= First[row] == _rows.PartitionFirst[row] && (isFirst || End[row] >= End[row - 1]);
            AreSliding &= isFirst || (First[row] >= First[row - 1] && End[row] >= End[row - 1]);
        }
    }

    /// <summary>The row's frame as at most three ranges in order: first and end of each; returns how many.</summary>
    public int GetRanges(int row, Span<(int First, int End)> ranges)
    {
        int first = First[row];
        int end = End[row];
        if (!HasExclusion)
        {
            ranges[0] = (first, end);
            return 1;
        }
        bool keepsCurrent = _frame.Exclusion == FrameExclusion.Ties;
        bool isOne = _frame.Exclusion == FrameExclusion.CurrentRow;
        int gap = isOne ? row : _peers.First[row];
        int gapEnd = isOne ? row + 1 : _peers.End[row];
        int n = 0;
        if (first < Math.Min(end, gap)) ranges[n++] = (first, Math.Min(end, gap));
        if (keepsCurrent && row >= first && row < end) ranges[n++] = (row, row + 1);
        if (Math.Max(first, gapEnd) < end) ranges[n++] = (Math.Max(first, gapEnd), end);
        return n;
    }

    public void Dispose()
    {
        First.Dispose();
        End.Dispose();
        _startSearch?.Dispose();
        _endSearch?.Dispose();
    }

    private void Find(WindowFrameEnd bound, bool isEnd, RowNumbers target)
    {
        for (int row = 0; row < _rows.Count; row++)
        {
            target[row] = bound.Kind switch
            {
                FrameEndKind.UnboundedPreceding => _rows.PartitionFirst[row],
                FrameEndKind.UnboundedFollowing => _rows.PartitionEnd[row],
                FrameEndKind.CurrentRow when _frame.Unit == FrameUnit.Rows => isEnd ? row + 1 : row,
                FrameEndKind.CurrentRow => isEnd ? _peers.End[row] : _peers.First[row],
                _ => FindDistant(bound, row, isEnd),
            };
        }
    }

    private int FindDistant(WindowFrameEnd bound, int row, bool isEnd)
    {
        bool isFollowing = bound.Kind == FrameEndKind.Following;
        ColumnBuffer offsets = _rows[bound.Offset];
        if ((isEnd ? _endSearch : _startSearch) is { } search) return search.Find(row, _peers);
        if (!offsets.IsValid(row)) throw WrongOffset(isEnd, "null");
        long offset = offsets.Element<long>(row);
        if (offset < 0) throw WrongOffset(isEnd, "negative");
        int first = _rows.PartitionFirst[row];
        int end = _rows.PartitionEnd[row];
        if (_frame.Unit == FrameUnit.Rows)
        {
            // Saturates: an offset may be larger than any partition.
            long place = isFollowing ? row + Math.Min(offset, int.MaxValue) : row - Math.Min(offset, int.MaxValue);
            return (int)Math.Clamp(isEnd ? place + 1 : place, first, end);
        }
        return FindGroup(row, isFollowing ? Math.Min(offset, int.MaxValue) : -Math.Min(offset, int.MaxValue), isEnd);
    }

    // Groups are numbered through the morsel, so the wanted one is found by its number.
    private int FindGroup(int row, long distance, bool isEnd)
    {
        int first = _rows.PartitionFirst[row];
        int end = _rows.PartitionEnd[row];
        long group = _peers.Group[row] + distance;
        if (group < _peers.Group[first]) return first;
        if (group > _peers.Group[end - 1]) return end;
        int low = first;
        int high = end - 1;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_peers.Group[middle] < group) low = middle + 1;
            else high = middle;
        }
        return isEnd ? _peers.End[low] : low;
    }

    /// <summary>22013</summary>
    public static QueryException WrongOffset(bool isEnd, string what) =>
        new("22013", $"Frame {(isEnd ? "ending" : "starting")} offset must not be {what}");
}
