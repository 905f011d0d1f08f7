using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>What a version was made for; numbers are written in the catalog and never reused.</summary>
internal enum DeltaCause : byte
{
    /// <summary>Rows were added, deleted or replaced: only this changes answers.</summary>
    Change = 1,
    /// <summary>The same rows, encoded or merged into other segments.</summary>
    Rewrite = 2,
    /// <summary>The same segments, elsewhere.</summary>
    Move = 3,
    /// <summary>Another definition or range map.</summary>
    Definition = 4,
}

/// <summary>
/// What a version of a table changed. Written in parts, each a record of its own: the first begins with 8 version,
/// 8 commit time, varint schema version, 1 cause and the list of loads (16 each); every part has edits up to its end.
/// </summary>
internal sealed record TableDelta(
    long Version, DateTime CommitTime, int SchemaVersion, DeltaCause Cause, ImmutableArray<TableEdit> Edits)
{
    private const byte Format = 1;
    private const int PartBytes = 56 << 10;

    /// <summary>The most parts, so that a transaction has room for other things.</summary>
    private const int MaxParts = 8;

    /// <summary>The loads that this version committed.</summary>
    public ImmutableArray<LoadId> Loads { get; init; } = [];

    /// <summary>The values of the delta's keys, in order.</summary>
    /// <exception cref="QueryException">54000: too many segments for one commit.</exception>
    public ImmutableArray<byte[]> ToParts()
    {
        ImmutableArray<byte[]>.Builder parts = ImmutableArray.CreateBuilder<byte[]>();
        int next = 0;
        do
        {
            parts.Add(RecordBytes.Seal(Format, target =>
            {
                if (parts.Count == 0) WriteHeader(target);
                for (; next < Edits.Length && target.Length < PartBytes; next++) Edits[next].Write(target);
            }));
        }
        while (next < Edits.Length);
        if (parts.Count <= MaxParts) return parts.ToImmutable();
        throw new QueryException(
            SqlStates.ProgramLimitExceeded, $"Too much for one commit: {Edits.Length} segments changed",
            hint: "Load in several parts, or into fewer ranges.");
    }

    /// <summary>Reads the delta of the entries of its keys, in order.</summary>
    public static TableDelta Read(IReadOnlyList<CatalogEntry> parts)
    {
        ByteReader first = RecordBytes.Open(parts[0], Format);
        long version = RecordBytes.ReadCount(ref first);
        DateTime time = UtcTime.Read(ref first);
        int schema = RecordBytes.ReadInt(ref first);
        DeltaCause cause = (DeltaCause)first.ReadByte();
        first.ThrowUnless(cause is >= DeltaCause.Change and <= DeltaCause.Definition, "cause of a version");
        ImmutableArray<LoadId> loads = RecordBytes.ReadList(ref first, (ref s) => new LoadId(s.ReadUInt128()));
        ImmutableArray<TableEdit>.Builder edits = ImmutableArray.CreateBuilder<TableEdit>();
        while (!first.IsAtEnd) edits.Add(TableEdit.Read(ref first));
        foreach (CatalogEntry part in parts.Skip(1))
        {
            ByteReader source = RecordBytes.Open(part, Format);
            while (!source.IsAtEnd) edits.Add(TableEdit.Read(ref source));
        }
        return new TableDelta(version, time, schema, cause, edits.ToImmutable()) { Loads = loads };
    }

    private void WriteHeader(ByteWriter target)
    {
        RecordBytes.WriteCount(target, Version);
        target.WriteInt64(CommitTime.Ticks);
        RecordBytes.WriteInt(target, SchemaVersion);
        target.WriteByte((byte)Cause);
        RecordBytes.WriteList(target, Loads, (t, load) => t.WriteUInt128(load.Value));
    }
}
