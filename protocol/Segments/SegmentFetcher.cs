using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Segments;

/// <summary>
/// Makes a copy of a segment in this process's folder: manifests first, whose hashes the catalog names, then the files
/// that they name. Nothing counts before every hash was found right and everything is flushed.
/// </summary>
internal sealed class SegmentFetcher(IFileSystem files)
{
    private const int CheckBytes = 256 << 10;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Fetches column groups of a segment; those that lie here already, as they should be, are left. Returns the bytes
    /// of all.
    /// </summary>
    /// <exception cref="CorruptDataException">The source sent other bytes than the catalog names.</exception>
    /// <exception cref="ColFragException">The source failed or is gone, or the disk here is full.</exception>
    public async Task<long> FetchAsync(
        RpcConnection source, long table, long segment, IReadOnlyList<GroupHash> groups,
        CancellationToken cancellationToken = default)
    {
        string folder = StorePaths.Segment(table, segment);
        await files.EnsureFolderAsync(folder, cancellationToken);
        long bytes = 0;
        foreach (GroupHash group in groups)
        {
            bytes += TryVerify(folder, group, cancellationToken)
                ?? await FetchGroupAsync(source, table, segment, group, cancellationToken);
        }
        await files.FlushFolderAsync(folder, cancellationToken);
        return bytes;
    }

    /// <summary>
    /// Fetches what a task reads of a column group into a folder that is emptied at every start: the manifest, and the
    /// files of some columns. Verified like a copy, and not flushed, because it is none; what is there is left. Returns
    /// the bytes that were fetched.
    /// </summary>
    /// <exception cref="CorruptDataException">The source sent other bytes than the catalog names.</exception>
    /// <exception cref="ColFragException">The source failed or is gone, or the disk here is full.</exception>
    public async Task<long> FetchLentAsync(
        RpcConnection source, LentGroup wanted, string folder, CancellationToken cancellationToken = default)
    {
        long fetched = 0;
        string manifestName = SegmentFormat.ManifestName(wanted.Group.Group);
        string manifestPath = FilePath.Combine(folder, manifestName);
        if (!files.FileExists(manifestPath))
        {
            fetched += await FetchLentAsync(
                source, wanted, manifestPath, SegmentFormat.MaxManifestBytes, wanted.Group.ManifestHash,
                cancellationToken);
        }
        Manifest manifest = Manifest.Read(
            files.ReadAll(manifestPath, SegmentFormat.MaxManifestBytes), manifestPath);
        CheckIdentity(manifest, wanted.Segment, wanted.Group, source);
        foreach (SegmentFile file in LentFilesOf(manifest, wanted))
        {
            string path = FilePath.Combine(folder, file.Name);
            if (files.FileExists(path)) continue;
            fetched += await FetchLentAsync(source, wanted, path, file.Bytes, file.Hash, cancellationToken);
        }
        return fetched;
    }

    /// <summary>True where all that a task reads of a column group was fetched before.</summary>
    public bool HasLent(LentGroup wanted, string folder)
    {
        string path = FilePath.Combine(folder, SegmentFormat.ManifestName(wanted.Group.Group));
        return files.FileExists(path) &&
            LentFilesOf(Manifest.Read(files.ReadAll(path, SegmentFormat.MaxManifestBytes), path), wanted)
                .All(f => files.FileExists(FilePath.Combine(folder, f.Name)));
    }

    private static IEnumerable<SegmentFile> LentFilesOf(Manifest manifest, LentGroup wanted) =>
        manifest.Columns.Where(c => wanted.Columns.Contains(c.Id)).Select(c => c.File).Distinct()
            .Select(f => manifest.Files[f]);

