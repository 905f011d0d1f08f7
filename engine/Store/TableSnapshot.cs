using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Store;

/// <summary>
/// A version of a table as one statement sees it: committed segments, and those that its own transaction added. Valid
/// while the statement's transaction is open.
/// </summary>
internal sealed class TableSnapshot
{
    private readonly SegmentCache _cache;

    /// <param name="cache">What is open of the segments.</param>
    /// <param name="state">The committed version.</param>
    /// <param name="definition">The columns as the statement sees them.</param>
    /// <param name="definitions">The definition of a schema version, for segments that are older.</param>
    /// <param name="own">What the transaction changed; null for nothing.</param>
    public TableSnapshot(
        SegmentCache cache, TableState state, TableDefinition definition, Func<int, TableDefinition> definitions,
        TableOverlay? own = null)
    {
        _cache = cache;
        State = state;
        Definition = definition;
        Definitions = definitions;
        ImmutableArray<SnapshotSegment>.Builder segments = ImmutableArray.CreateBuilder<SnapshotSegment>();
        foreach (SegmentRecord record in state.Segments.Values)
        {
            if (own?.Removed.ContainsKey(record.Key) == true) continue;
            segments.Add(new SnapshotSegment(this, segments.Count, record, null, own?.DeletedOf(record.Key)));
        }
        foreach (PendingSegment pending in own?.Added ?? [])
        {
            segments.Add(new SnapshotSegment(
                this, segments.Count, pending.Record, pending.Rows, own!.DeletedOf(pending.Record.Key)));
        }
        Segments = segments.ToImmutable();
    }

    private TableSnapshot(
        SegmentCache cache, TableState state, TableDefinition definition, Func<int, TableDefinition> definitions,
        Func<TableSnapshot, IEnumerable<SnapshotSegment>> segments)
    {
        _cache = cache;
        State = state;
        Definition = definition;
        Definitions = definitions;
        Segments = [.. segments(this)];
    }

    public TableDefinition Definition { get; }

    /// <summary>The committed version below.</summary>
    public TableState State { get; }

    public long TableId => State.TableId;

    public long Version => State.Version;

    /// <summary>
    /// All segments; the order of rows without ORDER BY. A segment's place here is its number, except in a snapshot of
    /// only some segments.
    /// </summary>
    public ImmutableArray<SnapshotSegment> Segments { get; }

    /// <summary>Rows that are not deleted.</summary>
    public long RowCount => Segments.Sum(s => (long)s.LiveRowCount);

    internal SegmentCache Cache => _cache;

    /// <summary>What is known of the rows of encoded segments here; null for nothing.</summary>
    public Statistics.TableSummary? Summarize() => _cache.Summaries.Get(this);

    /// <summary>The definition of an older schema version.</summary>
    internal Func<int, TableDefinition> Definitions { get; }

    /// <summary>A snapshot of segments that came in a plan, with their numbers there.</summary>
    /// <param name="cache">What is open of the segments in this process.</param>
    /// <param name="state">The version, of these segments alone.</param>
    /// <param name="definition">The columns as the statement sees them.</param>
    /// <param name="definitions">The definition of a schema version of one of the segments.</param>
    /// <param name="segments">
    /// The segments; of each its number, and what is deleted besides its committed delete vector.
    /// </param>
    public static TableSnapshot OfSegments(
        SegmentCache cache, TableState state, TableDefinition definition, Func<int, TableDefinition> definitions,
        IEnumerable<(int Number, SegmentRecord Record, DeleteVector? Deleted)> segments) => new(
            cache, state, definition, definitions,
            table => segments.Select(s => new SnapshotSegment(table, s.Number, s.Record, null, s.Deleted)));

    /// <summary>The same version with only some of its segments; they keep their numbers, and rows their ids.</summary>
    /// <param name="isWanted">The segments.</param>
    /// <param name="carriesDeleted">
    /// Of which the deleted rows become part of the snapshot, for a reader without their delete vectors; null for none.
    /// </param>
    public TableSnapshot Only(
        Func<SnapshotSegment, bool> isWanted, Func<SnapshotSegment, bool>? carriesDeleted = null) => new(
            _cache, State, Definition, Definitions,
            table => Segments.Where(isWanted).Select(
                s => carriesDeleted?.Invoke(s) == true ? s.WithDeleted(table) : s.In(table)));

