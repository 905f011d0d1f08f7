using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>The newest version of a table; whoever commits compares that it has not moved.</summary>
/// <param name="Version">Number of the version; 0 is the empty table as it was created.</param>
/// <param name="SchemaVersion">Its definition.</param>
/// <param name="CheckpointVersion">The version whose pages are complete; later ones are deltas on top.</param>
internal sealed record TableHead(long Version, int SchemaVersion, long CheckpointVersion)
{
    private const byte Format = 1;

    /// <summary>Rows without those deleted.</summary>
    public long RowCount { get; init; }

    /// <summary>Bytes of files and journal extents.</summary>
    public long Bytes { get; init; }

    public int SegmentCount { get; init; }

    /// <summary>When the version was committed; later for every version.</summary>
    public DateTime CommitTime { get; init; }

    /// <summary>The place that the next new segment takes among all.</summary>
    public long NextOrder { get; init; }

    /// <summary>The oldest version that can still be read.</summary>
    public long OldestVersion { get; init; }

    /// <summary>Bytes of deltas since the checkpoint, which tell when the next one is due.</summary>
    public int DeltaBytes { get; init; }

    /// <summary>True when other tables may name the same segments, because one was cloned from the other.</summary>
    public bool SharesFiles { get; init; }

    /// <summary>When it was dropped; null while it lives.</summary>
    public DateTime? DropTime { get; init; }

    public byte[] ToBytes() => RecordBytes.Seal(Format, target =>
    {
        RecordBytes.WriteCount(target, Version);
        RecordBytes.WriteInt(target, SchemaVersion);
        RecordBytes.WriteCount(target, CheckpointVersion);
        RecordBytes.WriteCount(target, RowCount);
        RecordBytes.WriteCount(target, Bytes);
        RecordBytes.WriteCount(target, SegmentCount);
        target.WriteInt64(CommitTime.Ticks);
        RecordBytes.WriteCount(target, NextOrder);
        RecordBytes.WriteCount(target, OldestVersion);
        RecordBytes.WriteCount(target, DeltaBytes);
        target.WriteBool(SharesFiles);
        target.WriteBool(DropTime is not null);
        if (DropTime is { } time) target.WriteInt64(time.Ticks);
    });

    public static TableHead Read(CatalogEntry entry)
    {
        ByteReader source = RecordBytes.Open(entry, Format);
        long version = RecordBytes.ReadCount(ref source);
        int schema = RecordBytes.ReadInt(ref source);
        TableHead head = new(version, schema, RecordBytes.ReadCount(ref source))
        {
            RowCount = RecordBytes.ReadCount(ref source),
            Bytes = RecordBytes.ReadCount(ref source),
            SegmentCount = source.ReadVarCount(int.MaxValue),
            CommitTime = UtcTime.Read(ref source),
            NextOrder = RecordBytes.ReadCount(ref source),
            OldestVersion = RecordBytes.ReadCount(ref source),
            DeltaBytes = source.ReadVarCount(int.MaxValue),
            SharesFiles = source.ReadBool(),
            DropTime = source.ReadBool() ? UtcTime.Read(ref source) : null,
        };
        source.ExpectEnd();
        source.ThrowUnless(head.CheckpointVersion <= head.Version && head.OldestVersion <= head.Version, "versions");
        return head;
    }
}
