using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Fragments;

namespace ColFrag.Engine.Catalog;

/// <summary>The place of a segment among those of its table, and its id, which is never reused.</summary>
internal readonly record struct SegmentKey(long Order, long Id) : IComparable<SegmentKey>
{
    public int CompareTo(SegmentKey other)
    {
        int order = Order.CompareTo(other.Order);
        return order != 0 ? order : Id.CompareTo(other.Id);
    }

    public override string ToString() => CatalogKeys.Hex(Id);
}

/// <summary>The files of one column group of a segment, and who has them.</summary>
/// <param name="Group">Number of the group.</param>
/// <param name="ManifestHash">XXH128 of the manifest, which names everything else.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="Workers">Ids of the workers that have a copy; empty where one process holds the data.</param>
internal sealed record GroupRecord(int Group, UInt128 ManifestHash, long Bytes, ImmutableArray<long> Workers)
{
    public void Write(ByteWriter target)
    {
        RecordBytes.WriteInt(target, Group);
        target.WriteUInt128(ManifestHash);
        RecordBytes.WriteCount(target, Bytes);
        RecordBytes.WriteList(target, Workers, (t, id) => t.WriteInt64(id));
    }

    public static GroupRecord Read(ref ByteReader source) => new(
        RecordBytes.ReadInt(ref source), source.ReadUInt128(), RecordBytes.ReadCount(ref source),
        RecordBytes.ReadList(ref source, (ref s) => s.ReadInt64()));
}

/// <summary>Where the rows of an L0 segment lie in the journal.</summary>
/// <param name="File">Number of the journal file.</param>
/// <param name="Offset">Where the record begins.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct JournalExtent(long File, long Offset, int Length)
{
    public void Write(ByteWriter target)
    {
        RecordBytes.WriteCount(target, File);
        RecordBytes.WriteCount(target, Offset);
        RecordBytes.WriteCount(target, Length);
    }

    public static JournalExtent Read(ref ByteReader source) => new(
        RecordBytes.ReadCount(ref source), RecordBytes.ReadCount(ref source), source.ReadVarCount(int.MaxValue));
}

/// <summary>The deleted rows of a segment: a file of its own, or a record of the journal where it is small.</summary>
/// <param name="Id">Never reused; the name of the file.</param>
/// <param name="DeletedCount">How many rows are deleted.</param>
/// <param name="Bytes">Length of the file or record.</param>
/// <param name="Hash">XXH128 of the vector's bytes.</param>
internal sealed record DeleteVectorRecord(long Id, int DeletedCount, long Bytes, UInt128 Hash)
{
    /// <summary>Where it lies in the journal; null for a file.</summary>
    public JournalExtent? Journal { get; init; }

    public void Write(ByteWriter target)
    {
        target.WriteInt64(Id);
        RecordBytes.WriteCount(target, DeletedCount);
        RecordBytes.WriteCount(target, Bytes);
        target.WriteUInt128(Hash);
        target.WriteBool(Journal is not null);
        Journal?.Write(target);
    }

    public static DeleteVectorRecord Read(ref ByteReader source)
    {
        long id = source.ReadInt64();
        int count = source.ReadVarCount(int.MaxValue);
        return new DeleteVectorRecord(id, count, RecordBytes.ReadCount(ref source), source.ReadUInt128())
        {
            Journal = source.ReadBool() ? JournalExtent.Read(ref source) : null,
        };
    }
}

/// <summary>What the catalog knows of a segment. Everything else is in its manifests.</summary>
internal sealed record SegmentRecord(SegmentKey Key, long RangeId, HashRange Range, int RowCount)
{
    /// <summary>Bytes of files or of the journal extent.</summary>
    public long Bytes { get; init; }

    /// <summary>The definition that its columns are of.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>The version that added it.</summary>
    public long AddedVersion { get; init; }

    /// <summary>The table in whose folder the files are: another one's where this table was cloned from it.</summary>
    public long FolderTable { get; init; }

    /// <summary>The column groups; empty for an L0 segment.</summary>
    public ImmutableArray<GroupRecord> Groups { get; init; } = [];

    /// <summary>Where an L0 segment lies in the journal; null for encoded segments.</summary>
    public JournalExtent? Journal { get; init; }

    public DeleteVectorRecord? DeleteVector { get; init; }

    public bool IsJournal => Journal is not null;

    /// <summary>True when column files of it lie in the folder of the process that has the catalog.</summary>
    public bool IsLocal => Groups.Any(g => g.Workers.IsEmpty);

    /// <summary>The workers that have any of its column groups.</summary>
    public IEnumerable<long> Workers => Groups.SelectMany(g => g.Workers).Distinct();

    /// <summary>One of the column groups; null where it has none of that number.</summary>
    public GroupRecord? FindGroup(int number)
    {
        foreach (GroupRecord group in Groups)
        {
            if (group.Group == number) return group;
        }
        return null;
    }

    /// <summary>True when every column group lies on the same workers as in another record.</summary>
    public bool HasPlacesOf(SegmentRecord other) => Groups.Length == other.Groups.Length &&
        Groups.Zip(other.Groups).All(p => p.First.Workers.AsSpan().SequenceEqual(p.Second.Workers.AsSpan()));

    /// <summary>The same segment in other places.</summary>
    public SegmentRecord With(SetWorkers set) => this with
    {
        Groups = [.. Groups.Select(g => g.Group == set.Group ? g with { Workers = set.Workers } : g)],
    };

    /// <summary>Rows that are not deleted.</summary>
    public int LiveRowCount => RowCount - (DeleteVector?.DeletedCount ?? 0);

    public void Write(ByteWriter target)
    {
        RecordBytes.WriteCount(target, Key.Order);
        target.WriteInt64(Key.Id);
        target.WriteInt64(RangeId);
        target.WriteUInt64(Range.First);
        target.WriteUInt64(Range.Last);
        RecordBytes.WriteCount(target, RowCount);
        RecordBytes.WriteCount(target, Bytes);
        RecordBytes.WriteInt(target, SchemaVersion);
        RecordBytes.WriteCount(target, AddedVersion);
        target.WriteInt64(FolderTable);
        RecordBytes.WriteList(target, Groups, (t, g) => g.Write(t));
        target.WriteBool(Journal is not null);
        Journal?.Write(target);
        target.WriteBool(DeleteVector is not null);
        DeleteVector?.Write(target);
    }

    public static SegmentRecord Read(ref ByteReader source)
    {
        SegmentKey key = new(RecordBytes.ReadCount(ref source), source.ReadInt64());
        long rangeId = source.ReadInt64();
        HashRange range = RangeRecord.ReadRange(ref source);
        SegmentRecord segment = new(key, rangeId, range, source.ReadVarCount(int.MaxValue))
        {
            Bytes = RecordBytes.ReadCount(ref source),
            SchemaVersion = RecordBytes.ReadInt(ref source),
            AddedVersion = RecordBytes.ReadCount(ref source),
            FolderTable = source.ReadInt64(),
            Groups = RecordBytes.ReadList(ref source, GroupRecord.Read),
            Journal = source.ReadBool() ? JournalExtent.Read(ref source) : null,
            DeleteVector = source.ReadBool() ? DeleteVectorRecord.Read(ref source) : null,
        };
        source.ThrowUnless(segment.LiveRowCount >= 0, "number of deleted rows");
        return segment;
    }
}
