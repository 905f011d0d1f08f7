namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// The state of the text at the start of each piece, exact whatever the quotes do. A piece is indexed under a guess of
/// the state before it; when the pieces before it are known, the guess is confirmed or the piece is indexed again.
/// Pieces that nobody has opened are indexed here. So the work of finding row starts is shared by the threads that
/// read, and nothing is looked at twice unless a guess was wrong.
/// </summary>
internal sealed class CsvPieceMap
{
    private readonly CsvText _text;
    private readonly int _pieceBytes;
    private readonly object _lock = new();
    private readonly CsvState[] _starts;
    private readonly bool[] _isKnown;
    private readonly Outcome[] _outcomes;

    public CsvPieceMap(CsvText text, int count, int pieceBytes)
    {
        _text = text;
        _pieceBytes = pieceBytes;
        Count = count;
        _starts = new CsvState[count];
        _isKnown = new bool[count];
        _isKnown[0] = true;
        _outcomes = new Outcome[count];
    }

    public int Count { get; }

    /// <summary>Offset of a piece's first byte in the file; of the file's end for the piece after the last.</summary>
    public long StartOf(int piece) =>
        Math.Min(_text.DataStart + ((long)piece * _pieceBytes), _text.Input.File.Length!.Value);

    /// <summary>Says that the calling thread is about to index a piece.</summary>
    public void Claim(int piece)
    {
        lock (_lock)
        {
            if (!_outcomes[piece].IsKnown) _outcomes[piece].IsClaimed = true;
        }
    }

    /// <summary>Says what a piece leads to under a guess of the state before it.</summary>
    public void Publish(int piece, CsvState start, CsvState end)
    {
        lock (_lock)
        {
            _outcomes[piece] = new Outcome { IsKnown = true, Start = start, End = end };
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Says the state at the start of a piece, which somebody else has found.</summary>
    public void Assume(int piece, CsvState start)
    {
        lock (_lock)
        {
            if (!_isKnown[piece]) (_isKnown[piece], _starts[piece]) = (true, start);
        }
    }

    /// <summary>Gives up a claim without an outcome.</summary>
    public void Abandon(int piece)
    {
        lock (_lock)
        {
            _outcomes[piece].IsClaimed = false;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>
    /// The state at the start of a piece. Waits only for threads that are indexing an earlier piece at this moment.
    /// </summary>
    public CsvState Resolve(int piece, CancellationToken cancellationToken)
    {
        while (true)
        {
            int next;
            lock (_lock)
            {
                while (true)
                {
                    next = Advance(piece);
                    if (next == piece) return _starts[piece];
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!_outcomes[next].IsClaimed) break;
                    Monitor.Wait(_lock);
                }
                _outcomes[next].IsClaimed = true;
            }
            IndexOther(next);
        }
    }

    // Follows the chain to a piece as far as outcomes were found under the right state; the last piece that is known.
    private int Advance(int piece)
    {
        int last = piece;
        while (!_isKnown[last]) last--;
        for (; last < piece; last++)
        {
            ref Outcome outcome = ref _outcomes[last];
            if (!outcome.IsKnown) break;
            if (outcome.Start != _starts[last])
            {
                // A wrong guess: whoever made it indexes again, or has left, and then it is anyone's.
                outcome = default;
                break;
            }
            (_isKnown[last + 1], _starts[last + 1]) = (true, outcome.End);
        }
        return last;
    }

    private void IndexOther(int piece)
    {
        try
        {
            using CsvBlock block = new(Memory.MemoryAccount.Untracked);
            CsvPieceLoader.IndexPiece(_text, this, piece, block, _starts[piece], out CsvState end);
            Publish(piece, _starts[piece], end);
        }
        catch
        {
            Abandon(piece);
            throw;
        }
    }

    private struct Outcome
    {
        public bool IsClaimed, IsKnown;
        public CsvState Start, End;
    }
}
