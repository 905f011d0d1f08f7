using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;

namespace ColFrag.Worker;

/// <summary>
/// The file <c>worker</c> of a worker's folder: who it is, for as long as the folder lives.
/// <code>
///   bytes    field
///   8        "CFWORKER"
///   4        format number
///   8        worker id
///   16       disk id, the same as in the file identity once the worker has joined a cluster
///   4        CRC32C of the bytes before
/// </code>
/// It is written before the worker joins for the first time; which cluster it belongs to is said by the file
/// <c>identity</c>, which is written after that.
/// </summary>
internal sealed record WorkerIdentity(long Worker, Guid Disk)
{
    private static readonly FileFormat s_format = new("worker", 1);
    private const int Length = 40;

    private static ReadOnlySpan<byte> Magic => "CFWORKER"u8;

    /// <summary>The identity in a folder, made when the folder is empty.</summary>
    /// <exception cref="StorageException">The folder is used for something else, or is of another format.</exception>
    public static async ValueTask<WorkerIdentity> OpenAsync(
        IFileSystem files, IRandom random, CancellationToken cancellationToken = default)
    {
        if (files.FileExists(StorePaths.Worker)) return Read(files);
        if (FolderIdentity.TryRead(files) is not null)
        {
            throw new StorageException(
                "The folder is of a database, not of a worker", files.Root,
                "Give the worker a folder of its own; colfrag serve DIR serves a database.");
        }
        WorkerIdentity made = new(LocalPlacement.NewId(random), FolderIdentity.NewId(random));
        using ByteWriter target = new(Length);
        target.WriteBytes(Magic);
        target.WriteUInt32(s_format.Written);
        target.WriteInt64(made.Worker);
        target.WriteBytes(made.Disk.ToByteArray());
        target.WriteUInt32(Checksum.Crc32C(target.WrittenSpan));
        using TempFile file = TempFile.Create(files, StorePaths.Worker);
        file.File.Append(target.WrittenSpan);
        await file.PublishAsync(cancellationToken);
        return made;
    }

    private static WorkerIdentity Read(IFileSystem files)
    {
        byte[] bytes = files.ReadAll(StorePaths.Worker, 4096);
        ByteReader source = new(bytes, StorePaths.Worker);
        source.ThrowUnless(source.Remaining >= 12 && source.ReadBytes(8).SequenceEqual(Magic), "not a worker's file");
        s_format.Check(source.ReadUInt32(), files.Root);
        source.ThrowUnless(bytes.Length == Length, "length");
        WorkerIdentity identity = new(source.ReadInt64(), new Guid(source.ReadBytes(16)));
        source.ThrowUnless(source.ReadUInt32() == Checksum.Crc32C(bytes.AsSpan(0, Length - 4)), "checksum");
        source.ThrowUnless(identity.Worker != 0, "worker id");
        return identity;
    }
}
