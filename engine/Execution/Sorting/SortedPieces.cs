using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Sorted rows on their way out. Most of that work is fetching rows from where they were collected: lanes do it side by
/// side, a piece of some batches each, a few pieces ahead of the one lane that gives them out in order.
/// </summary>
internal sealed unsafe class SortedPieces
{
    /// <summary>The name by which the setting disabled_rules leaves fetching to the lane that gives rows out.</summary>
    public const string RuleName = "sorted_pieces";

    /// <summary>Fewer rows are fetched by whoever gives them out.</summary>
    private const long FewestRows = 1 << 15;

    /// <summary>Of a piece, the most batches; and bytes, as far as the widths of columns tell.</summary>
    private const int MostBatches = 8;
    private const long PieceBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Schema _schema;
    private readonly SortState _state;
    private readonly int _lanes;
    private readonly int _batches;
    private readonly Piece?[] _ready;
    private readonly Stack<Piece> _empty = [];
    private (int Partition, long First)[] _places = [];
    private Signal? _hasRoom;
    private Signal? _hasNews;
    private int _taken;
    private int _given;
    private int _leavers = 2;
    private bool _isClosed;

    /// <param name="schema">The columns.</param>
    /// <param name="state">The rows; freed when both sides have left.</param>
    /// <param name="lanes">How many lanes there can be; with one, nothing is done ahead.</param>
    public SortedPieces(Schema schema, SortState state, int lanes)
    {
        _schema = schema;
        _state = state;
        _lanes = lanes;
        long rowBytes = schema.Fields.Sum(f => Math.Max(1L, f.Type.Physical.SizeBytes()));
        _batches = (int)Math.Clamp(PieceBytes / (rowBytes * Batch.MaxRows), 1, MostBatches);
        _ready = new Piece?[2 * (lanes + 1)];
    }

    /// <summary>Number of pieces; 0 where rows are not fetched ahead.</summary>
    public int Count => _places.Length;

    /// <summary>Cuts the partitions into pieces, once all are sorted.</summary>
    public void Begin()
    {
        if (_lanes < 2 || _state.Runs is not null) return;
        long rows = _state.CountBefore(_state.PartitionCount);
        if (rows < FewestRows) return;
        List<(int, long)> places = [];
        for (int p = 0; p < _state.PartitionCount; p++)
        {
            _state.GetPartition(p, out long count);
            for (long first = 0; first < count; first += (long)_batches * Batch.MaxRows) places.Add((p, first));
        }
        _places = [.. places];
    }

    /// <summary>
    /// Fetches the next piece that nobody has taken; false when there is none, for ever or until
    /// <paramref name="flow"/> says.
    /// </summary>
    public bool TryFetch(SortedRows rows, out Flow flow)
    {
        flow = Flow.More;
        int index;
        Piece? piece;
        lock (_lock)
        {
            if (_isClosed || _taken >= _places.Length)
            {
                flow = Flow.Done;
                return false;
            }
            if (_taken >= _given + _ready.Length)
            {
                flow = Flow.Blocked(_hasRoom ??= new Signal());
                return false;
            }
            index = _taken++;
            _empty.TryPop(out piece);
        }
        piece ??= new Piece(_schema, _batches);
        try
        {
            Fetch(index, rows, piece);
        }
        catch
        {
            piece.Dispose();
            throw;
        }
        Signal? news = null;
        lock (_lock)
        {
            if (_isClosed)
            {
                piece.Dispose();
                return true;
            }
            _ready[index % _ready.Length] = piece;
            if (index == _given) (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
        return true;
    }

    /// <summary>
    /// The next piece in order; null when there is none, for ever or until <paramref name="flow"/> says.
    /// </summary>
    public Piece? Give(out Flow flow)
    {
        lock (_lock)
        {
            flow = Flow.More;
            if (_given >= _places.Length)
            {
                flow = Flow.Done;
                return null;
            }
            Piece? piece = _ready[_given % _ready.Length];
            if (piece is null) flow = Flow.Blocked(_hasNews ??= new Signal());
            return piece;
        }
    }

    /// <summary>Takes the piece that was given last back; the next one has its turn.</summary>
    public void TakeBack(Piece piece)
    {
        Signal? room;
        lock (_lock)
        {
            _ready[_given++ % _ready.Length] = null;
            _empty.Push(piece);
            (room, _hasRoom) = (_hasRoom, null);
        }
        room?.Set();
    }

    /// <summary>Says that nobody takes pieces any more: whoever fetches them ends.</summary>
    public void Close()
    {
        Signal? room;
        lock (_lock)
        {
            if (_isClosed) return;
            _isClosed = true;
            foreach (Piece? piece in _ready) piece?.Dispose();
            foreach (Piece piece in _empty) piece.Dispose();
            Array.Clear(_ready);
            _empty.Clear();
            (room, _hasRoom) = (_hasRoom, null);
        }
        room?.Set();
    }

    /// <summary>One of the two sides looks at the rows no more; the last of them frees them.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _leavers) == 0) _state.Dispose();
    }

    private void Fetch(int index, SortedRows rows, Piece piece)
    {
        (int partition, long first) = _places[index];
        SortEntry* entries = _state.GetPartition(partition, out long count) + first;
        long left = Math.Min(count - first, (long)_batches * Batch.MaxRows);
        piece.Count = 0;
        for (; left > 0; left -= Batch.MaxRows, entries += Batch.MaxRows)
        {
            rows.Gather(entries, (int)Math.Min(Batch.MaxRows, left), piece.Batches[piece.Count++]);
        }
    }

    /// <summary>Some batches in order.</summary>
    internal sealed class Piece(Schema schema, int batches) : IDisposable
    {
        public Batch[] Batches { get; } = [.. Enumerable.Range(0, batches).Select(_ => new Batch(schema))];

        /// <summary>How many of the batches have rows.</summary>
        public int Count { get; set; }

        public void Dispose()
        {
            foreach (Batch batch in Batches) batch.Dispose();
        }
    }
}
