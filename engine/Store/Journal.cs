using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Store;

/// <summary>What a record of the journal holds; numbers are written in files and never reused.</summary>
internal enum JournalRecordKind
{
    /// <summary>Rows of an L0 segment: row blocks.</summary>
    Rows = 1,

    /// <summary>A delete vector.</summary>
    DeleteVector = 2,
}

/// <summary>A record to be added.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Table">The table it belongs to.</param>
/// <param name="Id">The segment of the rows, or the id of the delete vector.</param>
/// <param name="Payload">Its bytes.</param>
internal readonly record struct JournalRecord(
    JournalRecordKind Kind, long Table, long Id, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Files to which small writes are appended, many with one flush. A record counts only when a commit names its extent;
/// so nothing is replayed at start, and every start begins a new file. Files that no version names are deleted.
/// <code>
///   bytes    field
///   8        "CFJOURNL"
///   4        format number
///   16       cluster id
///   4        CRC32C of the bytes before
///   then records, each at a multiple of 16:
///   4        payload length
///   4        CRC32C of the payload
///   8        table
///   8        id of the segment or delete vector
///   4        kind
///   4        CRC32C of the record's bytes before
///   ...      payload
/// </code>
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    public const uint FormatNumber = 1;

    /// <summary>Bytes before the payload of a record.</summary>
    public const int RecordHeaderBytes = 32;

    private const int FileHeaderBytes = 32;

    private readonly IFileSystem _files;
    private readonly Guid _clusterId;
    private readonly long _fileBytes;
    private readonly Turns<Request> _turns;
    private long _nextFile;
    private readonly List<long> _holds = [];
    private IAppendFile? _file;
    private bool _isClosed;

    private Journal(IFileSystem files, Guid clusterId, long nextFile, long fileBytes)
    {
        _files = files;
        _clusterId = clusterId;
        _nextFile = nextFile;
        _fileBytes = fileBytes;
        _turns = new Turns<Request>(WriteAsync);
    }

    private static ReadOnlySpan<byte> Magic => "CFJOURNL"u8;

    /// <summary>
    /// Files before this one get no more records, and nobody is about to name one of theirs in a commit.
    /// </summary>
    public long OldestNeededFile
    {
        get
        {
            lock (_holds) return Math.Min(_holds.Count > 0 ? _holds.Min() : long.MaxValue, NewestFile);
        }
    }

    private long NewestFile => _file is null ? _nextFile : _nextFile - 1;

    /// <summary>Opens the journal's folder; the first append makes a file.</summary>
    public static async ValueTask<Journal> OpenAsync(
        IFileSystem files, Guid clusterId, long fileBytes = 64 << 20, CancellationToken cancellationToken = default)
    {
        await files.EnsureFolderAsync(StorePaths.Journal, cancellationToken);
        long last = files.List(StorePaths.Journal).Max(f => StorePaths.ReadId(f.Name)) ?? 0;
        return new Journal(files, clusterId, last + 1, fileBytes);
    }

    /// <summary>Adds records and makes them durable with one flush, together with those of others who wait.</summary>
    public async ValueTask<JournalExtent[]> AppendAsync(
        IReadOnlyList<JournalRecord> records, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (records.Count == 0) return [];
        Request request = new(records);
        await _turns.RunAsync(request);
        return request.Extents;
    }

    /// <summary>
    /// Keeps the files that records are appended to from now on, until the commit that names them is through.
    /// </summary>
    public IDisposable Hold()
    {
        lock (_holds)
        {
            Held held = new(this, NewestFile);
            _holds.Add(held.File);
            return held;
        }
    }

    /// <summary>The payload of a record, checked against its checksums and what is expected there.</summary>
    /// <exception cref="CorruptDataException">The record is not there or is damaged.</exception>
    public static byte[] Read(IFileSystem files, JournalExtent extent, JournalRecordKind kind, long table, long id)
    {
        using IFile file = files.OpenRead(StorePaths.JournalFile(extent.File));
        byte[] bytes = new byte[extent.Length];
        file.ReadExactly(extent.Offset, bytes);
        ByteReader source = new(bytes, file.Path, extent.Offset);
        source.ThrowUnless(extent.Length >= RecordHeaderBytes, "length of a record");
        int length = source.ReadCount(int.MaxValue);
        uint checksum = source.ReadUInt32();
        bool isExpected = source.ReadInt64() == table && source.ReadInt64() == id && source.ReadInt32() == (int)kind;
        source.ThrowUnless(
            source.ReadUInt32() == Checksum.Crc32C(bytes.AsSpan(0, 28)), "checksum of a record's header");
        source.ThrowUnless(isExpected && length == extent.Length - RecordHeaderBytes, "a record of something else");
        byte[] payload = source.ReadBytes(length).ToArray();
        source.ThrowUnless(Checksum.Crc32C(payload) == checksum, "checksum of a record");
        return payload;
    }

    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        await _turns.WhenIdleAsync();
        _file?.Dispose();
    }

    /// <summary>Appends what several callers want and flushes once.</summary>
    private async ValueTask WriteAsync(IReadOnlyList<Request> requests)
    {
        using ByteWriter bytes = new();
        List<(int Offset, int Length)> places = [];
        foreach (JournalRecord record in requests.SelectMany(r => r.Records)) places.Add(Append(bytes, record));
        try
        {
            if (_file is null || _file.Length >= _fileBytes) await BeginFileAsync();
            long start = _file!.Length;
            await _file.AppendAsync(bytes.WrittenMemory, CancellationToken.None);
            await _file.FlushAsync(CancellationToken.None);
            int next = 0;
            foreach (Request request in requests)
            {
                request.Extents = [.. places.Skip(next).Take(request.Records.Count)
                    .Select(p => new JournalExtent(_nextFile - 1, start + p.Offset, p.Length))];
                next += request.Records.Count;
            }
        }
        catch
        {
            // The file is left as it is: nothing names its end, and nobody knows what of it is durable.
            _file?.Dispose();
            _file = null;
            throw;
        }
    }

    private static (int Offset, int Length) Append(ByteWriter bytes, JournalRecord record)
    {
        int start = bytes.Length;
        bytes.WriteInt32(record.Payload.Length);
        bytes.WriteUInt32(Checksum.Crc32C(record.Payload.Span));
        bytes.WriteInt64(record.Table);
        bytes.WriteInt64(record.Id);
        bytes.WriteInt32((int)record.Kind);
        bytes.WriteUInt32(Checksum.Crc32C(bytes.WrittenSpan[start..]));
        bytes.WriteBytes(record.Payload.Span);
        int length = bytes.Length - start;
        // The file header is as long as two such steps, so records in the file are aligned too.
        bytes.AlignTo(16);
        return (start, length);
    }

    private async ValueTask BeginFileAsync()
    {
        _file?.Dispose();
        _file = null;
        long number = _nextFile++;
        IAppendFile file = _files.Create(StorePaths.JournalFile(number));
        try
        {
            using ByteWriter header = new(FileHeaderBytes);
            header.WriteBytes(Magic);
            header.WriteUInt32(FormatNumber);
            header.WriteBytes(_clusterId.ToByteArray());
            header.WriteUInt32(Checksum.Crc32C(header.WrittenSpan));
            file.Append(header.WrittenSpan);
            await _files.FlushFolderAsync(StorePaths.Journal, CancellationToken.None);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        _file = file;
    }

    private sealed class Held(Journal journal, long file) : IDisposable
    {
        public long File => file;

        public void Dispose()
        {
            lock (journal._holds) journal._holds.Remove(file);
        }
    }

    private sealed class Request(IReadOnlyList<JournalRecord> records)
    {
        public IReadOnlyList<JournalRecord> Records { get; } = records;

        public JournalExtent[] Extents { get; set; } = [];
    }
}
