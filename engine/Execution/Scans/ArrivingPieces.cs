namespace ColFrag.Engine.Execution.Scans;

/// <summary>Pieces that somebody deals out while others are read already.</summary>
/// <param name="lowCount">So many waiting pieces or fewer are few: more should come.</param>
internal sealed class ArrivingPieces(int lowCount) : IPieceFeed
{
    private readonly Lock _lock = new();
    private readonly Queue<int> _pieces = [];
    private Signal? _hasNews;
    private Signal? _isLow;
    private bool _hasEnded;

    public int MaxLanes => int.MaxValue;

    /// <summary>Set when few pieces are left; null when few are now.</summary>
    public Signal? WhenLow()
    {
        lock (_lock) return _pieces.Count <= lowCount ? null : _isLow ??= new Signal();
    }

    /// <summary>Adds pieces that follow each other.</summary>
    public void Add(int first, int count)
    {
        Signal? news;
        lock (_lock)
        {
            for (int i = 0; i < count; i++) _pieces.Enqueue(first + i);
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>No more pieces follow.</summary>
    public void End()
    {
        Signal? news;
        lock (_lock)
        {
            _hasEnded = true;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    public bool TryTake(out int piece, out Signal? wait)
    {
        Signal? low = null;
        bool hasPiece;
        lock (_lock)
        {
            hasPiece = _pieces.TryDequeue(out piece);
            wait = hasPiece || _hasEnded ? null : _hasNews ??= new Signal();
            if (_pieces.Count <= lowCount) (low, _isLow) = (_isLow, null);
        }
        low?.Set();
        return hasPiece;
    }
}
