using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store.Keys;

namespace ColFrag.Engine.Store;

/// <summary>
/// One user's view of the database: a snapshot, and on top of it what the user changed, which nobody else sees before
/// the commit. For one caller at a time; the lanes of a <see cref="TableWriter"/> apart.
/// </summary>
/// <remarks>
/// The isolation is that of a snapshot: two transactions that delete or replace the same row cannot both commit, the
/// second one fails with 40001. A single statement of its own can then be run again by its session.
/// </remarks>
internal sealed class Transaction : IAsyncDisposable
{
    private readonly Pins.Pin _pin;
    private readonly Dictionary<(long, long), TableSnapshot> _snapshots = [];
    private readonly List<PendingSegment> _pending = [];
    private readonly Dictionary<long, IDisposable> _intents = [];
    private TransactionState _state = TransactionState.Empty;
    private CatalogSnapshot _catalog;
    private bool _isEnded;

    internal Transaction(TableStore store, Pins.Pin pin)
    {
        Store = store;
        _pin = pin;
        _catalog = pin.Catalog;
    }

    public TableStore Store { get; }

    /// <summary>All names, as they are for this transaction.</summary>
    public CatalogSnapshot Catalog => _catalog;

    /// <summary>The snapshot that the transaction began with.</summary>
    public CatalogSnapshot Base => _pin.Catalog;

    /// <summary>How many copies of what it writes must be durable before the commit.</summary>
    public Acknowledgement Acknowledgement { get; set; }

    /// <summary>True when there is something to commit.</summary>
    public bool HasChanges => _state != TransactionState.Empty;

    internal TransactionState State => _state;

    /// <summary>The table of a name; null when there is none.</summary>
    public TableSnapshot? FindTable(string schema, string name)
    {
        NameRecord? found = _catalog.Find(NameSpace.Relation, schema, name);
        return found is { Kind: ObjectKind.Table } table ? GetTable(table.Id) : null;
    }

    /// <summary>A table with the changes of this transaction.</summary>
    public TableSnapshot GetTable(long table)
    {
        // The key's second half is no version: everything of one state of the transaction is one snapshot.
        if (_snapshots.TryGetValue((table, -1), out TableSnapshot? known)) return known;
        TableOverlay? own = _state.Tables.GetValueOrDefault(table);
        TableState state = own?.IsNew == true ? _catalog.GetTable(table) : Base.GetTable(table);
        if (own is { Ranges.IsDefault: false }) state = state.With(own.Ranges);
        TableDefinition definition = own?.Definition ?? _catalog.GetDefinition(table);
        TableSnapshot snapshot = new(
            Store.Segments, state, definition, version => _catalog.GetDefinition(table, version), own);
        _snapshots.Add((table, -1), snapshot);
        return snapshot;
    }

    /// <summary>An earlier version of a table, without the changes of this transaction.</summary>
    /// <exception cref="QueryException">It is not kept any more.</exception>
    public TableSnapshot GetTable(long table, long version)
    {
        if (_snapshots.TryGetValue((table, version), out TableSnapshot? known)) return known;
        TableState state = Base.GetTable(table, version);
        _pin.Include(table, version);
        TableSnapshot snapshot = new(
            Store.Segments, state, Base.GetDefinition(table, state.SchemaVersion), v => Base.GetDefinition(table, v));
        _snapshots.Add((table, version), snapshot);
        return snapshot;
    }

    /// <summary>A table as it was at a time.</summary>
    /// <exception cref="QueryException">It did not exist then, or is not kept any more.</exception>
    public TableSnapshot GetTable(long table, DateTime time) => GetTable(table, Base.GetTable(table, time).Version);

    /// <summary>
    /// Says that rows of a table will be deleted or replaced by their row ids, before they are looked for: until the
    /// end of the transaction they stay where they are, as far as this process can see to it.
    /// </summary>
    public void BeginChange(long table)
    {
        ThrowIfEnded();
        if (!_intents.ContainsKey(table)) _intents.Add(table, Store.Intents.Begin(table));
    }

    /// <summary>
    /// Begins to add rows. Ends with <see cref="FinishInsertAsync"/>; disposing of the writer gives up.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="attempt">The try of a load, which is in the manifests of its segments; null for none.</param>
    /// <param name="usesJournal">False to make segments of however few rows.</param>
    /// <exception cref="QueryException">0A000: the journal alone is to do, and workers hold the rows.</exception>
    public TableWriter BeginInsert(long table, AttemptId? attempt = null, bool usesJournal = true)
    {
        ThrowIfEnded();
        RequireAcknowledgement();
        TableSnapshot snapshot = GetTable(table);
        return new TableWriter(
            Store, snapshot.Definition, snapshot.State.Ranges, attempt,
            usesJournal && Store.Fragments.TakesSmallWrites,
            RangeCut.IsDue(snapshot) ? new PositionSample(Store.Random) : null)
        {
            Acknowledgement = Acknowledgement,
        };
    }

