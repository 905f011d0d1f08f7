using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>
/// What one column group of a segment consists of.
/// <code>
///   bytes    field
///   4        "CFM1"
///   2        format number
///   2        0
///   4        bytes of the header, from "CFM1" to its checksum
///   16       cluster
///   8        table
///   8        range
///   8        segment
///   8        load
///   4        schema version
///   4        column group
///   4        rows
///   4        rows of a block
///   4        rows of a vector
///   8        position checksum
///   8        bytes of the values before encoding
///   varint   files, F
///   F x      name as text; varint bytes; 16 XXH128 of the file
///   varint   columns, C
///   C x      varint id; 1 nullable; type (see TypeBytes); varint file, 0 to F - 1;
///            varint start of the footer behind the header; varint bytes of the footer; 4 its CRC32C
///   4        CRC32C of the header up to here
///   ...      footer of each column (see ColumnFooter)
/// </code>
/// Column names are the catalog's; here columns are ids.
/// </summary>
internal sealed class Manifest
{
    private const int MaxFiles = 1 << 16, MaxColumns = 1 << 16;

    /// <summary>Whose rows.</summary>
    public required SegmentIdentity Identity { get; init; }

    /// <summary>The column group.</summary>
    public required int Group { get; init; }

    /// <summary>Rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>Rows of a block.</summary>
    public required int BlockRows { get; init; }

    /// <summary>Rows of a vector.</summary>
    public required int VectorRows { get; init; }

    /// <summary>Equal in every group of the same rows in the same order.</summary>
    public required ulong PositionChecksum { get; init; }

    /// <summary>Bytes of the values before encoding.</summary>
    public required long RawBytes { get; init; }

    /// <summary>The files, without the manifest.</summary>
    public required ImmutableArray<SegmentFile> Files { get; init; }

    /// <summary>The columns in order.</summary>
    public required ImmutableArray<ManifestColumn> Columns { get; init; }

    /// <summary>Bytes of the header: the footers begin behind it.</summary>
    public int HeaderBytes { get; private init; }

    /// <summary>Writes the manifest with the columns' footers, which lie one after the other.</summary>
    public byte[] Write(ReadOnlySpan<byte> footers)
    {
        using ByteWriter target = new(4096 + footers.Length);
        target.WriteBytes(SegmentFormat.ManifestMagic);
        target.WriteUInt16(SegmentFormat.FormatNumber);
        target.WriteUInt16(0);
        int lengthAt = target.ReserveInt32();
        target.WriteBytes(Identity.Cluster.ToByteArray());
        target.WriteInt64(Identity.TableId);
        target.WriteInt64(Identity.RangeId);
        target.WriteInt64(Identity.SegmentId);
        target.WriteInt64(Identity.LoadId);
        target.WriteInt32(Identity.SchemaVersion);
        target.WriteInt32(Group);
        target.WriteInt32(RowCount);
        target.WriteInt32(BlockRows);
        target.WriteInt32(VectorRows);
        target.WriteUInt64(PositionChecksum);
        target.WriteInt64(RawBytes);
        target.WriteVarUInt64((ulong)Files.Length);
        foreach (SegmentFile file in Files)
        {
            target.WriteString(file.Name);
            target.WriteVarUInt64((ulong)file.Bytes);
            target.WriteUInt128(file.Hash);
        }
        target.WriteVarUInt64((ulong)Columns.Length);
        foreach (ManifestColumn column in Columns)
        {
            target.WriteVarUInt64((ulong)column.Id);
            target.WriteBool(column.IsNullable);
            TypeBytes.Write(target, column.Type);
            target.WriteVarUInt64((ulong)column.File);
            target.WriteVarUInt64((ulong)column.FooterStart);
            target.WriteVarUInt64((ulong)column.FooterBytes);
            target.WriteUInt32(column.FooterChecksum);
        }
        target.PatchInt32(lengthAt, target.Length + sizeof(uint));
        target.WriteUInt32(Checksum.Crc32C(target.WrittenSpan));
        target.WriteBytes(footers);
        return target.ToArray();
    }

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">The manifest, or at least its header.</param>
    /// <param name="name">The file, for errors.</param>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    /// <exception cref="StorageException">The format is another one.</exception>
    public static Manifest Read(ReadOnlySpan<byte> bytes, string name)
    {
        ByteReader source = new(bytes, name);
        source.ThrowUnless(source.ReadBytes(4).SequenceEqual(SegmentFormat.ManifestMagic), "first bytes of a manifest");
        SegmentFormat.Format.Check(source.ReadUInt16(), name);
        source.ThrowUnless(source.ReadUInt16() == 0, "reserved bytes");
        int length = source.ReadInt32();
        source.ThrowUnless(length >= 100 && length <= bytes.Length, "length of a manifest's header");
        source.ThrowUnless(
            BitConverter.ToUInt32(bytes.Slice(length - sizeof(uint), sizeof(uint))) ==
            Checksum.Crc32C(bytes[..(length - sizeof(uint))]), "checksum of a manifest's header");
        Guid cluster = new(source.ReadBytes(16));
        long table = source.ReadInt64(), range = source.ReadInt64();
        long segment = source.ReadInt64(), load = source.ReadInt64();
        int schema = source.ReadInt32(), group = source.ReadInt32();
        int rows = source.ReadCount(SegmentOptions.MaxRows);
        int blockRows = source.ReadCount(SegmentOptions.MaxRows), vectorRows = source.ReadCount(SegmentOptions.MaxRows);
        source.ThrowUnless(SegmentOptions.AreGood(blockRows, vectorRows), "rows of blocks and vectors");
        ulong positions = source.ReadUInt64();
        long rawBytes = source.ReadInt64();
        source.ThrowUnless(rawBytes >= 0, "raw bytes");
        ImmutableArray<SegmentFile>.Builder files = ImmutableArray.CreateBuilder<SegmentFile>();
        for (int left = source.ReadVarCount(MaxFiles); left > 0; left--)
        {
            string file = source.ReadString(256);
            ulong size = source.ReadVarUInt64();
            source.ThrowUnless(
                size <= long.MaxValue / 2 && !file.Contains('/', StringComparison.Ordinal), "file of a segment");
            files.Add(new SegmentFile(file, (long)size, source.ReadUInt128()));
        }
        ImmutableArray<ManifestColumn>.Builder columns = ImmutableArray.CreateBuilder<ManifestColumn>();
        for (int left = source.ReadVarCount(MaxColumns); left > 0; left--)
        {
            int id = source.ReadVarCount(int.MaxValue);
            bool isNullable = source.ReadBool();
            LogicalType type = TypeBytes.Read(ref source);
            int file = source.ReadVarCount(files.Count - 1);
            int start = source.ReadVarCount(SegmentFormat.MaxManifestBytes);
            int size = source.ReadVarCount(SegmentFormat.MaxManifestBytes);
            columns.Add(new ManifestColumn(id, isNullable, type, file, start, size, source.ReadUInt32()));
        }
        source.ThrowUnless(source.Position == length - sizeof(uint), "bytes left over in a manifest's header");
        return new Manifest
        {
            Identity = new SegmentIdentity(cluster, table, range, segment, load, schema), Group = group,
            RowCount = rows, BlockRows = blockRows, VectorRows = vectorRows, PositionChecksum = positions,
            RawBytes = rawBytes,
            Files = files.ToImmutable(), Columns = columns.ToImmutable(), HeaderBytes = length,
        };
    }
}

/// <summary>A column in a manifest.</summary>
internal sealed record ManifestColumn(
    int Id, bool IsNullable, LogicalType Type, int File, int FooterStart, int FooterBytes, uint FooterChecksum);
