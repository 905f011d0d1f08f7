using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
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
                    [.. entries.Select(e => StorePaths.ReadVectorId(e.Name)).OfType<long>()]);
            }
        }
    }

    /// <summary>Deletes all of a segment.</summary>
    public void Delete(long table, long segment) => files.DeleteFolder(StorePaths.Segment(table, segment));

    /// <summary>Bytes of one segment.</summary>
    public long BytesOf(long table, long segment) =>
        files.List(StorePaths.Segment(table, segment)).Sum(e => e.Length);
}
