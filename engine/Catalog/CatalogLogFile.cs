using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The file <c>log</c>: what happened since the snapshot, in frames. One frame is what was flushed together.
/// <code>
///   bytes    field
///   8        "CFCATLOG"
///   4        format number
///   16       the catalog's id, random; the snapshot has the same
///   4        CRC32C of the bytes before
///   then frames:
///   4        body length
///   4        CRC32C of the other header fields and the body
///   8        sequence, one more than the frame before
///   ...      body: records, see <see cref="CatalogLogRecord"/>
/// </code>
/// A frame is begun only after the one before it was flushed. So a bad frame with nothing good behind it is the torn
/// end of a write that nobody was told of, and is cut off; a bad frame with a good one behind it is damage.
/// </summary>
internal sealed class CatalogLogFile : IDisposable
{
    /// <summary>The number of this format; rises with every change of bytes.</summary>
    public static readonly FileFormat Format = new("catalog", 1);

    private const int FileHeaderBytes = 32;
    private const int FrameHeaderBytes = 16;
    private const int MaxFrameBytes = 256 << 20;

    private readonly IAppendFile _file;

    private CatalogLogFile(IAppendFile file, UInt128 catalogId, long sequence)
    {
        _file = file;
        CatalogId = catalogId;
        Sequence = sequence;
    }

    private static ReadOnlySpan<byte> Magic => "CFCATLOG"u8;

    public UInt128 CatalogId { get; }

    /// <summary>The sequence of the last frame.</summary>
    public long Sequence { get; private set; }

    /// <summary>Bytes of frames.</summary>
    public long FrameBytes => _file.Length - FileHeaderBytes;

    /// <summary>Makes an empty log.</summary>
    public static async ValueTask CreateAsync(
        IFileSystem files, string path, UInt128 catalogId, CancellationToken cancellationToken)
    {
        using TempFile temp = TempFile.Create(files, path);
        using ByteWriter header = new();
        header.WriteBytes(Magic);
        header.WriteUInt32(Format.Written);
        header.WriteUInt128(catalogId);
        header.WriteUInt32(Checksum.Crc32C(header.WrittenSpan));
        temp.File.Append(header.WrittenSpan);
        await temp.PublishAsync(cancellationToken);
    }

    /// <summary>
    /// Opens the log, gives the records of the frames after a sequence to the caller and cuts off a torn end. What is
    /// kept is written anew: where an earlier process was told that a flush had failed, its bytes may be in the
    /// system's memory alone, which counts them as clean, and no flush of this file would ever write them.
    /// </summary>
    public static async ValueTask<CatalogLogFile> OpenAsync(
        IFileSystem files, string path, long afterSequence, Action<CatalogLogRecord> replay,
        CancellationToken cancellationToken)
    {
        Content content;
        using (IFile file = files.OpenRead(path)) content = Scan(file, afterSequence, replay);
        if (Safeguards.Keep(Safeguard.FreshLog))
            await WriteAnewAsync(files, path, content.EndOffset, cancellationToken);
        return new CatalogLogFile(files.OpenAppend(path), content.CatalogId, content.Sequence);
    }

    private static async ValueTask WriteAnewAsync(
        IFileSystem files, string path, int length, CancellationToken cancellationToken)
    {
        byte[] kept = new byte[length];
        using (IFile file = files.OpenRead(path)) file.ReadExactly(0, kept);
        using TempFile temp = TempFile.Create(files, path);
        await temp.File.AppendAsync(kept, cancellationToken);
        await temp.PublishAsync(cancellationToken);
    }

    /// <summary>Reads the log and changes nothing, for a reader beside the process that writes it.</summary>
    public static UInt128 Read(IFileSystem files, string path, long afterSequence, Action<CatalogLogRecord> replay)
    {
        using IFile file = files.OpenRead(path);
        return Scan(file, afterSequence, replay).CatalogId;
    }

    /// <summary>Adds a frame and makes it durable.</summary>
    /// <param name="frame">What <see cref="BeginFrame"/> began, with records behind it.</param>
    /// <param name="cancellationToken">Not looked at once the write has begun.</param>
    public async ValueTask AppendAsync(ByteWriter frame, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        EndFrame(frame, Sequence + 1);
        long start = _file.Length;
        IsBroken = true;
        try
        {
            await _file.AppendAsync(frame.WrittenMemory, CancellationToken.None);
        }
        catch (StorageException)
        {
            // Half of a frame must not stand before the next one.
            _file.Truncate(start);
            IsBroken = false;
            throw;
        }
        await _file.FlushAsync(CancellationToken.None);
        Sequence++;
        IsBroken = false;
    }

