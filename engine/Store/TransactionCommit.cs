using ColFrag.Engine.Time;
using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store.Keys;

namespace ColFrag.Engine.Store;

/// <summary>
/// Commits a transaction: makes its rows and delete vectors durable, works out what changes in the newest versions of
/// its tables, and asks the queue; again and again while those move on, unless they moved into its way.
/// </summary>
internal sealed class TransactionCommit(Transaction transaction, AttemptId? attempt)
{
    private const int MaxTries = 200;

    private readonly TableStore _store = transaction.Store;
    private readonly TransactionState _state = transaction.State;

    /// <summary>Records of delete vectors that were written, by segment and the vector below.</summary>
    private readonly Dictionary<(long Segment, long Below), DeleteVectorRecord> _vectors = [];

    /// <summary>Records of pending segments whose rows are durable.</summary>
    private readonly Dictionary<long, SegmentRecord> _added = [];

    /// <summary>Ids of the new segments that a version names now.</summary>
    public IReadOnlySet<long> CommittedSegments { get; private set; } = ImmutableHashSet<long>.Empty;

    /// <summary>True when the last error leaves open whether the commit took effect.</summary>
    public bool IsUnknown { get; private set; }

    public async ValueTask<CommitOutcome> RunAsync(CancellationToken cancellationToken)
    {
        foreach ((long table, TableOverlay own) in _state.Tables)
        {
            if (own.Added.Any(a => a.Rows is not null)) await _store.WaitForRoomAsync(table, cancellationToken);
        }
        using IDisposable hold = _store.Fragments.HoldJournal();
        for (int tries = 0; tries < MaxTries; tries++)
        {
            CatalogSnapshot newest = _store.Follower.Newest;
            if (tries > 0) await CheckComparesAsync(newest, cancellationToken);
            CommitRequest request = await PrepareAsync(newest, cancellationToken);
            await Buggify.PauseAsync("rows are durable and not committed");
            cancellationToken.ThrowIfCancellationRequested();
            CommitOutcome outcome = await SendAsync(request);
            if (!outcome.IsCommitted) continue;
            await _store.Follower.GetAsync(outcome.Revision, CancellationToken.None);
            if (outcome.EarlierLoad is { } earlier && !request.Loads.Any(claim => claim.Attempt == earlier.Attempt))
            {
                if (attempt is not null) return outcome;
                throw Conflict("Another session committed the same load meanwhile");
            }
            CommittedSegments = request.Tables.SelectMany(t => t.Added).Select(s => s.Key.Id).ToHashSet();
            KeepRows();
            return outcome;
        }
        throw Conflict("The table changed too often meanwhile");
    }

    private async ValueTask<CommitOutcome> SendAsync(CommitRequest request)
    {
        try
        {
            return await _store.Commits.CommitAsync(request, CancellationToken.None);
        }
        catch (QueryException)
        {
            throw;
        }
        catch
        {
            IsUnknown = true;
            throw;
        }
    }

    /// <summary>What to ask for on top of a catalog snapshot; everything it names is durable.</summary>
    private async ValueTask<CommitRequest> PrepareAsync(CatalogSnapshot newest, CancellationToken cancellationToken)
    {
        ImmutableArray<KeyValuePair<long, TableOverlay>> tables =
            [.. _state.Tables.Where(t => !(t.Value.IsNew && t.Value.Drops))];
        List<VectorToWrite> vectors = [];
        foreach ((long table, TableOverlay own) in tables)
        {
            foreach (PendingSegment pending in own.Drops ? [] : own.Added) Collect(pending, own, vectors);
            foreach ((SegmentKey key, DeleteVector deleted) in own.Drops ? [] : own.Deleted)
            {
                if (own.Added.Any(a => a.Record.Key == key)) continue;
                Collect(transaction.Base.GetTable(table).Segments[key], Newest(newest, table, key), deleted, vectors);
            }
        }
        // After the conflicts by row: whoever replaced a row that another replaced too must run again, not fail.
        foreach ((long table, TableOverlay own) in tables)
        {
            CheckRows(newest, table, own);
            await CheckKeysAsync(newest, table, own, cancellationToken);
        }
        await WriteAsync(tables, vectors, cancellationToken);
        return new CommitRequest
        {
            Tables = [.. tables.Select(t => ToChange(newest, t.Key, t.Value))],
            Writes = [.. _state.Writes.Values.Where(w => !IsData(w.Key))],
            Compares = [.. Compares()],
            Loads = [.. Claims(tables)],
        };
    }

