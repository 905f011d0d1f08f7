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

    public TableDefinition Definition { get; }

    /// <summary>The committed version below.</summary>
    public TableState State { get; }

    public long TableId => State.TableId;

    public long Version => State.Version;

    /// <summary>All segments; the order of rows without ORDER BY.</summary>
    public ImmutableArray<SnapshotSegment> Segments { get; }

    /// <summary>Rows that are not deleted.</summary>
    public long RowCount => Segments.Sum(s => (long)s.LiveRowCount);

    internal SegmentCache Cache => _cache;

    /// <summary>The definition of an older schema version.</summary>
    internal Func<int, TableDefinition> Definitions { get; }

    /// <summary>The segment and row that a row id names.</summary>
    public (SnapshotSegment Segment, int Row) Find(long rowId)
    {
        (int number, int row) = RowId.Split(rowId);
        Invariant.Holds(number < Segments.Length && row < Segments[number].RowCount);
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