    /// <summary>True when a write failed so that nobody knows what the file holds: it takes no more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Forgets all frames, which a snapshot now contains.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        IsBroken = true;
        _file.Truncate(FileHeaderBytes);
        await _file.FlushAsync(cancellationToken);
        IsBroken = false;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Leaves room for the header of a frame.</summary>
    public static void BeginFrame(ByteWriter frame)
    {
        frame.Clear();
        frame.Append(FrameHeaderBytes).Clear();
    }

    private static void EndFrame(ByteWriter frame, long sequence)
    {
        frame.PatchInt32(0, frame.Length - FrameHeaderBytes);
        frame.PatchInt64(8, sequence);
        frame.PatchUInt32(4, FrameChecksum(frame.WrittenSpan));
    }

    private static uint FrameChecksum(ReadOnlySpan<byte> frame) =>
        Checksum.Append(Checksum.Crc32C(frame[..4]), frame[8..]);

    private static Content Scan(IFile file, long afterSequence, Action<CatalogLogRecord> replay)
    {
        CorruptDataException.ThrowUnless(file.Length <= int.MaxValue, "length of the log", file.Path, 0);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(0, bytes);
        UInt128 catalogId = ReadFileHeader(bytes, file.Path);
        int offset = FileHeaderBytes;
        long sequence = afterSequence;
        bool isFirst = true;
        while (TryReadFrame(bytes.AsSpan(offset), out int length, out long found) && (isFirst || found == sequence + 1))
        {
            CorruptDataException.ThrowUnless(
                found <= afterSequence + 1 || !isFirst, "missing frames", file.Path, offset);
            if (found > afterSequence) Replay(bytes, offset, length, file.Path, replay);
            sequence = found;
            isFirst = false;
            offset += length;
        }
        RefuseDamage(bytes, offset, sequence, file.Path);
        return new Content(catalogId, Math.Max(sequence, afterSequence), offset);
    }

    private static UInt128 ReadFileHeader(byte[] bytes, string name)
    {
        ByteReader header = new(bytes, name);
        header.ThrowUnless(
            header.Remaining >= FileHeaderBytes && header.ReadBytes(8).SequenceEqual(Magic), "not a catalog log");
        Format.Check(header.ReadUInt32(), name);
        UInt128 catalogId = header.ReadUInt128();
        header.ThrowUnless(
            header.ReadUInt32() == Checksum.Crc32C(bytes.AsSpan(0, FileHeaderBytes - 4)), "checksum of the header");
        return catalogId;
    }

    private static bool TryReadFrame(ReadOnlySpan<byte> bytes, out int length, out long sequence)
    {
        length = 0;
        sequence = 0;
        if (bytes.Length < FrameHeaderBytes) return false;
        ByteReader header = new(bytes, "log");
        int body = header.ReadInt32();
        uint checksum = header.ReadUInt32();
        sequence = header.ReadInt64();
        if (body is <= 0 or > MaxFrameBytes || body > bytes.Length - FrameHeaderBytes || sequence <= 0) return false;
        length = FrameHeaderBytes + body;
        return FrameChecksum(bytes[..length]) == checksum;
    }

    private static void Replay(byte[] bytes, int offset, int length, string name, Action<CatalogLogRecord> replay)
    {
        int start = offset + FrameHeaderBytes;
        ByteReader body = new(bytes.AsSpan(start, length - FrameHeaderBytes), name, start);
        while (!body.IsAtEnd) replay(CatalogLogRecord.Read(ref body));
    }

    /// <summary>Throws when a frame newer than the last good one stands somewhere behind it.</summary>
    private static void RefuseDamage(byte[] bytes, int end, long sequence, string name)
    {
        for (int offset = end + 1; offset <= bytes.Length - FrameHeaderBytes; offset++)
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(offset);
            long found = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
            // The sequence is looked at first: almost no other bytes look like one.
            if (found <= sequence || found - sequence > bytes.Length) continue;
            CorruptDataException.ThrowUnless(
                !TryReadFrame(rest, out _, out _), "a damaged frame before a good one", name, end);
        }
    }

    private readonly record struct Content(UInt128 CatalogId, long Sequence, int EndOffset);
}
