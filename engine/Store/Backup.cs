using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>What a backup copied.</summary>
internal readonly record struct BackupSummary(long Revision, long Files, long Bytes);

/// <summary>
/// Copies everything that one state of the catalog names, with all versions it keeps, into another folder, which then
/// opens as it is. Files never change once they are named, so writers go on meanwhile; only nobody may delete. What
/// lies on workers is fetched, a segment at a time, and the copy names no workers: it is embedded, whatever it was made
/// from.
/// </summary>
internal sealed class Backup(IFileSystem source, IFileSystem target, IFragmentStore fragments)
{
    private const int PieceBytes = 1 << 20;

    private readonly byte[] _piece = new byte[PieceBytes];
    private readonly HashSet<string> _done = [];
    private long _bytes;

    /// <summary>Copies a state. The catalog is written last: before it the folder is no database.</summary>
    /// <exception cref="ClusterException">No worker gives a segment.</exception>
    /// <exception cref="CorruptDataException">A file is not as the catalog says; the copy is not finished.</exception>
    public async ValueTask<BackupSummary> RunAsync(
        CatalogState state, FolderIdentity identity, IClock clock, IRandom random,
        CancellationToken cancellationToken = default)
    {
        CatalogSnapshot catalog = new(state, new TableStateCache());
        SegmentRecord[] segments = [.. catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t))];
        await target.EnsureFolderAsync(StorePaths.Journal, cancellationToken);
        foreach (SegmentRecord segment in segments)
        {
            if (segment.DeleteVector is { Journal: null } vector)
            {
                string path = StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, vector.Id);
                await target.EnsureFolderAsync(FilePath.Parent(path), cancellationToken);
                await CopyAsync(path, null, cancellationToken);
            }
            foreach (JournalExtent extent in KeptSegments.ExtentsOf(segment))
                await CopyAsync(StorePaths.JournalFile(extent.File), null, cancellationToken);
        }
        // Of a segment that was moved, the newest places count.
        foreach (SegmentRecord segment in segments.Where(s => !s.IsJournal).GroupBy(s => s.Key.Id, (_, s) => s.Last()))
        {
            await using (await fragments.BorrowAsync([segment], cancellationToken))
                await CopySegmentAsync(segment, cancellationToken);
        }
        await CopyAssembliesAsync(cancellationToken);
        await new FolderIdentity(identity.ClusterId, FolderIdentity.NewId(random), clock.UtcNow)
            .WriteAsync(target, cancellationToken);
        await LogCatalog.CreateAsync(
            target, StorePaths.Catalog, CatalogWithoutWorkers.Of(state), random, cancellationToken);
        return new BackupSummary(state.Revision, _done.Count, _bytes);
    }

    private async ValueTask CopyAssembliesAsync(CancellationToken cancellationToken)
    {
        FileEntry[] assemblies = [.. source.List(StorePaths.Assemblies).Where(
            e => !e.IsFolder && !e.Name.EndsWith(TempFile.Suffix, StringComparison.Ordinal))];
        if (assemblies.Length == 0) return;
        await target.EnsureFolderAsync(StorePaths.Assemblies, cancellationToken);
        foreach (FileEntry assembly in assemblies)
            await CopyAsync(StorePaths.Assembly(assembly.Name), null, cancellationToken);
    }

    private async ValueTask CopySegmentAsync(SegmentRecord segment, CancellationToken cancellationToken)
    {
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        await target.EnsureFolderAsync(folder, cancellationToken);
        foreach (GroupRecord group in segment.Groups)
        {
            string path = FilePath.Combine(folder, SegmentFormat.ManifestName(group.Group));
            if (_done.Contains(path)) continue;
            Manifest manifest = Manifest.Read(source.ReadAll(path, SegmentFormat.MaxManifestBytes), path);
            foreach (SegmentFile file in manifest.Files)
                await CopyAsync(FilePath.Combine(folder, file.Name), file.Hash, cancellationToken);
            await CopyAsync(path, group.ManifestHash, cancellationToken);
        }
        foreach (FileEntry keys in source.List(folder).Where(e => StorePaths.IsKeys(e.Name)))
        {
            await CopyAsync(FilePath.Combine(folder, keys.Name), null, cancellationToken);
        }
    }

    /// <summary>Copies a file once, as far as it goes now, and compares its hash where one is known.</summary>
    private async ValueTask CopyAsync(string path, UInt128? hash, CancellationToken cancellationToken)
    {
        if (!_done.Add(path)) return;
        using IFile file = source.OpenRead(path);
        long length = file.Length;
        using TempFile copy = TempFile.Create(target, path, length);
        Bytes.XxHash128 found = new();
        for (long offset = 0; offset < length;)
        {
            Memory<byte> piece = _piece.AsMemory(0, (int)Math.Min(PieceBytes, length - offset));
            await file.ReadExactlyAsync(offset, piece, cancellationToken);
            found.Append(piece.Span);
            await copy.File.AppendAsync(piece, cancellationToken);
            offset += piece.Length;
        }
        CorruptDataException.ThrowUnless(hash is null || found.Finish() == hash, "hash of the file", path, 0);
        await copy.PublishAsync(cancellationToken);
        _bytes += length;
    }
}