    /// <summary>The loads that the transaction has, and the one that the caller names the whole of it.</summary>
    private IEnumerable<LoadClaim> Claims(ImmutableArray<KeyValuePair<long, TableOverlay>> tables)
    {
        foreach (LoadClaim claim in _state.Loads.Values) yield return claim;
        if (attempt is not { } whole) yield break;
        long rowCount = tables.Sum(t => t.Value.Added.Sum(a => (long)a.Record.RowCount));
        yield return new LoadClaim(whole, tables.FirstOrDefault().Key, rowCount);
    }

    /// <summary>Refuses a change that relies on all rows when others have changed some since it began.</summary>
    private void CheckRows(CatalogSnapshot newest, long table, TableOverlay own)
    {
        if (!own.ReadsAllRows || own.Drops || newest.FindHead(table) is null) return;
        long seen = transaction.Base.GetTable(table).Version;
        long now = newest.GetTable(table).Version;
        if (newest.GetDeltas(table, seen + 1, now).Any(d => d.Cause == DeltaCause.Change))
            throw Conflict("Another transaction changed rows of a table that was checked as a whole");
    }

    /// <summary>Looks for the new keys in what others have added since the transaction began.</summary>
    private async ValueTask CheckKeysAsync(
        CatalogSnapshot newest, long table, TableOverlay own, CancellationToken cancellationToken)
    {
        TableDefinition definition = own.Definition ?? transaction.Catalog.GetDefinition(table);
        if (!AddsKeys(own, definition) || newest.FindHead(table) is null) return;
        TableState before = transaction.Base.GetTable(table);
        TableState now = newest.GetTable(table);
        if (now.Version == before.Version) return;
        // Rows that this transaction rewrites and somebody has moved would be found there once more, as duplicates.
        if (own.Removed.Keys.Any(k => !now.Segments.ContainsKey(k)))
            throw Conflict("The rows were rewritten or removed meanwhile");
        TableSnapshot merged = new(_store.Segments, now, definition, v => newest.GetDefinition(table, v), own);
        HashSet<SegmentKey> added = [.. own.Added.Select(a => a.Record.Key)];
        await new DuplicateSearch(merged, _store.Fragments).RunAsync(
            s => added.Contains(s.Record.Key), s => !before.Segments.ContainsKey(s.Record.Key), cancellationToken);
    }

    private static bool AddsKeys(TableOverlay own, TableDefinition definition) =>
        !own.IsNew && !own.Drops && !own.Added.IsEmpty && KeyConstraint.Exists(definition);

    private static void Collect(PendingSegment pending, TableOverlay own, List<VectorToWrite> vectors)
    {
        if (own.DeletedOf(pending.Record.Key) is not { } deleted) return;
        vectors.Add(new VectorToWrite(pending.Record, 0, deleted));
    }

    /// <summary>The vector of a committed segment: what is deleted in its newest version, and ours.</summary>
    private void Collect(SegmentRecord seen, SegmentRecord now, DeleteVector mine, List<VectorToWrite> vectors)
    {
        DeleteVector? below = _store.Segments.OpenDeleted(now);
        if (now.DeleteVector?.Id != seen.DeleteVector?.Id && below!.Intersects(mine) &&
            Safeguards.Keep(Safeguard.RowConflict))
        {
            throw Conflict("Another transaction deleted or replaced one of the same rows");
        }
        long belowId = now.DeleteVector?.Id ?? 0;
        DeleteVector all = below is null || !Safeguards.Keep(Safeguard.VectorUnion) ? mine : below.Or(mine);
        if (all.DeletedCount < all.RowCount && !_vectors.ContainsKey((now.Key.Id, belowId)))
        {
            vectors.Add(new VectorToWrite(now, belowId, all));
        }
    }

