using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>
/// The file <c>identity</c> of a folder: which database it belongs to and in which format it is.
/// <code>
///   bytes    field
///   8        "COLFRAG" and a zero
///   4        format number of the folder
///   16       cluster id, the same in all folders of a cluster
///   16       disk id, of this folder alone
///   8        when it was made, 100 ns ticks of UTC since year 1
///   4        CRC32C of the bytes before
/// </code>
/// </summary>
internal sealed record FolderIdentity(Guid ClusterId, Guid DiskId, DateTime CreateTime)
{
    /// <summary>The number of the folder's format; rises with every change of layout until release 0.1.</summary>
    public const uint FormatNumber = 1;

    private const int Length = 56;

    private static ReadOnlySpan<byte> Magic => "COLFRAG\0"u8;

    /// <summary>A random id, of the randomness that was handed in.</summary>
    public static Guid NewId(IRandom random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, random.NextUInt64());
        BitConverter.TryWriteBytes(bytes[8..], random.NextUInt64());
        return new Guid(bytes);
    }

    /// <summary>The identity of a folder; null when it has none yet.</summary>
    /// <exception cref="StorageException">It is of another format.</exception>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public static FolderIdentity? TryRead(IFileSystem files)
    {
        if (!files.FileExists(StorePaths.Identity)) return null;
        byte[] bytes = files.ReadAll(StorePaths.Identity, 4096);
        ByteReader source = new(bytes, StorePaths.Identity);
        source.ThrowUnless(source.Remaining >= 12 && source.ReadBytes(8).SequenceEqual(Magic), "not a ColFrag folder");
        Catalog.CatalogFormat.Check(source.ReadUInt32(), FormatNumber, files.Root);
        source.ThrowUnless(bytes.Length == Length, "length");
        FolderIdentity identity = new(
            new Guid(source.ReadBytes(16)), new Guid(source.ReadBytes(16)), Catalog.UtcTime.Read(ref source));
        source.ThrowUnless(source.ReadUInt32() == Checksum.Crc32C(bytes.AsSpan(0, Length - 4)), "checksum");
        return identity;
    }

    /// <summary>Makes a folder this one's.</summary>
    public async ValueTask WriteAsync(IFileSystem files, CancellationToken cancellationToken = default)
    {
        using ByteWriter target = new(Length);
        target.WriteBytes(Magic);
        target.WriteUInt32(FormatNumber);
        target.WriteBytes(ClusterId.ToByteArray());
        target.WriteBytes(DiskId.ToByteArray());
        target.WriteInt64(CreateTime.Ticks);
        target.WriteUInt32(Checksum.Crc32C(target.WrittenSpan));
        using TempFile file = TempFile.Create(files, StorePaths.Identity);
        file.File.Append(target.WrittenSpan);
        await file.PublishAsync(cancellationToken);
    }
}
