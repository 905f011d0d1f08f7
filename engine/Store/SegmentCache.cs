using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store.Keys;

namespace ColFrag.Engine.Store;

/// <summary>
/// What this process has open of the segments in its folder: their manifests, rows of the journal, delete vectors. All
/// of it is immutable, so nothing here is ever wrong, only unused.
/// </summary>
internal sealed class SegmentCache : IDisposable
{
    private const int MaxIdleReaders = 1024;
    private const long KeyBytes = 256L << 20;

    private readonly IFileSystem _files;
    private readonly StorageCaches _caches;
    private readonly MemoryAccount _account;
    private readonly long _worker;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Opened> _readers = [];
    private readonly LinkedList<Opened> _idle = new();
    private readonly ByteLimitedCache<long, RowBuffer> _rows;
    private readonly ByteLimitedCache<long, SharedVector> _vectors;
    private readonly ByteLimitedCache<(long Segment, int Schema, string Columns), SegmentKeys> _keys =
        new(KeyBytes, keys => keys.Share());

    // Key files that are being written.
    private readonly HashSet<string> _written = [];

    /// <param name="files">The disk.</param>
    /// <param name="caches">The process's caches.</param>
    /// <param name="account">Counts rows in memory.</param>
    /// <param name="rowBytes">The most bytes of rows that are kept.</param>
    /// <param name="vectorBytes">The most bytes of delete vectors that are kept.</param>
    /// <param name="worker">
    /// The worker whose folder it is: what a segment's record names on others only lies with what they lent. 0 where
    /// all that is read lies in the segments' own folders.
    /// </param>
    public SegmentCache(
        IFileSystem files, StorageCaches caches, MemoryAccount account, long rowBytes, long vectorBytes,
        long worker = 0)
    {
        _files = files;
        _worker = worker;
        _caches = caches;
        _account = account;
        _rows = new ByteLimitedCache<long, RowBuffer>(rowBytes, rows => rows.Share());
        _vectors = new ByteLimitedCache<long, SharedVector>(vectorBytes, vector => vector);
        caches.ShrinkOthers = Shrink;
        Summaries = new TableSummaries(files, segment => OpenReader(segment.Record));
    }

    /// <summary>What planning knows of the segments here.</summary>
    public TableSummaries Summaries { get; }

    /// <summary>The caches of blocks and dictionaries.</summary>
    public StorageCaches Storage => _caches;

    /// <summary>Opens an encoded segment, to be disposed of by the caller; the reader may then serve others.</summary>
    public SegmentHandle OpenReader(SegmentRecord segment)
    {
        long id = segment.Key.Id;
        GroupPlace[] places = PlacesOf(segment);
        while (true)
        {
            if (TryUse(id, places) is { } known) return known;
            SegmentReader reader = SegmentReader.Open(_files, places, _caches);
            lock (_lock)
            {
                if (!_readers.ContainsKey(id))
                {
                    Opened opened = new(id, reader);
                    _readers.Add(id, opened);
                    return Use(opened);
                }
            }
            reader.Dispose();
        }
    }

    /// <summary>The rows of an L0 segment, to be disposed of by the caller.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="definition">The definition of its schema version.</param>
    public RowBuffer OpenRows(SegmentRecord segment, TableDefinition definition)
    {
        if (_rows.TryGet(segment.Key.Id, out RowBuffer cached)) return cached;
        JournalExtent extent = segment.Journal!.Value;
        byte[] payload = Journal.Read(
            _files, extent, JournalRecordKind.Rows, segment.FolderTable, segment.Key.Id);
        RowBuffer rows = RowBuffer.Copy(
            payload, segment.RowCount, definition, StorePaths.JournalFile(extent.File), _account);
        _rows.Add(segment.Key.Id, rows, rows.SizeBytes);
        return rows;
    }

    /// <summary>Keeps rows that were just written, which are likely to be read soon.</summary>
    public void KeepRows(long segmentId, RowBuffer rows) => _rows.Add(segmentId, rows, rows.SizeBytes);