    /// <summary>The rows that the writer took are part of the transaction from now on; returns how many.</summary>
    /// <exception cref="QueryException">23505: a row has the key of another one.</exception>
    public async ValueTask<long> FinishInsertAsync(TableWriter writer, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        ImmutableArray<PendingSegment> added = await writer.FinishAsync(cancellationToken);
        if (added.IsEmpty) return 0;
        _pending.AddRange(added);
        TableOverlay own = OverlayOf(writer.Definition.TableId);
        own = own with { Added = own.Added.AddRange(added) };
        // Few rows say nothing of those to come.
        if (writer.Sample is { } sample && writer.RowCount > Store.Options.JournalRows)
            own = own with { Ranges = RangeCut.At(sample, writer.Ranges, Store), AreRangesOptional = true };
        Change(writer.Definition.TableId, own);
        if (KeyConstraint.Exists(writer.Definition))
        {
            HashSet<SegmentKey> keys = [.. added.Select(a => a.Record.Key)];
            await new DuplicateSearch(GetTable(writer.Definition.TableId), Store.Fragments)
                .RunAsync(s => keys.Contains(s.Record.Key), _ => true, cancellationToken);
        }
        return added.Sum(a => (long)a.Record.RowCount);
    }

    /// <summary>
    /// Deletes rows of a snapshot of this transaction; one that is named twice counts once. Returns how many.
    /// </summary>
    public long Delete(TableSnapshot snapshot, IEnumerable<long> rowIds)
    {
        RequireAcknowledgement();
        BeginChange(snapshot.TableId);
        TableOverlay own = OverlayOf(snapshot.TableId);
        ImmutableDictionary<SegmentKey, DeleteVector>.Builder deleted = own.Deleted.ToBuilder();
        long count = 0;
        foreach (IGrouping<int, int> rows in rowIds
            .Select(RowId.Split).GroupBy(r => r.SegmentNumber, r => r.Row).OrderBy(g => g.Key))
        {
            SnapshotSegment segment = snapshot.Segments[rows.Key];
            DeleteVector added = DeleteVector.Of(segment.RowCount, rows);
            if (segment.OpenDeleted() is { } before) added = added.Except(before);
            if (deleted.TryGetValue(segment.Record.Key, out DeleteVector? mine))
            {
                added = added.Except(mine);
                deleted[segment.Record.Key] = mine.Or(added);
            }
            else if (added.DeletedCount > 0)
            {
                deleted.Add(segment.Record.Key, added);
            }
            count += added.DeletedCount;
        }
        if (count > 0) Change(snapshot.TableId, own with { Deleted = deleted.ToImmutable() });
        return count;
    }

    /// <summary>Removes all rows of a table that this transaction sees; returns how many.</summary>
    public long Truncate(long table)
    {
        ThrowIfEnded();
        TableSnapshot snapshot = GetTable(table);
        TableOverlay own = OverlayOf(table);
        ImmutableDictionary<SegmentKey, SegmentRecord> removed = own.Removed.AddRange(
            snapshot.State.Segments.Where(s => !own.Removed.ContainsKey(s.Key)));
        Change(table, own with
        {
            Added = [], Removed = removed, Deleted = ImmutableDictionary<SegmentKey, DeleteVector>.Empty,
        });
        return snapshot.RowCount;
    }

    /// <summary>How many rows a load brought that is committed, or is part of this transaction; else null.</summary>
    public async ValueTask<long?> FindLoadAsync(LoadId load, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        if (_state.Loads.TryGetValue(load, out LoadClaim? own)) return own.RowCount;
        CatalogEntries found = await Store.Catalog.ReadAsync(CatalogRead.Of(CatalogKeys.Load(load)), cancellationToken);
        return found.Single is { } entry ? LoadRecord.Read(entry).RowCount : null;
    }

    /// <summary>The rows of a load are among the changes: the commit fails when another has committed it.</summary>
    public void ClaimLoad(LoadClaim claim)
    {
        ThrowIfEnded();
        SetState(_state with { Loads = _state.Loads.Add(claim.Attempt.Load, claim) });
    }

    /// <summary>
    /// Says that the transaction relies on having seen all rows of a table: when somebody else adds or changes rows of
    /// it, the commit fails.
    /// </summary>
    public void ReadAllRows(long table)
    {
        ThrowIfEnded();
        TableOverlay own = OverlayOf(table);
        if (!own.IsNew) Change(table, own with { ReadsAllRows = true });
    }

