using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Store;

/// <summary>
/// The next version of a table while commits are gathered into it: each is tried on top of those before it, and taken
/// only if it still fits. Immutable, so that a commit over several tables is taken by all of them or by none.
/// </summary>
internal sealed record TableDraft
{
    private CatalogEntry? HeadEntry { get; init; }

    private TableHead Head { get; init; } = null!;

    private TableState Base { get; init; } = null!;

    private TableState State { get; init; } = null!;

    private ImmutableList<TableEdit> Edits { get; init; } = [];

    private ImmutableList<LoadId> Loads { get; init; } = [];

    private DateTime CommitTime { get; init; }

    private TableHead Next { get; init; } = null!;

    private DeltaCause Cause { get; init; } = DeltaCause.Definition;

    private int SchemaVersion { get; init; }

    public long TableId => Base.TableId;

    /// <summary>Number of the version that this becomes.</summary>
    public long Version => Head.Version + 1;

    /// <summary>How much it has to say.</summary>
    public int EditCount => Edits.Count;

    /// <summary>
    /// Begins on the newest version of a table; null where there is none, because it is gone for good.
    /// </summary>
    public static TableDraft? TryBegin(CatalogSnapshot catalog, TableChange change, DateTime now)
    {
        long table = change.Base.TableId;
        if (change.IsNew)
        {
            // A clone begins with the segments of another table.
            TableHead first = new(0, change.Base.SchemaVersion, 0)
            {
                CommitTime = change.Base.CommitTime, RowCount = change.Base.CountRows(),
                Bytes = change.Base.CountBytes(),
                NextOrder = change.Base.Segments.Count == 0 ? 0 : change.Base.Segments.Keys.Max().Order + 1,
            };
            return Begin(null, first, change.Base, now);
        }
        if (catalog.FindHead(table) is not { } head) return null;
        return Begin(catalog.State.Find(CatalogKeys.Head(table))!, head, catalog.GetTable(table), now);
    }

    /// <summary>
    /// The draft with a change on top. Null when a segment is not as the change saw it any more: the change must be
    /// worked out anew.
    /// </summary>
    /// <exception cref="QueryException">It can never fit: the table was dropped or altered.</exception>
    public TableDraft? TryTake(TableChange change, IEnumerable<LoadId> loads)
    {
        CheckTable(change);
        CheckDefinition(change);
        bool hasNewRows = Head.Version != change.KeysCheckedIn || Edits.Exists(e => e is AddSegment);
        if (change.KeysCheckedIn is not null && hasNewRows) return null;
        foreach (SegmentRecord seen in change.Removed.Concat(change.Deleted.Select(d => d.Seen)))
        {
            if (!State.Segments.TryGetValue(seen.Key, out SegmentRecord? now)) return null;
            bool isAsSeen = now.DeleteVector?.Id == seen.DeleteVector?.Id;
            if (!isAsSeen && Safeguards.Keep(Safeguard.VectorCompare)) return null;
        }
        // Files were copied of a segment that is gone, or was moved by somebody else.
        if (change.Edits.OfType<SetWorkers>().Any(set => !IsAsSeen(set, change.Base))) return null;
        if (change.Edits.Any(e => e is ReplaceRanges) && !State.HasRangesOf(change.Base)) return null;
        long nextOrder = Next.NextOrder;
        List<TableEdit> edits = [.. change.Removed.Select(r => new RemoveSegment(r.Key))];
        edits.AddRange(change.Deleted.Select(d => new SetDeleteVector(d.Seen.Key, d.Vector)));
        edits.AddRange(change.Edits);
        edits.AddRange(change.Added.OrderBy(s => s.Key).Select(s => new AddSegment(Place(s, change, ref nextOrder))));
        (long rows, long bytes) = CountChange(edits);
        TableDelta step = new(State.Version + 1, CommitTime, SchemaVersion, change.Cause, [.. edits]);
        return this with
        {
            State = State.After(step) with { Version = State.Version },
            Edits = Edits.AddRange(edits),
            Loads = Loads.AddRange(loads),
            // Numbers of causes rise from what changes answers to what does not.
            Cause = change.Cause < Cause ? change.Cause : Cause,
            SchemaVersion = change.ChangesDefinition ? change.Definition.SchemaVersion : SchemaVersion,
            Next = Next with
            {
                NextOrder = nextOrder, RowCount = Next.RowCount + rows, Bytes = Next.Bytes + bytes,
                DropTime = change.Drops ? CommitTime : change.Undrops ? null : Next.DropTime,
                SharesFiles = Next.SharesFiles || change.SharesFiles,
            },
        };
    }

