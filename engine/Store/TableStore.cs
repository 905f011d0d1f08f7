using ColFrag.Engine.Catalog;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>
/// The tables of a database: what every process that reads or changes them has, whether the files lie in its own
/// folder or on workers. All changes go through <see cref="Begin"/> and <see cref="Transaction.CommitAsync"/>.
/// </summary>
internal sealed class TableStore : IWriteTarget, IAsyncDisposable
{
    /// <summary>The schema that is there from the beginning.</summary>
    public const string DefaultSchema = "public";

    /// <summary>Pending segments stand behind all committed ones.</summary>
    private const long FirstPendingOrder = 1L << 60;

    private long _pendingOrder = FirstPendingOrder;

    public TableStore(
        ICatalog catalog, CatalogFollower follower, IFragmentStore fragments, ISegmentPlacement placement,
        SegmentCache segments, StoreOptions options, IClock clock, IRandom random, MemoryAccount rowAccount)
    {
        Catalog = catalog;
        Follower = follower;
        Fragments = fragments;
        Placement = placement;
        Segments = segments;
        Options = options;
        Clock = clock;
        Random = random;
        RowAccount = rowAccount;
        Sequences = new SequenceCounters(this);
        Commits = new CommitQueue(catalog, follower, fragments, clock, random, options.UnknownOutcomeDeadline);
    }

    public ICatalog Catalog { get; }

    public CatalogFollower Follower { get; }

    public IFragmentStore Fragments { get; }

    public ISegmentPlacement Placement { get; }

    public SegmentCache Segments { get; }

    public StoreOptions Options { get; }

    public IClock Clock { get; }

    public IRandom Random { get; }

    /// <summary>Counts the rows that are in memory.</summary>
    public MemoryAccount RowAccount { get; }

    public CommitQueue Commits { get; }

    public SequenceCounters Sequences { get; }

    public Pins Pins { get; } = new();

    public WriteIntents Intents { get; } = new();

    /// <summary>Holds back a writer that is too far ahead of sealing; set by who seals.</summary>
    public Func<long, CancellationToken, ValueTask> WaitForRoomAsync { get; set; } = (_, _) => ValueTask.CompletedTask;

    /// <summary>Ends when those who hold the rows have had the time to come back; set where there are such.</summary>
    public Func<CancellationToken, ValueTask> WhenReadyAsync { get; set; } = _ => ValueTask.CompletedTask;

    /// <summary>Begins a transaction on the newest state that this process knows of.</summary>
    public Transaction Begin() => new(this, Pins.Add(() => Follower.Newest));

    /// <summary>
    /// Begins a transaction that sees everything up to a revision: what the session wrote or saw before.
    /// </summary>
    public async ValueTask<Transaction> BeginAsync(long revision, CancellationToken cancellationToken = default)
    {
        await Follower.GetAsync(revision, cancellationToken);
        return Begin();
    }

    /// <summary>Begins a transaction that sees everything that was acknowledged to anyone before this call.</summary>
    public async ValueTask<Transaction> BeginStrongAsync(CancellationToken cancellationToken = default)
    {
        await Follower.GetStrongAsync(cancellationToken);
        return Begin();
    }

    /// <summary>A random id, never 0.</summary>
    public long NewId() => LocalPlacement.NewId(Random);

    public SegmentKey NewPendingKey() => NewPendingKey(NewId());

    /// <summary>The key of a segment that was made elsewhere, under an id that was chosen there.</summary>
    public SegmentKey NewPendingKey(long id) => new(Interlocked.Increment(ref _pendingOrder), id);

    public ISegmentSink BeginSegment(
        SegmentKey key, TableDefinition definition, RangeRecord range, AttemptId? attempt,
        Acknowledgement acknowledgement) =>
        Fragments.BeginSegment(new NewSegment(
            key.Id, definition, range, Placement.ChooseTargets(definition, range, acknowledgement), attempt)
        {
            Acknowledgement = acknowledgement,
        });

    public async ValueTask DiscardAsync(PendingSegment pending)
    {
        Segments.Forget(pending.Record.Key.Id);
        if (pending.Rows is null) await Fragments.DeleteSegmentAsync(pending.Record);
    }

    public async ValueTask DisposeAsync()
    {
        await Commits.WhenIdleAsync();
        await Follower.DisposeAsync();
        Segments.Dispose();
    }
}