    private async Task<long> FetchLentAsync(
        RpcConnection source, LentGroup wanted, string path, long maxBytes, UInt128 hash,
        CancellationToken cancellationToken)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        using TempFile copy = TempFile.Create(files, path);
        UInt128 found = await FetchFileAsync(
            source, new ReadSegmentFile(wanted.Table, wanted.Segment, name), copy.File, maxBytes, cancellationToken);
        CorruptDataException.ThrowUnless(found == hash, $"hash of the lent file {name}", source.Name, 0);
        long length = copy.File.Length;
        copy.PublishUnflushed();
        return length;
    }

    private static void CheckIdentity(Manifest manifest, long segment, GroupHash group, RpcConnection source) =>
        CorruptDataException.ThrowUnless(
            manifest.Identity.SegmentId == segment && manifest.Group == group.Group,
            "manifest of another segment", source.Name, 0);

    /// <summary>
    /// Reads a column group that lies here against its hashes; returns its bytes, or null when it is not whole.
    /// </summary>
    public long? TryVerify(string folder, GroupHash group, CancellationToken cancellationToken = default)
    {
        string path = FilePath.Combine(folder, SegmentFormat.ManifestName(group.Group));
        if (!files.FileExists(path)) return null;
        try
        {
            byte[] bytes = files.ReadAll(path, SegmentFormat.MaxManifestBytes);
            if (XxHash128.Hash(bytes) != group.ManifestHash) return null;
            long total = bytes.Length;
            foreach (SegmentFile file in Manifest.Read(bytes, path).Files)
            {
                string name = FilePath.Combine(folder, file.Name);
                if (!files.FileExists(name) || HashOf(name, cancellationToken) != (file.Bytes, file.Hash)) return null;
                total += file.Bytes;
            }
            return total;
        }
        catch (CorruptDataException)
        {
            return null;
        }
    }

    private async Task<long> FetchGroupAsync(
        RpcConnection source, long table, long segment, GroupHash group, CancellationToken cancellationToken)
    {
        string folder = StorePaths.Segment(table, segment);
        string manifestPath = FilePath.Combine(folder, SegmentFormat.ManifestName(group.Group));
        using TempFile manifestFile = TempFile.Create(files, manifestPath);
        UInt128 hash = await FetchFileAsync(
            source, new ReadSegmentFile(table, segment, SegmentFormat.ManifestName(group.Group)), manifestFile.File,
            SegmentFormat.MaxManifestBytes, cancellationToken);
        CorruptDataException.ThrowUnless(hash == group.ManifestHash, "hash of a copied manifest", source.Name, 0);
        byte[] bytes = new byte[manifestFile.File.Length];
        manifestFile.File.ReadExactly(0, bytes);
        Manifest manifest = Manifest.Read(bytes, manifestPath);
        CheckIdentity(manifest, segment, group, source);
        long total = bytes.Length;
        foreach (SegmentFile file in manifest.Files)
        {
            using TempFile copy = TempFile.Create(files, FilePath.Combine(folder, file.Name), file.Bytes);
            UInt128 found = await FetchFileAsync(
                source, new ReadSegmentFile(table, segment, file.Name), copy.File, file.Bytes, cancellationToken);
            bool isRight = found == file.Hash || !Safeguards.Keep(Safeguard.CopyHash);
            CorruptDataException.ThrowUnless(
                isRight && copy.File.Length == file.Bytes, $"hash of the copied file {file.Name}",
                source.Name, 0);
            await copy.PublishWithoutFolderAsync(cancellationToken);
            total += file.Bytes;
        }
        await manifestFile.PublishWithoutFolderAsync(cancellationToken);
        return total;
    }

    /// <summary>Appends what the source sends; returns its hash.</summary>
    private static async Task<UInt128> FetchFileAsync(
        RpcConnection source, ReadSegmentFile request, IAppendFile target, long maxBytes,
        CancellationToken cancellationToken)
    {
        await using RpcStream call = await source.StartAsync(request, s_patience, cancellationToken);
        call.EndSending();
        XxHash128 hash = new();
        long left = maxBytes;
        while (true)
        {
            using Frame? frame = await call.ReadAsync(cancellationToken);
            if (frame is null) break;
            left -= frame.Body.Length;
            CorruptDataException.ThrowUnless(
                frame.IsData(DataType.Bytes) && left >= 0, $"length of the copied file {request.File}", source.Name, 0);
            hash.Append(frame.Body.Span);
            await target.AppendAsync(frame.Body, cancellationToken);
        }
        await call.GetReplyAsync<Done>();
        return hash.Finish();
    }

    private (long Bytes, UInt128 Hash) HashOf(string path, CancellationToken cancellationToken)
    {
        using IFile file = files.OpenRead(path);
        XxHash128 hash = new();
        byte[] piece = new byte[(int)Math.Min(CheckBytes, Math.Max(1, file.Length))];
        for (long offset = 0; offset < file.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(piece.Length, file.Length - offset);
            file.ReadExactly(offset, piece.AsSpan(0, count));
            hash.Append(piece.AsSpan(0, count));
            offset += count;
        }
        return (file.Length, hash.Finish());
    }
}
