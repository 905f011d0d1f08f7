using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Time;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>Segments, delete vectors and the journal in one folder: the embedded database's, or a worker's.</summary>
internal sealed class LocalFragmentStore : IFragmentStore, IAsyncDisposable
{
    private readonly IFileSystem _files;
    private readonly FolderIdentity _identity;
    private readonly Journal _journal;
    private readonly SegmentOptions _segmentOptions;
    private readonly MemoryAccount _account;
    private readonly IScheduler? _scheduler;
    private readonly Lock _lock = new();
    private readonly HashSet<long> _durableFolders = [];

    private LocalFragmentStore(
        IFileSystem files, FolderIdentity identity, Journal journal, SegmentOptions segmentOptions,
        MemoryAccount account, IScheduler? scheduler)
    {
        _files = files;
        _identity = identity;
        _journal = journal;
        _segmentOptions = segmentOptions;
        _account = account;
        _scheduler = scheduler;
    }

    /// <summary>The journal of this folder.</summary>
    public Journal Journal => _journal;

    public static async ValueTask<LocalFragmentStore> OpenAsync(
        IFileSystem files, FolderIdentity identity, StoreOptions options, MemoryAccount account,
        IScheduler? scheduler = null, CancellationToken cancellationToken = default)
    {
        Journal journal = await Journal.OpenAsync(
            files, identity.ClusterId, options.JournalFileBytes, cancellationToken);
        return new LocalFragmentStore(files, identity, journal, options.Segments, account, scheduler);
    }

    public bool TakesSmallWrites => true;

    /// <inheritdoc/>
    public bool IsReachable(IReadOnlyCollection<long> holders) => true;

    public ISegmentSink BeginSegment(NewSegment segment)
    {
        TableDefinition definition = segment.Definition;
        SegmentIdentity identity = new(
            _identity.ClusterId, definition.TableId, segment.Range.Id, segment.Id, LoadNumber(segment.Attempt),
            definition.SchemaVersion);
        SegmentOptions options = _segmentOptions with
        {
            OrderBy = [.. definition.OrderBy.Select(o => new SortColumn(o.ColumnId, o.Descending, o.NullsFirst))],
            BloomColumns = [.. definition.BloomColumns],
            Compression = ReadCompression(definition.Compression), IsFast = definition.IsWrittenFast,
            IsDurable = !definition.EndsWithSession,
            ColumnCompressions = definition.Columns.Where(c => c.Compression.Length > 0)
                .ToImmutableDictionary(c => c.Id, c => ReadCompression(c.Compression)),
        };
        string folder = StorePaths.Segment(definition.TableId, segment.Id);
        SegmentWriter writer = new(
            _files, folder, identity, [.. definition.Columns.Select(c => new StoredColumn(c.Id, c.Field, c.Group))],
            options, _account, _scheduler);
        return new Sink(this, writer, definition, folder);
    }

    public ValueTask<JournalExtent[]> AppendAsync(
        IReadOnlyList<JournalRecord> records, CancellationToken cancellationToken = default) =>
        _journal.AppendAsync(records, cancellationToken);

    public IDisposable HoldJournal() => _journal.Hold();

    public async ValueTask WriteDeleteVectorAsync(
        SegmentRecord segment, long vectorId, ReadOnlyMemory<byte> bytes,
        Acknowledgement acknowledgement = Acknowledgement.Safe, CancellationToken cancellationToken = default)
    {
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        // An L0 segment has no folder before its first vector.
        await EnsureFolderAsync(segment.FolderTable, folder, cancellationToken);
        using TempFile file = TempFile.Create(
            _files, StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, vectorId));
        await file.File.AppendAsync(bytes, cancellationToken);
        await file.PublishAsync(cancellationToken);
    }

    public ValueTask DeleteSegmentAsync(SegmentRecord segment, CancellationToken cancellationToken = default)
    {
        _files.DeleteFolder(StorePaths.Segment(segment.FolderTable, segment.Key.Id));
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteVectorAsync(
        SegmentRecord segment, DeleteVectorRecord vector, CancellationToken cancellationToken = default)
    {
        if (vector.Journal is null) DeleteVectorFile(segment, vector.Id);
        return ValueTask.CompletedTask;
    }

    /// <summary>Deletes the file of a delete vector; none there is no error.</summary>
    public void DeleteVectorFile(SegmentRecord segment, long vectorId) =>
        _files.DeleteFile(StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, vectorId));

    /// <summary>There is one copy, in this folder, and nothing to choose.</summary>
    public ValueTask DeleteCopiesAsync(
        SegmentRecord old, IReadOnlyCollection<SegmentRecord> kept, CancellationToken cancellationToken = default) =>
        ValueTask.CompletedTask;

    /// <summary>Everything lies in this folder already.</summary>
    public ValueTask<IAsyncDisposable> BorrowAsync(
        IReadOnlyCollection<SegmentRecord> segments, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IAsyncDisposable>(Nothing.Instance);

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    /// <summary>The general compression that an option names.</summary>
    /// <exception cref="QueryException">There is none of that name.</exception>
    public static GeneralCompression ReadCompression(string name) => name switch
    {
        "" or "none" => GeneralCompression.None,
        "zstd" => GeneralCompression.Zstd,
        "lz4" => GeneralCompression.Lz4,
        _ => throw new QueryException(
            SqlStates.InvalidParameterValue, $"No such compression: {name}",
            hint: "There are 'none', 'zstd' and 'lz4'."),
    };

    private static long LoadNumber(AttemptId? attempt) => attempt is { } a ? (long)(ulong)a.Load.Value : 0;

    /// <summary>Makes the names on the way to a segment's folder durable.</summary>
    private async ValueTask EnsureFolderAsync(long table, string folder, CancellationToken cancellationToken)
    {
        bool isKnown;
        lock (_lock) isKnown = _durableFolders.Contains(table);
        if (!isKnown) await _files.EnsureFolderAsync(StorePaths.Table(table), cancellationToken);
        _files.CreateFolder(folder);
        await _files.FlushFolderAsync(StorePaths.Table(table), cancellationToken);
        lock (_lock) _durableFolders.Add(table);
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public static Nothing Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Sink(
        LocalFragmentStore owner, SegmentWriter writer, TableDefinition definition, string folder) : ISegmentSink
    {
        public int RowCount => writer.RowCount;

        public int Remaining => writer.Remaining;

        public void Append(Batch batch, ReadOnlySpan<ulong> positions) => writer.Append(batch, positions);

        public async Task<SealedSegment> FinishAsync(CancellationToken cancellationToken = default)
        {
            SegmentInfo info = await writer.FinishAsync(cancellationToken);
            if (!definition.EndsWithSession)
                await owner.EnsureFolderAsync(definition.TableId, folder, cancellationToken);
            ImmutableArray<GroupRecord> groups =
                [.. info.Groups.Select(g => new GroupRecord(g.Group, g.ManifestHash, g.Bytes, []))];
            return new SealedSegment(info.RowCount, info.Bytes, groups);
        }

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