    /// <summary>Puts the version into a transaction, which fails when somebody else made one meanwhile.</summary>
    public void Write(CatalogTransaction transaction)
    {
        TableDelta delta = new(Version, CommitTime, SchemaVersion, Cause, [.. Edits]) { Loads = [.. Loads] };
        ImmutableArray<byte[]> parts = delta.ToParts();
        TableHead head = Next with
        {
            Version = Version, SchemaVersion = SchemaVersion, CommitTime = CommitTime,
            SegmentCount = State.Segments.Count, DeltaBytes = Head.DeltaBytes + parts.Sum(p => p.Length),
        };
        if (Safeguards.Keep(Safeguard.HeadCompare))
            transaction.WhenUnchanged(CatalogKeys.Head(TableId), HeadEntry?.ModRevision ?? 0);
        transaction.Put(CatalogKeys.Head(TableId), head.ToBytes());
        for (int part = 0; part < parts.Length; part++)
        {
            transaction.Put(CatalogKeys.Delta(TableId, Version, part), parts[part]);
        }
        if (HeadEntry is not null) return;
        ImmutableArray<byte[]> pages = CheckpointPage.ToPages(Base);
        for (int page = 0; page < pages.Length; page++)
        {
            transaction.Put(CatalogKeys.Page(TableId, 0, page), pages[page]);
        }
    }

    /// <summary>The version as it is after the commit.</summary>
    public TableState Finish() => State with
    {
        Version = Version, SchemaVersion = SchemaVersion, CommitTime = CommitTime,
    };

    private static TableDraft Begin(CatalogEntry? entry, TableHead head, TableState state, DateTime now) => new()
    {
        HeadEntry = entry, Head = head, Next = head, Base = state, State = state, SchemaVersion = head.SchemaVersion,
        // Times of versions never go back, whatever the clock does.
        CommitTime = now > head.CommitTime ? now : head.CommitTime.AddTicks(1),
    };

    /// <summary>A new segment stands behind all others, unless it takes the place of some.</summary>
    private SegmentRecord Place(SegmentRecord added, TableChange change, ref long nextOrder) => added with
    {
        Key = change.KeepsOrder ? added.Key : added.Key with { Order = nextOrder++ },
        AddedVersion = Version,
        FolderTable = added.FolderTable == 0 ? TableId : added.FolderTable,
    };

    private bool IsAsSeen(SetWorkers set, TableState seen) =>
        State.Segments.TryGetValue(set.Key, out SegmentRecord? now) &&
        seen.Segments.TryGetValue(set.Key, out SegmentRecord? then) &&
        now.HasPlacesOf(then);

    private (long Rows, long Bytes) CountChange(List<TableEdit> edits)
    {
        long rows = 0, bytes = 0;
        foreach (TableEdit edit in edits)
        {
            switch (edit)
            {
                case AddSegment add:
                    rows += add.Segment.LiveRowCount;
                    bytes += add.Segment.Bytes + (add.Segment.DeleteVector?.Bytes ?? 0);
                    break;
                case RemoveSegment remove:
                    SegmentRecord removed = State.Segments[remove.Key];
                    rows -= removed.LiveRowCount;
                    bytes -= removed.Bytes + (removed.DeleteVector?.Bytes ?? 0);
                    break;
                case SetDeleteVector set:
                    DeleteVectorRecord? old = State.Segments[set.Key].DeleteVector;
                    rows -= set.Vector.DeletedCount - (old?.DeletedCount ?? 0);
                    bytes += set.Vector.Bytes - (old?.Bytes ?? 0);
                    break;
            }
        }
        return (rows, bytes);
    }

    private void CheckTable(TableChange change)
    {
        if (Next.DropTime is null || change.Undrops) return;
        throw new QueryException(
            SqlStates.SerializationFailure, "The table was dropped while this transaction changed it",
            hint: "Nothing of this transaction was kept; run it again.");
    }

    private void CheckDefinition(TableChange change)
    {
        if (SchemaVersion == change.Base.SchemaVersion) return;
        throw new QueryException(
            SqlStates.SerializationFailure, "The table was altered while this transaction changed it",
            hint: "Nothing of this transaction was kept; run it again.");
    }
}
