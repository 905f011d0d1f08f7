using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Worker.Fragments;

/// <summary>The segments that lie in a worker's folder, whether a version names them or not.</summary>
internal sealed class FragmentFolder(IFileSystem files)
{
    private long _storedBytes;

    /// <summary>Bytes of all segments.</summary>
    public long StoredBytes => Interlocked.Read(ref _storedBytes);

    /// <summary>Keeps a worker's figures right when files come or go.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _storedBytes, bytes);

    /// <summary>Throws away what a crash left half written, and counts the rest.</summary>
    public void Recover()
    {
        long bytes = 0;
        foreach (StoredSegment segment in List())
        {
            if (Safeguards.Keep(Safeguard.HalfFiles))
                files.DeleteTempFiles(StorePaths.Segment(segment.Table, segment.Segment));
            bytes += segment.Bytes;
        }
        Interlocked.Exchange(ref _storedBytes, bytes);
        // Only now, when nobody is about to write into them.
        foreach ((_, string path) in StorePaths.List(files, StorePaths.Tables, folders: true))
        {
            if (files.List(path).Count == 0) files.DeleteFolder(path);
        }
    }

    /// <summary>Everything that lies here.</summary>
    public IEnumerable<StoredSegment> List()
    {
        foreach ((long table, string tablePath) in StorePaths.List(files, StorePaths.Tables, folders: true))
        {
            foreach ((long segment, string path) in StorePaths.List(files, tablePath, folders: true))
            {
                IReadOnlyList<FileEntry> entries = files.List(path);
                yield return new StoredSegment(
                    table, segment, entries.Sum(e => e.Length),
                    [.. entries.Select(e => StorePaths.ReadVectorId(e.Name)).OfType<long>()],
                    [.. entries.Select(e => SegmentFormat.ReadGroup(e.Name)).OfType<int>().Order()]);
            }
        }
    }

    /// <summary>Deletes all of a segment.</summary>
    public void Delete(long table, long segment) => files.DeleteFolder(StorePaths.Segment(table, segment));

    /// <summary>
    /// Deletes column groups of a segment, with whatever else belongs to none of the groups that stay; all of it where
    /// none stays. The manifests go last: what has one is known to be here.
    /// </summary>
    public async ValueTask DeleteGroupsAsync(
        long table, long segment, IReadOnlyCollection<int> groups, CancellationToken cancellationToken = default)
    {
        string folder = StorePaths.Segment(table, segment);
        string[] names = [.. files.List(folder).Where(e => !e.IsFolder).Select(e => e.Name)];
        int[] kept = [.. names.Select(SegmentFormat.ReadGroup).OfType<int>().Where(g => !groups.Contains(g))];
        if (kept.Length == 0 || !Safeguards.Keep(Safeguard.GroupDelete))
        {
            Delete(table, segment);
            return;
        }
        // Where a manifest that stays is damaged nobody can say what is its own: all of it stays until it is repaired.
        HashSet<string> stay = [];
        foreach (int group in kept)
        {
            string path = FilePath.Combine(folder, SegmentFormat.ManifestName(group));
            stay.UnionWith(ReadManifest(path).Files.Select(f => f.Name));
        }
        foreach (string name in names)
        {
            bool isOther = SegmentFormat.ReadGroup(name) is not null || StorePaths.ReadVectorId(name) is not null;
            if (!isOther && !stay.Contains(name)) files.DeleteFile(FilePath.Combine(folder, name));
        }
        await files.FlushFolderAsync(folder, cancellationToken);
        foreach (int group in groups) files.DeleteFile(FilePath.Combine(folder, SegmentFormat.ManifestName(group)));
    }

    /// <exception cref="CorruptDataException">It is damaged, the number of its format too.</exception>
    private Manifest ReadManifest(string path)
    {
        byte[] bytes = files.ReadAll(path, SegmentFormat.MaxManifestBytes);
        try
        {
            return Manifest.Read(bytes, path);
        }
        catch (StorageException error)
        {
            // This program has written it, or has compared its hash.
            throw new CorruptDataException(error.Message, path, 0);
        }
    }

    /// <summary>Those of some column groups whose manifests do not lie here.</summary>
    public ImmutableArray<int> MissingOf(long table, long segment, IEnumerable<int> groups)
    {
        string folder = StorePaths.Segment(table, segment);
        return [.. groups.Where(g => !files.FileExists(FilePath.Combine(folder, SegmentFormat.ManifestName(g))))];
    }

    /// <summary>Bytes of one segment.</summary>
    public long BytesOf(long table, long segment) =>
        files.List(StorePaths.Segment(table, segment)).Sum(e => e.Length);
}
