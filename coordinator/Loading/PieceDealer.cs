using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;

namespace ColFrag.Coordinator.Loading;

/// <summary>Deals the pieces of files out to the workers that read them, a few at a time.</summary>
/// <param name="source">The files, as the coordinator sees them.</param>
/// <param name="countsLines">True where some readers cannot count the lines of the text before a piece.</param>
/// <param name="maxErrors">The most rows that all of them may leave out.</param>
internal sealed class PieceDealer(ITableSource source, bool countsLines, long maxErrors)
{
    private readonly Lock _lock = new();
    private readonly Queue<Deal> _deals = [];
    private TaskCompletionSource _haveAllCome = new();
    private int _missing;
    private int _unserved;

    /// <summary>Pieces that follow each other.</summary>
    /// <param name="First">The first one.</param>
    /// <param name="Count">How many.</param>
    public readonly record struct Deal(int First, int Count);

    /// <summary>True when nothing is left to be dealt out.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock) return _deals.Count == 0;
        }
    }

    /// <summary>So many readers are about to come: nobody gets anything before all have, or have failed.</summary>
    public void Expect(int readers)
    {
        _missing = _unserved = readers;
        _haveAllCome = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A reader is there, or will never be; ends when that is true of all.</summary>
    public Task ArriveAsync()
    {
        if (Interlocked.Decrement(ref _missing) == 0) _haveAllCome.TrySetResult();
        return _haveAllCome.Task;
    }

    /// <summary>Adds pieces, in order, of which at most so many that follow each other go together.</summary>
    public void Add(ReadOnlySpan<int> pieces, int most)
    {
        for (int i = 0; i < pieces.Length;)
        {
            int count = 1;
            while (count < most && i + count < pieces.Length && pieces[i + count] == pieces[i] + count) count++;
            _deals.Enqueue(new Deal(pieces[i], count));
            i += count;
        }
    }

    /// <summary>
    /// The next pieces, and how the text before them ends; null when none are left. One stays for each reader that has
    /// had none yet, however fast the others are.
    /// </summary>
    public (Deal Pieces, PieceStart Start)? Take(bool isFirst, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (isFirst) _unserved--;
            else if (_deals.Count <= _unserved) return null;
            if (!_deals.TryPeek(out Deal deal)) return null;
            // Whoever deals has looked at all that was dealt before, so that nobody else has to. It is no reading.
            long before = source.Counters.BytesRead;
            PieceStart start = source is IPieceStarts starts
                ? starts.StartOf(deal.First, countsLines, cancellationToken)
                : PieceStart.None;
            source.Counters.AddBytes(before - source.Counters.BytesRead);
            return (_deals.Dequeue(), start);
        }
    }

    /// <summary>Adds what a worker has read: all that it counted, less what it had counted before.</summary>
    public void Count(long read, long delivered, long rejected, long bytes)
    {
        lock (_lock)
        {
            source.Counters.AddRows(read, delivered);
            source.Counters.AddRejected(rejected);
            source.Counters.AddBytes(bytes);
        }
    }

    /// <summary>Every reader knows only of the rows that it has left out itself.</summary>
    /// <exception cref="QueryException">Together they are more than are allowed.</exception>
    public void CheckRejects()
    {
        if (source.Counters.RowsRejected <= maxErrors) return;
        throw new QueryException(
            SqlStates.BadCopyFileFormat, $"More than {maxErrors} rows were rejected",
            hint: "Raise max_errors, or mend the input; on_error = 'store' without a limit keeps them to look at.");
    }

    /// <summary>Pieces of a worker that failed are dealt out again.</summary>
    public void GiveBack(IEnumerable<Deal> deals)
    {
        lock (_lock)
        {
            foreach (Deal deal in deals) _deals.Enqueue(deal);
        }
    }
}