    private void RequireAcknowledgement()
    {
        if (Acknowledgement != Acknowledgement.Journal || Store.Fragments.TakesSmallWrites) return;
        throw new QueryException(
            SqlStates.FeatureNotSupported,
            "Acknowledgement by the journal is not supported where workers hold the rows",
            hint: "The journal would be one copy. Use one, quorum or all.");
    }

    /// <summary>What was changed so far, to go back to.</summary>
    public TransactionState Save() => _state;

    /// <summary>Undoes everything since <see cref="Save"/>.</summary>
    public void RollBackTo(TransactionState saved)
    {
        ThrowIfEnded();
        SetState(saved);
    }

    /// <summary>Makes all changes durable and visible at once.</summary>
    /// <param name="attempt">The try of a load, for exactly-once; null where the caller does not retry.</param>
    /// <param name="cancellationToken">Looked at before the commit is sent.</param>
    /// <exception cref="QueryException">40001: another transaction changed the same; nothing was kept.</exception>
    /// <exception cref="ClusterException">The outcome is not known.</exception>
    public async ValueTask<CommitOutcome> CommitAsync(
        AttemptId? attempt = null, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        _isEnded = true;
        bool isUnknown = false;
        IReadOnlySet<long> named = ImmutableHashSet<long>.Empty;
        try
        {
            if (!HasChanges && attempt is null) return new CommitOutcome(true, Base.Revision, []);
            TransactionCommit commit = new(this, attempt);
            try
            {
                return await commit.RunAsync(cancellationToken);
            }
            finally
            {
                isUnknown = commit.IsUnknown;
                named = commit.CommittedSegments;
            }
        }
        finally
        {
            // Where nobody knows whether a version names them, files are not deleted: collection finds out later.
            if (!isUnknown) await DiscardAsync(named);
            Release();
        }
    }

    /// <summary>Forgets all changes, unless they were committed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isEnded) return;
        _isEnded = true;
        await DiscardAsync(ImmutableHashSet<long>.Empty);
        Release();
    }

    internal TableOverlay OverlayOf(long table) => _state.Tables.GetValueOrDefault(table, TableOverlay.Empty);

    internal void Change(long table, TableOverlay own) =>
        SetState(_state with { Tables = _state.Tables.SetItem(table, own) });

    /// <summary>Puts or deletes keys of the catalog for this transaction; compared and written at the commit.</summary>
    internal void Write(params IEnumerable<CatalogWrite> writes)
    {
        ThrowIfEnded();
        SetState(_state with { Writes = _state.Writes.SetItems(writes.Select(w => KeyValuePair.Create(w.Key, w))) });
    }

    /// <summary>The commit fails when somebody else changes this key before it.</summary>
    internal void DependOn(CatalogKey key) =>
        SetState(_state with { Dependencies = _state.Dependencies.Add(key) });

    private void SetState(TransactionState state)
    {
        if (state.Writes != _state.Writes)
        {
            _catalog = state.Writes.IsEmpty ? Base : Base.With(state.Writes.Values);
        }
        _state = state;
        foreach ((long, long) key in _snapshots.Keys.Where(k => k.Item2 < 0).ToArray()) _snapshots.Remove(key);
    }

    /// <summary>Deletes what was written and is named by no version.</summary>
    private async ValueTask DiscardAsync(IReadOnlySet<long> named)
    {
        foreach (PendingSegment pending in _pending.Where(p => !named.Contains(p.Record.Key.Id)))
        {
            await Store.DiscardAsync(pending);
        }
    }

    private void Release()
    {
        foreach (PendingSegment pending in _pending) pending.Rows?.Dispose();
        _pending.Clear();
        foreach (IDisposable intent in _intents.Values) intent.Dispose();
        _pin.Dispose();
    }

    private void ThrowIfEnded() => ObjectDisposedException.ThrowIf(_isEnded, this);
}

/// <summary>All that a transaction changed, as of one moment.</summary>
internal sealed record TransactionState
{
    /// <summary>Nothing.</summary>
    public static TransactionState Empty { get; } = new();

    public ImmutableSortedDictionary<long, TableOverlay> Tables { get; init; } =
        ImmutableSortedDictionary<long, TableOverlay>.Empty;

    public ImmutableSortedDictionary<CatalogKey, CatalogWrite> Writes { get; init; } =
        ImmutableSortedDictionary<CatalogKey, CatalogWrite>.Empty;

    public ImmutableHashSet<CatalogKey> Dependencies { get; init; } = [];

    /// <summary>Loads whose rows are among the changes; a commit has each at most once, whoever sends it.</summary>
    public ImmutableDictionary<LoadId, LoadClaim> Loads { get; init; } = ImmutableDictionary<LoadId, LoadClaim>.Empty;
}