    /// <summary>Rows and small vectors go to the journal with one flush, other vectors into files.</summary>
    private async ValueTask WriteAsync(
        ImmutableArray<KeyValuePair<long, TableOverlay>> tables, List<VectorToWrite> vectors,
        CancellationToken cancellationToken)
    {
        List<JournalRecord> records = [];
        List<Action<JournalExtent>> takers = [];
        foreach (VectorToWrite write in vectors)
        {
            byte[] bytes = write.Vector.ToBytes();
            DeleteVectorRecord record = new(
                _store.NewId(), write.Vector.DeletedCount, bytes.Length, XxHash128.Hash(bytes));
            _store.Segments.KeepDeleted(record.Id, write.Vector);
            if (bytes.Length > _store.Options.JournalVectorBytes || !_store.Fragments.TakesSmallWrites)
            {
                await _store.Fragments.WriteDeleteVectorAsync(
                    write.Segment, record.Id, bytes, transaction.Acknowledgement, cancellationToken);
                _vectors[(write.Segment.Key.Id, write.Below)] = record;
                continue;
            }
            records.Add(new JournalRecord(JournalRecordKind.DeleteVector, write.Segment.FolderTable, record.Id, bytes));
            takers.Add(e => _vectors[(write.Segment.Key.Id, write.Below)] = record with { Journal = e });
        }
        foreach (PendingSegment pending in tables.Where(t => !t.Value.Drops).SelectMany(t => t.Value.Added))
        {
            if (_added.ContainsKey(pending.Record.Key.Id)) continue;
            if (pending.Rows is not { } rows)
            {
                _added.Add(pending.Record.Key.Id, pending.Record);
                continue;
            }
            records.Add(new JournalRecord(
                JournalRecordKind.Rows, pending.Record.FolderTable, pending.Record.Key.Id, rows.ToBytes()));
            takers.Add(e => _added.Add(
                pending.Record.Key.Id, pending.Record with { Journal = e, Bytes = e.Length }));
        }
        JournalExtent[] extents = await _store.Fragments.AppendAsync(records, cancellationToken);
        for (int i = 0; i < extents.Length; i++) takers[i](extents[i]);
    }

    private TableChange ToChange(CatalogSnapshot newest, long table, TableOverlay own)
    {
        TableState seen = own.IsNew ? transaction.Catalog.GetTable(table) : transaction.Base.GetTable(table);
        if (own is { IsNew: true, Ranges.IsDefault: false }) seen = seen.With(own.Ranges);
        TableDefinition definition = own.Definition ?? transaction.Catalog.GetDefinition(table);
        bool hasRows = own.Added.Length + own.Deleted.Count + own.Removed.Count > 0;
        TableChange change = new(seen, definition, hasRows ? DeltaCause.Change : DeltaCause.Definition)
        {
            Edits = [.. RangeEdits(newest, table, own, seen)],
            IsNew = own.IsNew, Drops = own.Drops, Undrops = own.Undrops, SharesFiles = own.SharesFiles,
            ChangesDefinition = own.Definition is not null,
        };
        if (own.Drops) return change;
        if (AddsKeys(own, definition) || (own.ReadsAllRows && newest.FindHead(table) is not null))
            change = change with { KeysCheckedIn = newest.GetTable(table).Version };
        List<SegmentRecord> removed = [.. own.Removed.Values];
        List<(SegmentRecord, DeleteVectorRecord)> deleted = [];
        foreach ((SegmentKey key, DeleteVector mine) in own.Deleted.OrderBy(d => d.Key))
        {
            if (own.Added.Any(a => a.Record.Key == key)) continue;
            SegmentRecord now = Newest(newest, table, key);
            // A segment without rows is no segment.
            if (_vectors.TryGetValue((key.Id, now.DeleteVector?.Id ?? 0), out DeleteVectorRecord? vector))
            {
                deleted.Add((now, vector));
            }
            else
            {
                removed.Add(now);
            }
        }
        return change with
        {
            Added = [.. own.Added.Select(AddedRecord).Where(r => r.LiveRowCount > 0)],
            Deleted = [.. deleted], Removed = [.. removed],
        };
    }

