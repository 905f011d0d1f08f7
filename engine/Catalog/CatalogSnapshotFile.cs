using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The file <c>snapshot</c>: everything up to a frame of the log.
/// <code>
///   bytes    field
///   8        "CFCATSNP"
///   4        format number, that of the log
///   then chunks of about 1 MiB:
///   4        body length
///   4        CRC32C of the length and the body
///   ...      body
/// </code>
/// The first chunk's body: 16 catalog id, 8 sequence of the last frame in it, 8 revision, varint entry count,
/// varint lease count, per lease varint id and varint milliseconds. The other bodies hold entries in key order: varint
/// key length, key, varint create revision, varint mod revision, varint lease, varint value length, value.
/// </summary>
internal static class CatalogSnapshotFile
{
    private const int ChunkBytes = 1 << 20;
    private const int HeaderBytes = 12;

    private static ReadOnlySpan<byte> Magic => "CFCATSNP"u8;

    /// <summary>Writes a snapshot in the place of the one before; returns its length.</summary>
    public static async ValueTask<long> WriteAsync(
        IFileSystem files, string path, Content content, CancellationToken cancellationToken)
    {
        using TempFile temp = TempFile.Create(files, path);
        using ByteWriter header = new();
        header.WriteBytes(Magic);
        header.WriteUInt32(CatalogLogFile.Format.Written);
        temp.File.Append(header.WrittenSpan);
        using ByteWriter chunk = new(ChunkBytes);
        BeginChunk(chunk);
        WriteSummary(chunk, content);
        AppendChunk(temp.File, chunk);
        foreach (CatalogEntry entry in content.State.Entries)
        {
            WriteEntry(chunk, entry);
            if (chunk.Length >= ChunkBytes) AppendChunk(temp.File, chunk);
        }
        if (chunk.Length > 8) AppendChunk(temp.File, chunk);
        long length = temp.File.Length;
        await temp.PublishAsync(cancellationToken);
        return length;
    }

    public static Content Read(IFileSystem files, string path)
    {
        using IFile file = files.OpenRead(path);
        byte[] header = new byte[HeaderBytes];
        file.ReadExactly(0, header);
        CorruptDataException.ThrowUnless(header.AsSpan(0, 8).SequenceEqual(Magic), "not a catalog snapshot", path, 0);
        CatalogLogFile.Format.Check(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)), path);
        long offset = HeaderBytes;
        byte[] first = ReadChunk(file, ref offset);
        Summary summary = ReadSummary(first, path);
        List<CatalogEntry> entries = [];
        while (offset < file.Length)
        {
            long start = offset + 8;
            ReadEntries(ReadChunk(file, ref offset), path, start, entries);
        }
        CorruptDataException.ThrowUnless(entries.Count == summary.EntryCount, "number of entries", path, offset);
        return new Content(
            summary.CatalogId, summary.Sequence, CatalogState.From(summary.Revision, entries, summary.Leases));
    }

    private static void WriteSummary(ByteWriter chunk, Content content)
    {
        chunk.WriteUInt128(content.CatalogId);
        chunk.WriteInt64(content.Sequence);
        chunk.WriteInt64(content.State.Revision);
        chunk.WriteVarUInt64((ulong)content.State.Entries.Count);
        chunk.WriteVarUInt64((ulong)content.State.Leases.Count);
        foreach ((long id, TimeSpan timeToLive) in content.State.Leases)
        {
            chunk.WriteVarUInt64((ulong)id);
            chunk.WriteVarUInt64((ulong)timeToLive.TotalMilliseconds);
        }
    }

    private static Summary ReadSummary(byte[] chunk, string name)
    {
        ByteReader reader = new(chunk, name, HeaderBytes + 8);
        UInt128 catalogId = reader.ReadUInt128();
        long sequence = reader.ReadInt64();
        long revision = reader.ReadInt64();
        reader.ThrowUnless(sequence >= 0 && revision >= 0, "negative number");
        int entryCount = reader.ReadVarCount(int.MaxValue);
        int leaseCount = reader.ReadVarCount(reader.Remaining / 2);
        List<KeyValuePair<long, TimeSpan>> leases = [];
        for (int i = 0; i < leaseCount; i++)
        {
            long id = CatalogLogRecord.ReadPositive(ref reader);
            leases.Add(new(id, TimeSpan.FromMilliseconds(reader.ReadVarCount(int.MaxValue))));
        }
        reader.ExpectEnd();
        return new Summary(catalogId, sequence, revision, entryCount, leases);
    }

    private static void WriteEntry(ByteWriter chunk, CatalogEntry entry)
    {
        CatalogLogRecord.WriteBlob(chunk, entry.Key.Bytes);
        chunk.WriteVarUInt64((ulong)entry.CreateRevision);
        chunk.WriteVarUInt64((ulong)entry.ModRevision);
        chunk.WriteVarUInt64((ulong)entry.LeaseId);
        CatalogLogRecord.WriteBlob(chunk, entry.Value.Span);
    }

    private static void ReadEntries(byte[] chunk, string name, long offset, List<CatalogEntry> entries)
    {
        ByteReader reader = new(chunk, name, offset);
        while (!reader.IsAtEnd)
        {
            CatalogKey key = new(reader.ReadBytes(reader.ReadVarCount(CatalogKey.MaxBytes)));
            long created = CatalogLogRecord.ReadPositive(ref reader);
            long modified = CatalogLogRecord.ReadPositive(ref reader);
            long lease = CatalogLogRecord.ReadPositive(ref reader);
            byte[] value = reader.ReadBytes(reader.ReadVarCount(CatalogTransaction.MaxValueBytes)).ToArray();
            reader.ThrowUnless(entries.Count == 0 || entries[^1].Key.CompareTo(key) < 0, "order of keys");
            entries.Add(new CatalogEntry(key, value, created, modified, lease));
        }
    }

    private static void BeginChunk(ByteWriter chunk)
    {
        chunk.Clear();
        chunk.Append(8).Clear();
    }

    private static void AppendChunk(IAppendFile file, ByteWriter chunk)
    {
        chunk.PatchInt32(0, chunk.Length - 8);
        chunk.PatchUInt32(4, ChunkChecksum(chunk.WrittenSpan));
        file.Append(chunk.WrittenSpan);
        BeginChunk(chunk);
    }

    private static byte[] ReadChunk(IFile file, ref long offset)
    {
        byte[] header = new byte[8];
        file.ReadExactly(offset, header);
        ByteReader reader = new(header, file.Path, offset);
        // One entry more than fits may end a chunk.
        int length = reader.ReadCount(max: (int)Math.Min(2 * ChunkBytes, file.Length - offset - 8));
        uint checksum = reader.ReadUInt32();
        byte[] body = new byte[length];
        file.ReadExactly(offset + 8, body);
        uint found = Checksum.Append(Checksum.Crc32C(header.AsSpan(0, 4)), body);
        CorruptDataException.ThrowUnless(found == checksum, "checksum of a chunk", file.Path, offset);
        offset += 8 + length;
        return body;
    }

    private static uint ChunkChecksum(ReadOnlySpan<byte> chunk) =>
        Checksum.Append(Checksum.Crc32C(chunk[..4]), chunk[8..]);

    /// <summary>What a snapshot says.</summary>
    internal readonly record struct Content(UInt128 CatalogId, long Sequence, CatalogState State);

    private readonly record struct Summary(
        UInt128 CatalogId, long Sequence, long Revision, int EntryCount, List<KeyValuePair<long, TimeSpan>> Leases);
}
