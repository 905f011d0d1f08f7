using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>
/// Which segments of a table a scan reads, in a plan: the table's definitions, and per segment its number in the
/// snapshot, its catalog record and, where the receiver cannot open it, what is deleted. Only segments with column
/// files travel; rows of the journal and of the own transaction stay where they are.
/// </summary>
internal static class SnapshotBytes
{
    private const int MaxSegments = 1 << 24;

    public static void Write(PlanWriter target, TableSnapshot snapshot)
    {
        target.Begin(4);
        target.Write(snapshot.Version);
        target.Target.WriteBinary(snapshot.Definition.ToBytes());
        int[] older =
        [
            .. snapshot.Segments.Select(s => s.Record.SchemaVersion).Distinct()
                .Where(v => v != snapshot.Definition.SchemaVersion),
        ];
        target.Target.WriteArrayHeader(older.Length);
        foreach (int version in older) target.Target.WriteBinary(snapshot.Definitions(version).ToBytes());
        target.Target.WriteArrayHeader(snapshot.Segments.Length);
        foreach (SnapshotSegment segment in snapshot.Segments) WriteSegment(target, segment);
    }

    public static TableSnapshot Read(PlanReader source)
    {
        source.Begin(4);
        long version = source.ReadRows();
        TableDefinition definition = ReadDefinition(source.Source);
        TableDefinition[] older = source.Source.ReadList(ReadDefinition, MaxSegments);
        Dictionary<int, TableDefinition> definitions = older.Append(definition)
            .DistinctBy(d => d.SchemaVersion).ToDictionary(d => d.SchemaVersion);
        (int Number, SegmentRecord Record, DeleteVector? Deleted)[] segments =
            source.Source.ReadList(ReadSegment, MaxSegments);
        source.Check(segments.All(s => definitions.ContainsKey(s.Record.SchemaVersion)), "schema version of a segment");
        source.Check(segments.DistinctBy(s => s.Record.Key).Count() == segments.Length, "segments that repeat");
        TableState state = new(
            definition.TableId, version, definition.SchemaVersion, DateTime.UnixEpoch, [],
            segments.ToImmutableSortedDictionary(s => s.Record.Key, s => s.Record));
        return TableSnapshot.OfSegments(
            source.Context.Segments, state, definition, v => definitions[v], segments);
    }

    private static void WriteSegment(PlanWriter target, SnapshotSegment segment)
    {
        Invariant.Holds(!segment.IsRows);
        // Only a delete vector with a file of its own is where the segment is.
        bool isInline = segment.OwnDeleted is not null || segment.Record.DeleteVector?.Journal is not null;
        SegmentRecord record = isInline ? segment.Record with { DeleteVector = null } : segment.Record;
        target.Begin(3);
        target.Write(segment.Number);
        using ByteWriter bytes = new(256);
        record.Write(bytes);
        target.Target.WriteBinary(bytes.WrittenSpan);
        if (isInline) target.Target.WriteBinary(segment.OpenDeleted()!.ToBytes());
        else target.Target.WriteNil();
    }

    private static (int Number, SegmentRecord Record, DeleteVector? Deleted) ReadSegment(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        int number = source.ReadCount(int.MaxValue);
        ByteReader bytes = source.ReadPart();
        SegmentRecord record = SegmentRecord.Read(ref bytes);
        bytes.ExpectEnd();
        source.ThrowUnless(!record.IsJournal && !record.Groups.IsEmpty, "a segment without files");
        if (source.TryReadNil()) return (number, record, null);
        DeleteVector deleted = DeleteVector.Read(source.ReadBinary().Span, source.Name, source.Offset);
        source.ThrowUnless(
            deleted.RowCount == record.RowCount && record.DeleteVector is null, "a delete vector of another segment");
        return (number, record, deleted);
    }

    private static TableDefinition ReadDefinition(MessagePackReader source) =>
        TableDefinition.Read(source.ReadBinary().Span, source.Name);
}