    /// <summary>Other ranges, unless somebody else has cut them meanwhile and a load can do with theirs.</summary>
    private static IEnumerable<TableEdit> RangeEdits(
        CatalogSnapshot newest, long table, TableOverlay own, TableState seen)
    {
        if (own.Ranges.IsDefault || own.IsNew || own.Drops || newest.FindHead(table) is null) yield break;
        if (!newest.GetTable(table).HasRangesOf(seen))
        {
            if (own.AreRangesOptional) yield break;
            throw Conflict("Another transaction cut the table into other ranges");
        }
        yield return new ReplaceRanges([.. seen.Ranges.Select(r => r.Id)], own.Ranges);
    }

    private SegmentRecord AddedRecord(PendingSegment pending) => _added[pending.Record.Key.Id] with
    {
        DeleteVector = _vectors.GetValueOrDefault((pending.Record.Key.Id, 0)),
    };

    /// <summary>The keys that were written are as the transaction saw them.</summary>
    private IEnumerable<CatalogCompare> Compares()
    {
        IEnumerable<CatalogKey> keys = _state.Writes.Keys.Where(k => !IsData(k)).Concat(_state.Dependencies).Distinct();
        foreach (CatalogKey key in (Safeguards.Keep(Safeguard.NameCompare) ? keys : []).Order())
        {
            long revision = transaction.Base.State.Find(key)?.ModRevision ?? 0;
            yield return new CatalogCompare(CompareTarget.ModRevision, key, revision, default);
        }
        foreach (CatalogCompare guard in Guards()) yield return guard;
    }

    /// <summary>What must hold so that the new segments are still where they were written.</summary>
    private IEnumerable<CatalogCompare> Guards() =>
        Safeguards.Keep(Safeguard.WorkerCompare) ? Added().SelectMany(a => a.Guards).Distinct() : [];

    private IEnumerable<PendingSegment> Added() =>
        _state.Tables.Values.Where(t => !t.Drops).SelectMany(t => t.Added);

    private async ValueTask CheckComparesAsync(CatalogSnapshot newest, CancellationToken cancellationToken)
    {
        foreach (CatalogCompare guard in Guards())
        {
            CatalogEntries now = await _store.Catalog.ReadAsync(CatalogRead.Of(guard.Key), cancellationToken);
            if (now.Single?.ModRevision == guard.Revision) continue;
            throw Conflict("A worker that has rows of this transaction was restarted meanwhile");
        }
        foreach (CatalogCompare compare in Compares())
        {
            if (!CatalogKeys.Followed.Contains(compare.Key) || newest.State.Holds(compare)) continue;
            throw Conflict($"Another transaction changed the same object ({compare.Key})");
        }
    }

    /// <summary>
    /// Heads and pages are the draft's to write; the transaction has them only to see its own tables.
    /// </summary>
    private bool IsData(CatalogKey key) =>
        _state.Tables.Keys.Any(t => key == CatalogKeys.Head(t) || CatalogKeys.Pages(t, 0).Contains(key));

    private SegmentRecord Newest(CatalogSnapshot newest, long table, SegmentKey key)
    {
        if (newest.FindHead(table) is { } && newest.GetTable(table).Segments.TryGetValue(key, out SegmentRecord? now))
        {
            return now;
        }
        throw Conflict("The rows were rewritten or removed meanwhile");
    }

    private void KeepRows()
    {
        foreach (PendingSegment pending in Added())
        {
            if (pending.Rows is not null) _store.Segments.KeepRows(pending.Record.Key.Id, pending.Rows);
        }
    }

    private static QueryException Conflict(string what) => new(
        SqlStates.SerializationFailure, $"{what}; nothing of this transaction was kept", hint: "Run it again.");

    private readonly record struct VectorToWrite(SegmentRecord Segment, long Below, DeleteVector Vector);
}
