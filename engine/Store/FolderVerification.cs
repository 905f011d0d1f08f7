using System.Collections.Immutable;
using System.Security.Cryptography;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store.Keys;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>What reading a whole folder again found.</summary>
/// <param name="Segments">Segments that lie in the folder, in column files or in the journal.</param>
/// <param name="Rows">Their rows, deleted ones too.</param>
/// <param name="Files">Files that were read.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Damages">What is not as it was written.</param>
/// <param name="Unnamed">Files that no version names: left over, and deleted when the folder is next opened.</param>
internal sealed record VerificationResult(
    long Segments, long Rows, long Files, long Bytes, ImmutableArray<Damage> Damages, ImmutableArray<string> Unnamed)
{
    /// <summary>The folders of the segments that have damages.</summary>
    public IEnumerable<string> DamagedSegments => Damages
        .Select(d => d.File.Split('/'))
        .Where(parts => parts.Length >= 3 && parts[0] == StorePaths.Tables)
        .Select(parts => string.Join('/', parts[..3]))
        .Distinct();
}

/// <summary>
/// Reads a folder again, from the catalog down to every value, and changes nothing; another process may be using it.
/// The folder of a worker has no catalog: there every manifest that lies in it is the truth.
/// </summary>
internal sealed class FolderVerification(IFileSystem files, MemoryBroker memory)
{
    private readonly DamageList _damages = new();
    private readonly HashSet<string> _named = [];
    private long _segments;
    private long _rows;
    private long _otherFiles;
    private long _otherBytes;

    /// <summary>Told now and then how far it is: segments done, and of how many.</summary>
    public Action<long, long> OnProgress { get; init; } = static (_, _) => { };

    /// <summary>Verifies the folder.</summary>
    /// <exception cref="StorageException">It is not a ColFrag folder, or of another format.</exception>
    public VerificationResult Run(CancellationToken cancellationToken = default)
    {
        if (FolderIdentity.TryRead(files) is null)
        {
            throw new StorageException(
                "Not a ColFrag folder", files.Root, "Name the folder of a database, a coordinator or a worker.");
        }
        using StorageCaches caches = new(memory, 64 << 20);
        SegmentVerification verification = new(files, caches);
        if (files.FileExists(StorePaths.Worker)) CheckWorker(verification, cancellationToken);
        else CheckDatabase(verification, caches, cancellationToken);
        CheckAssemblies();
        return new VerificationResult(
            _segments, _rows, verification.FileCount + _otherFiles, verification.Bytes + _otherBytes,
            [.. _damages.Found], [.. FindUnnamed()]);
    }

    private void CheckDatabase(
        SegmentVerification verification, StorageCaches caches, CancellationToken cancellationToken)
    {
        CatalogState state;
        try
        {
            CatalogPlace.ThrowIfOutside(files);
            state = LogCatalog.ReadState(files, StorePaths.Catalog);
        }
        catch (CorruptDataException error)
        {
            // Without the catalog nobody knows which files count.
            _damages.Add(new Damage(error.SourceName, error.Offset, error.What));
            return;
        }
        CatalogSnapshot catalog = new(state, new TableStateCache());
        List<(long Table, SegmentRecord Segment)> segments = [];
        foreach (long table in catalog.TableIds)
        {
            try
            {
                segments.AddRange(KeptSegments.Of(catalog, table).Select(s => (table, s)));
            }
            catch (CorruptDataException error)
            {
                _damages.Add(new Damage(error.SourceName, error.Offset, error.What));
            }
        }
        HashSet<(long, long)> done = [];
        HashSet<long> vectors = [];
        long count = 0;
        foreach ((long table, SegmentRecord segment) in segments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
            _named.Add(folder);
            int before = _damages.Found.Count;
            // A segment comes once for each delete vector and each place that a kept version names.
            if (done.Add((segment.FolderTable, segment.Key.Id)))
            {
                _segments++;
                _rows += segment.RowCount;
                if (segment.IsJournal) CheckJournal(segment, catalog, table);
                else if (segment.IsLocal) CheckFiles(verification, folder, segment, cancellationToken);
                if (!segment.IsJournal) CheckKeys(caches, folder, segment);
            }
            if (segment.DeleteVector is { } vector && vectors.Add(vector.Id)) CheckVector(segment, vector);
            if (_damages.Found.Count > before && IsCollected(table, segment)) _damages.Truncate(before);
            OnProgress(++count, segments.Count);
        }
    }

    /// <summary>An assembly has the hash of its bytes as its name.</summary>
    private void CheckAssemblies()
    {
        foreach (FileEntry entry in files.List(StorePaths.Assemblies))
        {
            if (entry.IsFolder || entry.Name.EndsWith(TempFile.Suffix, StringComparison.Ordinal)) continue;
            string path = StorePaths.Assembly(entry.Name);
            (_otherFiles, _otherBytes) = (_otherFiles + 1, _otherBytes + entry.Length);
            _damages.Try(path, () =>
            {
                string hash = Convert.ToHexStringLower(SHA256.HashData(files.ReadAll(path, int.MaxValue)));
                CorruptDataException.ThrowUnless(hash == entry.Name, "hash of an assembly", path, 0);
            });
        }
    }