    /// <summary>The same version whose segments name only some of their column groups: no others are read.</summary>
    public TableSnapshot Narrow(IReadOnlyCollection<int> groups) => new(
        _cache, State, Definition, Definitions, table => Segments.Select(s => s.Narrow(table, groups)));

    /// <summary>The segment and row that a row id names; not in a snapshot of only some segments.</summary>
    public (SnapshotSegment Segment, int Row) Find(long rowId)
    {
        (int number, int row) = RowId.Split(rowId);
        Invariant.Holds(number < Segments.Length && row < Segments[number].RowCount);
        Invariant.Holds(Segments[number].Number == number);
        return (Segments[number], row);
    }
}

/// <summary>A segment in a snapshot.</summary>
internal sealed class SnapshotSegment(
    TableSnapshot table, int number, SegmentRecord record, RowBuffer? ownRows, DeleteVector? ownDeleted)
{
    public TableSnapshot Table => table;

    /// <summary>Its number in the snapshot, which row ids begin with.</summary>
    public int Number => number;

    public SegmentRecord Record => record;

    /// <summary>Rows, deleted or not.</summary>
    public int RowCount => record.RowCount;

    /// <summary>Rows that are not deleted.</summary>
    public int LiveRowCount => RowCount - (ownDeleted?.DeletedCount ?? 0) - (record.DeleteVector?.DeletedCount ?? 0);

    /// <summary>True when the rows are in the journal or in memory, and not in column files.</summary>
    public bool IsRows => ownRows is not null || record.IsJournal;

    /// <summary>The definition that its columns are of.</summary>
    public TableDefinition Definition => record.SchemaVersion == table.Definition.SchemaVersion
        ? table.Definition : table.Definitions(record.SchemaVersion);

    /// <summary>What is deleted besides the committed delete vector; null for nothing.</summary>
    public DeleteVector? OwnDeleted => ownDeleted;

    /// <summary>The same segment in another snapshot.</summary>
    public SnapshotSegment In(TableSnapshot other) => new(other, number, record, ownRows, ownDeleted);

    /// <summary>The same segment in another snapshot, which has its deleted rows itself.</summary>
    public SnapshotSegment WithDeleted(TableSnapshot other) => record.DeleteVector is null
        ? In(other)
        : new SnapshotSegment(other, number, record with { DeleteVector = null }, ownRows, OpenDeleted());

    /// <summary>
    /// The same segment with only some of its column groups; with the smallest where it has none of these, because
    /// its rows are counted.
    /// </summary>
    public SnapshotSegment Narrow(TableSnapshot other, IReadOnlyCollection<int> groups)
    {
        if (IsRows || record.Groups.Length < 2) return In(other);
        ImmutableArray<GroupRecord> kept = [.. record.Groups.Where(g => groups.Contains(g.Group))];
        if (kept.IsEmpty) kept = [record.Groups.MinBy(g => g.Bytes)!];
        return new SnapshotSegment(other, number, record with { Groups = kept }, ownRows, ownDeleted);
    }

    /// <summary>The deleted rows, by others and by the own transaction; null when there are none.</summary>
    public DeleteVector? OpenDeleted()
    {
        DeleteVector? committed = table.Cache.OpenDeleted(record);
        if (ownDeleted is null) return committed;
        return committed is null ? ownDeleted : committed.Or(ownDeleted);
    }

    /// <summary>Opens the column files, for a segment that has them; dispose of it after the last reader.</summary>
    public SegmentHandle OpenReader()
    {
        Invariant.Holds(!IsRows);
        return table.Cache.OpenReader(record);
    }

    /// <summary>Opens the rows, for a segment that <see cref="IsRows"/>; dispose of it after the last reader.</summary>
    public RowBuffer OpenRows()
    {
        Invariant.Holds(IsRows);
        return ownRows?.Share() ?? table.Cache.OpenRows(record, Definition);
    }
}