    /// <summary>The deleted rows of a segment; null when there are none.</summary>
    public DeleteVector? OpenDeleted(SegmentRecord segment)
    {
        if (segment.DeleteVector is not { } record) return null;
        if (_vectors.TryGet(record.Id, out SharedVector cached)) return cached.Vector;
        string path = StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, record.Id);
        byte[] bytes = record.Journal is { } extent
            ? Journal.Read(_files, extent, JournalRecordKind.DeleteVector, segment.FolderTable, record.Id)
            : _files.ReadAll(path, (int)Math.Min(record.Bytes, int.MaxValue));
        CorruptDataException.ThrowUnless(
            Bytes.XxHash128.Hash(bytes) == record.Hash, "hash of a delete vector", path, 0);
        DeleteVector vector = DeleteVector.Read(bytes, path);
        CorruptDataException.ThrowUnless(
            vector.RowCount == segment.RowCount && vector.DeletedCount == record.DeletedCount,
            "a delete vector of another segment", path, 0);
        KeepDeleted(record.Id, vector);
        return vector;
    }

    /// <summary>Keeps a vector that was just written.</summary>
    public void KeepDeleted(long vectorId, DeleteVector vector) =>
        _vectors.Add(vectorId, new SharedVector(vector), 64 + (vector.Words.Length * sizeof(ulong)));

    /// <summary>
    /// The keys of a segment's rows, for the caller to dispose of, where they were read before or lie in a file; else
    /// null.
    /// </summary>
    public SegmentKeys? FindKeys(SnapshotSegment segment, KeyConstraint key)
    {
        if (_keys.TryGet(NameOf(segment, key), out SegmentKeys known)) return known;
        if (segment.IsRows || TryOpenKeyFile(segment, key) is not { } file) return null;
        _keys.Add(NameOf(segment, key), file, file.SizeBytes);
        return file;
    }

    /// <summary>The keys of a segment's rows, read from the rows where they are not here yet.</summary>
    public SegmentKeys OpenKeys(SnapshotSegment segment, KeyConstraint key)
    {
        if (FindKeys(segment, key) is { } known) return known;
        KeysInMemory keys = KeysInMemory.Read(segment, key.Columns, _caches.Blocks);
        _keys.Add(NameOf(segment, key), keys, keys.SizeBytes);
        return keys;
    }

    /// <summary>The same, and a segment in column files has them in a file from then on.</summary>
    public async ValueTask<SegmentKeys> KeepKeysAsync(
        SnapshotSegment segment, KeyConstraint key, CancellationToken cancellationToken = default)
    {
        if (segment.IsRows) return OpenKeys(segment, key);
        if (TryOpenKeyFile(segment, key) is { } file) return file;
        KeysInMemory keys = KeysInMemory.Read(segment, key.Columns, _caches.Blocks);
        string path = PathOf(segment, key);
        lock (_written)
        {
            if (!_written.Add(path)) return keys;
        }
        try
        {
            _files.CreateFolder(FilePath.Parent(path));
            await KeyFileWriter.WriteAsync(
                _files, path, keys, (segment.Record.FolderTable, segment.Record.Key.Id, segment.RowCount),
                [.. key.Columns.Select(c => c.Id)], cancellationToken);
            _keys.Remove(NameOf(segment, key));
        }
        catch (StorageException)
        {
            // A full disk: nothing needs the file, it only saves work.
        }
        finally
        {
            lock (_written) _written.Remove(path);
        }
        return keys;
    }

    /// <summary>
    /// Drops a key file in which damage was found, so that it is made again; false when it was another file.
    /// </summary>
    public bool DropKeys(CorruptDataException damage)
    {
        if (!StorePaths.IsKeys(damage.SourceName)) return false;
        _keys.RemoveAll((_, keys) => keys is KeyFile file && file.Path == damage.SourceName);
        try
        {
            _files.DeleteFile(damage.SourceName);
        }
        catch (StorageException)
        {
            // It stays where nobody may write; the next search comes across it again.
        }
        return true;
    }

    /// <summary>Gives back memory of rows and keys that can be read again; returns how many bytes.</summary>
    public long Shrink(long bytes)
    {
        long freed = _keys.Shrink(bytes);
        return freed < bytes ? freed + _rows.Shrink(bytes - freed) : freed;
    }

    /// <summary>Closes a segment whose files are about to be deleted.</summary>
    public void Forget(long segmentId)
    {
        _rows.Remove(segmentId);
        _keys.RemoveAll((name, _) => name.Segment == segmentId);
        ForgetFiles(segmentId);
    }

    /// <summary>Closes what is open of a segment's column files; who reads them goes on.</summary>
    public void ForgetFiles(long segmentId)
    {
        lock (_lock)
        {
            if (!_readers.Remove(segmentId, out Opened? opened)) return;
            opened.IsForgotten = true;
            if (opened.Users > 0) return;
            _idle.Remove(opened);
            opened.Reader.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Opened opened in _readers.Values)
            {
                opened.IsForgotten = true;
                if (opened.Users == 0) opened.Reader.Dispose();
            }
            _readers.Clear();
            _idle.Clear();
        }
        _keys.Dispose();
        _rows.Dispose();
        _vectors.Dispose();
    }

    private static string PathOf(SnapshotSegment segment, KeyConstraint key) =>
        StorePaths.Keys(segment.Record.FolderTable, segment.Record.Key.Id, key.ColumnIds);

    /// <summary>The file of a segment's keys; null where there is none that serves. A damaged one is deleted.</summary>
    private KeyFile? TryOpenKeyFile(SnapshotSegment segment, KeyConstraint key)
    {
        string path = PathOf(segment, key);
        if (!_files.FileExists(path)) return null;
        try
        {
            KeyFile file = KeyFile.Open(_files, _caches.Blocks, path);
            CorruptDataException.ThrowUnless(
                file.Index.SegmentId == segment.Record.Key.Id && file.Index.RowCount == segment.RowCount,
                "keys of another segment", path, 0);
            // The key has become a wider type, whose numbers are others.
            return file.IsExact == key.IsNumber ? file : null;
        }
        catch (CorruptDataException damage)
        {
            DropKeys(damage);
            return null;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private static (long, int, string) NameOf(SnapshotSegment segment, KeyConstraint key) =>
        (segment.Record.Key.Id, segment.Table.Definition.SchemaVersion, key.ColumnIds);

    /// <summary>The use of a reader that is open and has, or can get, all that is wanted.</summary>
    private SegmentHandle? TryUse(long id, GroupPlace[] places)
    {
        SegmentHandle handle;
        lock (_lock)
        {
            if (!_readers.TryGetValue(id, out Opened? opened)) return null;
            handle = Use(opened);
        }
        try
        {
            if (handle.Reader.TryAdd(places)) return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
        // Files of a group have come to this worker that another one lent before.
        handle.Dispose();
        ForgetFiles(id);
        return null;
    }

    private GroupPlace[] PlacesOf(SegmentRecord segment)
    {
        GroupPlace[] places = new GroupPlace[segment.Groups.Length];
        for (int i = 0; i < places.Length; i++)
        {
            GroupRecord group = segment.Groups[i];
            bool isLent = _worker != 0 && !group.Workers.Contains(_worker);
            places[i] = new GroupPlace(
                group.Group, group.ManifestHash,
                isLent ? StorePaths.Lent(segment.Key.Id) : StorePaths.Segment(segment.FolderTable, segment.Key.Id));
        }
        return places;
    }

    private SegmentHandle Use(Opened opened)
    {
        if (opened.Users++ == 0) _idle.Remove(opened);
        return new SegmentHandle(opened.Reader, () => Return(opened));
    }

    private void Return(Opened opened)
    {
        lock (_lock)
        {
            if (--opened.Users > 0) return;
            if (opened.IsForgotten)
            {
                opened.Reader.Dispose();
                return;
            }
            _idle.AddLast(opened);
            if (_idle.Count <= MaxIdleReaders) return;
            Opened oldest = _idle.First!.Value;
            _idle.RemoveFirst();
            _readers.Remove(oldest.Id);
            oldest.Reader.Dispose();
        }
    }

    private sealed class Opened(long id, SegmentReader reader)
    {
        public long Id => id;

        public SegmentReader Reader => reader;

        public int Users { get; set; }

        public bool IsForgotten { get; set; }
    }

    private sealed record SharedVector(DeleteVector Vector) : IDisposable
    {
        public void Dispose()
        {
        }
    }
}

/// <summary>The use of an open segment by one reader.</summary>
internal sealed class SegmentHandle(SegmentReader reader, Action giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    public SegmentReader Reader => reader;

    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
