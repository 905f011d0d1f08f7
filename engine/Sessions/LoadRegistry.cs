using ColFrag.Engine.Formats;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>Where a load is.</summary>
internal enum LoadState : byte
{
    /// <summary>Rows of a client arrive; they are read when all have.</summary>
    Receiving,

    /// <summary>Files are read.</summary>
    Running,

    /// <summary>All rows are in; visible when its transaction is committed.</summary>
    Done,

    /// <summary>Nothing of it is visible.</summary>
    Failed,

    /// <summary>It was committed before; nothing was read.</summary>
    Repeated,
}

/// <summary>One COPY FROM, as others see it while it runs.</summary>
internal sealed class LoadProgress(string id, string table, string source, IClock clock)
{
    private readonly DateTime _started = clock.UtcNow;
    private DateTime? _ended;
    private long _received;

    public string Id => id;

    public LoadState State { get; private set; }

    /// <summary>What is read; null while the client's rows arrive.</summary>
    public ITableSource? Source { get; private set; }

    /// <summary>Counts bytes that a client sent.</summary>
    public void Receive(long bytes) => Interlocked.Add(ref _received, bytes);

    /// <summary>The files are open.</summary>
    public void Run(ITableSource opened)
    {
        Total = opened.LengthBytes;
        Counters = opened.Counters;
        Source = opened;
        State = LoadState.Running;
    }

    /// <summary>The load is over, one way or the other.</summary>
    public void End(long? rowsLoaded, string? error)
    {
        _ended = clock.UtcNow;
        Loaded = rowsLoaded;
        Error = error;
        State = error is null ? LoadState.Done : LoadState.Failed;
        Source = null;
    }

    /// <summary>The same load is in already.</summary>
    public void Repeat()
    {
        End(0, null);
        State = LoadState.Repeated;
    }

    private SourceCounters? Counters { get; set; }

    private long? Total { get; set; }

    private long? Loaded { get; set; }

    private string? Error { get; set; }

    /// <summary>A row of <c>colfrag_loads</c>.</summary>
    public Value[] ToRow() =>
    [
        Value.Text(id), Value.Text(table), Value.Text(source), Value.Text(State.ToString().ToLowerInvariant()),
        Value.BigInt(Counters?.RowsRead ?? 0),
        Loaded is { } loaded ? Value.BigInt(loaded) : Value.Null(LogicalType.BigInt),
        Value.BigInt(Counters?.RowsRejected ?? 0),
        Value.BigInt(Counters?.BytesRead ?? Interlocked.Read(ref _received)),
        Total is { } total ? Value.BigInt(total) : Value.Null(LogicalType.BigInt),
        Value.BigInt((long)((_ended ?? clock.UtcNow) - _started).TotalMilliseconds),
        Error is null ? Value.Null(LogicalType.Varchar) : Value.Text(Error),
    ];
}

/// <summary>
/// The loads of this process, those at work and the last ones that ended: the rows of <c>colfrag_loads</c>.
/// </summary>
internal sealed class LoadRegistry(IClock clock)
{
    private const int KeptLoads = 1_000;

    private readonly Lock _lock = new();
    private readonly Queue<LoadProgress> _loads = [];
    private long _lastNumber;

    /// <summary>The columns of <see cref="Rows"/>.</summary>
    public static Schema Schema { get; } = new(
        new Field("load_id", LogicalType.Varchar, false), new Field("table_name", LogicalType.Varchar, false),
        new Field("source", LogicalType.Varchar, false), new Field("state", LogicalType.Varchar, false),
        new Field("rows_read", LogicalType.BigInt, false), new Field("rows_loaded", LogicalType.BigInt),
        new Field("rows_rejected", LogicalType.BigInt, false), new Field("bytes_read", LogicalType.BigInt, false),
        new Field("bytes_total", LogicalType.BigInt), new Field("elapsed_ms", LogicalType.BigInt, false),
        new Field("error", LogicalType.Varchar));

    /// <summary>Begins a load; without a name it gets a number.</summary>
    public LoadProgress Begin(string? id, string table, string source)
    {
        lock (_lock)
        {
            id ??= (++_lastNumber).ToString(System.Globalization.CultureInfo.InvariantCulture);
            LoadProgress load = new(id, table, source, clock);
            _loads.Enqueue(load);
            while (_loads.Count > KeptLoads) _loads.Dequeue();
            return load;
        }
    }

    /// <summary>A row for each load, oldest first.</summary>
    public IEnumerable<Value[]> Rows()
    {
        LoadProgress[] loads;
        lock (_lock) loads = [.. _loads];
        return loads.Select(load => load.ToRow());
    }
}