    private void CheckFiles(
        SegmentVerification verification, string folder, SegmentRecord segment, CancellationToken cancellationToken)
    {
        (int Group, UInt128? Hash)[] groups =
            [.. segment.Groups.Where(g => g.Workers.IsEmpty).Select(g => (g.Group, (UInt128?)g.ManifestHash))];
        _damages.AddRange(verification.Check(folder, groups, segment.RowCount, cancellationToken, out _));
    }

    /// <summary>Key files are compared with the rows; a damaged one is made again where it is next needed.</summary>
    private void CheckKeys(StorageCaches caches, string folder, SegmentRecord segment)
    {
        foreach (FileEntry entry in files.List(folder).Where(e => StorePaths.IsKeys(e.Name)))
        {
            string path = FilePath.Combine(folder, entry.Name);
            Func<SegmentReader>? open = segment.IsLocal ? () => SegmentReader.Open(
                files, folder, [.. segment.Groups.Select(g => (g.Group, (UInt128?)g.ManifestHash))], caches) : null;
            (_otherFiles, _otherBytes) = (_otherFiles + 1, _otherBytes + entry.Length);
            _damages.Try(path, () =>
                KeyFileVerification.Check(files, caches, path, segment.Key.Id, segment.RowCount, open));
        }
    }

    private void CheckJournal(SegmentRecord segment, CatalogSnapshot catalog, long table)
    {
        JournalExtent extent = segment.Journal!.Value;
        _damages.Try(StorePaths.JournalFile(extent.File), () =>
        {
            byte[] payload = Journal.Read(
                files, extent, JournalRecordKind.Rows, segment.FolderTable, segment.Key.Id);
            (_otherFiles, _otherBytes) = (_otherFiles + 1, _otherBytes + payload.Length);
            using RowBuffer rows = RowBuffer.Copy(
                payload, segment.RowCount, catalog.GetDefinition(table, segment.SchemaVersion),
                StorePaths.JournalFile(extent.File), MemoryAccount.Untracked);
            RowBlockReader reader = rows.OpenReader();
            using Batch batch = rows.CreateBatch();
            int count = 0;
            while (reader.Read(batch)) count += batch.Count;
            CorruptDataException.ThrowUnless(
                count == segment.RowCount, $"{count} rows where the catalog names {segment.RowCount}",
                StorePaths.JournalFile(extent.File), extent.Offset);
        });
    }

    private void CheckVector(SegmentRecord segment, DeleteVectorRecord record)
    {
        string path = record.Journal is { } extent
            ? StorePaths.JournalFile(extent.File)
            : StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, record.Id);
        _damages.Try(path, () =>
        {
            byte[] bytes = record.Journal is { } place
                ? Journal.Read(files, place, JournalRecordKind.DeleteVector, segment.FolderTable, record.Id)
                : files.ReadAll(path, (int)Math.Min(record.Bytes, int.MaxValue));
            (_otherFiles, _otherBytes) = (_otherFiles + 1, _otherBytes + bytes.Length);
            CorruptDataException.ThrowUnless(XxHash128.Hash(bytes) == record.Hash, "hash of a delete vector", path, 0);
            DeleteVector vector = DeleteVector.Read(bytes, path);
            CorruptDataException.ThrowUnless(
                vector.RowCount == segment.RowCount && vector.DeletedCount == record.DeletedCount,
                "a delete vector of another segment", path, 0);
        });
    }

    /// <summary>
    /// True when the segment is not named any more: whoever uses the folder deleted it while it was read.
    /// </summary>
    private bool IsCollected(long table, SegmentRecord segment)
    {
        try
        {
            CatalogSnapshot now = new(LogCatalog.ReadState(files, StorePaths.Catalog), new TableStateCache());
            return !KeptSegments.Of(now, table).Any(
                s => s.Key == segment.Key && s.DeleteVector?.Id == segment.DeleteVector?.Id);
        }
        catch (CorruptDataException)
        {
            return false;
        }
    }

    /// <summary>All segments of a worker's folder, by the manifests that lie in it.</summary>
    private void CheckWorker(SegmentVerification verification, CancellationToken cancellationToken)
    {
        (long Table, string Path)[] tables = [.. StorePaths.List(files, StorePaths.Tables, folders: true)];
        string[] folders =
            [.. tables.SelectMany(t => StorePaths.List(files, t.Path, folders: true).Select(s => s.Path))];
        long count = 0;
        foreach (string folder in folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _named.Add(folder);
            (int Group, UInt128? Hash)[] groups =
            [
                .. files.List(folder).Select(e => SegmentFormat.ReadGroup(e.Name)).OfType<int>()
                    .Select(g => (g, (UInt128?)null)),
            ];
            if (groups.Length > 0)
            {
                _segments++;
                _damages.AddRange(verification.Check(folder, groups, null, cancellationToken, out int? rows));
                _rows += rows ?? 0;
            }
            foreach (FileEntry entry in files.List(folder).Where(e => StorePaths.ReadVectorId(e.Name) is not null))
            {
                string path = FilePath.Combine(folder, entry.Name);
                _damages.Try(path, () => DeleteVector.Read(files.ReadAll(path, int.MaxValue), path));
            }
            OnProgress(++count, folders.Length);
        }
    }

    private IEnumerable<string> FindUnnamed()
    {
        foreach ((long _, string table) in StorePaths.List(files, StorePaths.Tables, folders: true))
        {
            foreach ((long _, string segment) in StorePaths.List(files, table, folders: true))
            {
                if (!_named.Contains(segment)) yield return segment;
            }
        }
    }
}
