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
///   text     version of the ColFrag that wrote this file; here in every format from 2 on, so that an older one can
///            say which one it takes
///   16       cluster id, the same in all folders of a cluster
///   16       disk id, of this folder alone
///   8        when it was made, 100 ns ticks of UTC since year 1
///   4        CRC32C of the bytes before
/// </code>
/// </summary>
internal sealed record FolderIdentity(Guid ClusterId, Guid DiskId, DateTime CreateTime)
{
    /// <summary>
    /// 1 had no version in this file, and tables could not be told a compression per column. Each number that is read
    /// has a reader in <see cref="s_readers"/>, and a folder under tests/golden.
    /// </summary>
    public static readonly FileFormat Format = new("folder", Written: 2, Oldest: 1);

    private const int MaxVersionBytes = 64;

    private static readonly Dictionary<uint, IdentityReader> s_readers = new() { [1] = Read1, [2] = Read2 };

    private delegate FolderIdentity IdentityReader(ref ByteReader source);

    private static ReadOnlySpan<byte> Magic => "COLFRAG\0"u8;

    /// <summary>The number that the folder says.</summary>
    public uint Number { get; private init; } = Format.Written;

    private static string Version => typeof(FolderIdentity).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>A random id, of the randomness that was handed in.</summary>
    public static Guid NewId(IRandom random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, random.NextUInt64());
        BitConverter.TryWriteBytes(bytes[8..], random.NextUInt64());
        return new Guid(bytes);
    }

    /// <summary>The identity of a folder; null when it has none yet.</summary>
    /// <exception cref="StorageException">It is of a format that is not read.</exception>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public static FolderIdentity? TryRead(IFileSystem files)
    {
        if (!files.FileExists(StorePaths.Identity)) return null;
        byte[] bytes = files.ReadAll(StorePaths.Identity, 4096);
        ByteReader source = new(bytes, StorePaths.Identity);
        source.ThrowUnless(source.Remaining >= 16 && source.ReadBytes(8).SequenceEqual(Magic), "not a ColFrag folder");
        uint number = source.ReadUInt32();
        if (!s_readers.TryGetValue(number, out IdentityReader? read))
        {
            Format.Check(number, files.Root, number > Format.Written ? WriterOf(ref source) : null);
            throw Invariant.Unreachable($"a readable folder format without a reader: {number}");
        }
        FolderIdentity identity = read(ref source) with { Number = number };
        source.ThrowUnless(source.Remaining == sizeof(uint), "length");
        source.ThrowUnless(source.ReadUInt32() == Checksum.Crc32C(bytes.AsSpan(0, bytes.Length - 4)), "checksum");
        return identity;
    }

    /// <summary>Makes a folder this one's.</summary>
    public async ValueTask WriteAsync(IFileSystem files, CancellationToken cancellationToken = default)
    {
        using ByteWriter target = new();
        target.WriteBytes(Magic);
        target.WriteUInt32(Format.Written);
        target.WriteString(Version);
        target.WriteBytes(ClusterId.ToByteArray());
        target.WriteBytes(DiskId.ToByteArray());
        target.WriteInt64(CreateTime.Ticks);
        target.WriteUInt32(Checksum.Crc32C(target.WrittenSpan));
        using TempFile file = TempFile.Create(files, StorePaths.Identity);
        file.File.Append(target.WrittenSpan);
        await file.PublishAsync(cancellationToken);
    }

    /// <summary>
    /// Gives a folder of an older format the present number before anything of the present format gets into it, so
    /// that an older ColFrag refuses it and does not take it for its own. The lock must be held.
    /// </summary>
    public async ValueTask RaiseAsync(IFileSystem files, CancellationToken cancellationToken = default)
    {
        if (Number < Format.Written) await WriteAsync(files, cancellationToken);
    }

    private static FolderIdentity Read1(ref ByteReader source) => new(
        new Guid(source.ReadBytes(16)), new Guid(source.ReadBytes(16)), Catalog.UtcTime.Read(ref source));

    private static FolderIdentity Read2(ref ByteReader source)
    {
        source.ReadString(MaxVersionBytes);
        return Read1(ref source);
    }

    /// <summary>What a later format says of its writer; null where it keeps no promise of ours.</summary>
    private static string? WriterOf(ref ByteReader source)
    {
        try
        {
            string version = source.ReadString(MaxVersionBytes);
            return version.Length > 0 && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+')
                ? version : null;
        }
        catch (CorruptDataException)
        {
            return null;
        }
    }
}
