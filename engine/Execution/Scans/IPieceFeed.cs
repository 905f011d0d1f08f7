namespace ColFrag.Engine.Execution.Scans;

/// <summary>The pieces of a source, which lanes take one after the other.</summary>
internal interface IPieceFeed
{
    /// <summary>The most pieces that may be read at the same time, at least 1.</summary>
    int MaxLanes { get; }

    /// <summary>
    /// Takes the next piece. False when there is none now: more may come after the signal; without a signal none does.
    /// </summary>
    bool TryTake(out int piece, out Signal? wait);
}

/// <summary>Pieces that are known from the beginning.</summary>
internal sealed class KnownPieces(int[] pieces) : IPieceFeed
{
    private int _next = -1;

    public int MaxLanes => Math.Max(1, pieces.Length);

    public bool TryTake(out int piece, out Signal? wait)
    {
        wait = null;
        int index = Interlocked.Increment(ref _next);
        piece = index < pieces.Length ? pieces[index] : -1;
        return piece >= 0;
    }
}
