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
    private readonly Lock _lock = new();
    private Group _waiting = new();
    private bool _isFlushing;
    private bool _isClosed;
    private TaskCompletionSource? _idle;
    private long _nextFile;
    private IAppendFile? _file;

    private Journal(IFileSystem files, Guid clusterId, long nextFile, long fileBytes)
    {
        _files = files;
        _clusterId = clusterId;
        _nextFile = nextFile;
        _fileBytes = fileBytes;
    }

    private static ReadOnlySpan<byte> Magic => "CFJOURNL"u8;

    /// <summary>The file that is written to; it and later ones must not be deleted.</summary>
    public long CurrentFile { get; private set; } = long.MaxValue;

    /// <summary>Opens the journal's folder; the first append makes a file.</summary>
    public static async ValueTask<Journal> OpenAsync(
        IFileSystem files, Guid clusterId, long fileBytes = 64 << 20, CancellationToken cancellationToken = default)
    {
        await files.EnsureFolderAsync(StorePaths.Journal, cancellationToken);
        files.DeleteTempFiles(StorePaths.Journal);
        long last = files.List(StorePaths.Journal).Max(f => StorePaths.ReadId(f.Name)) ?? 0;
        return new Journal(files, clusterId, last + 1, fileBytes);
    }

    /// <summary>Adds records and makes them durable with one flush, together with those of others who wait.</summary>
    public async ValueTask<JournalExtent[]> AppendAsync(
        IReadOnlyList<JournalRecord> records, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (records.Count == 0) return [];
        Member member;
        bool leads;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            member = _waiting.Add(records);
            leads = !_isFlushing;
            _isFlushing = true;
        }
        if (leads || await member.Turn.Task) await FlushGroupAsync();
        return await member.Done.Task;
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
        Task idle = Task.CompletedTask;
        lock (_lock)
        {
            _isClosed = true;
            if (_isFlushing) idle = (_idle ??= new TaskCompletionSource()).Task;
        }
        await idle;
        _file?.Dispose();
    }

    /// <summary>
    /// Writes the waiting group, tells its members, and passes the turn to one of those that came meanwhile.
    /// </summary>
    private async ValueTask FlushGroupAsync()
    {
        Group group;
        lock (_lock)
        {
            group = _waiting;
            _waiting = new Group();
        }
        Exception? failure = null;
        long start = 0;
        try
        {
            start = await WriteAsync(group.Bytes);
        }
        catch (Exception error)
        {
            // Whatever it is, those who wait must hear of it. The file is left as it is: nothing names its end.
            failure = error;
            _file?.Dispose();
            _file = null;
        }
        long file = CurrentFile;
        Member? next;
        lock (_lock)
        {
            next = _waiting.Members.FirstOrDefault();
            _isFlushing = next is not null;
            if (!_isFlushing) _idle?.TrySetResult();
        }
        next?.Turn.TrySetResult(true);
        foreach (Member member in group.Members)
        {
            member.Turn.TrySetResult(false);
            if (failure is not null) member.Done.TrySetException(failure);
            else member.Done.TrySetResult(
                [.. member.Places.Select(p => new JournalExtent(file, start + p.Offset, p.Length))]);
        }
        group.Bytes.Dispose();
    }

    /// <summary>Appends and flushes; returns where the bytes begin.</summary>
    private async ValueTask<long> WriteAsync(ByteWriter bytes)
    {
        if (_file is null || _file.Length >= _fileBytes) await BeginFileAsync();
        long start = _file!.Length;
        await _file.AppendAsync(bytes.WrittenMemory, CancellationToken.None);
        await _file.FlushAsync(CancellationToken.None);
        return start;
    }

    private async ValueTask BeginFileAsync()
    {
        _file?.Dispose();
        _file = null;
        long number = _nextFile++;
        lock (_lock) CurrentFile = number;
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

    /// <summary>One who waits for a flush.</summary>
    private sealed class Member
    {
        /// <summary>Where its records lie in the group.</summary>
        public List<(int Offset, int Length)> Places { get; } = [];

        /// <summary>True: flush for all who wait. False: it was done.</summary>
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<JournalExtent[]> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Those who wait for one flush, and what it will write.</summary>
    private sealed class Group
    {
        public List<Member> Members { get; } = [];

        public ByteWriter Bytes { get; } = new(0);

        public Member Add(IReadOnlyList<JournalRecord> records)
        {
            Member member = new();
            Members.Add(member);
            foreach (JournalRecord record in records)
            {
                int start = Bytes.Length;
                Bytes.WriteInt32(record.Payload.Length);
                Bytes.WriteUInt32(Checksum.Crc32C(record.Payload.Span));
                Bytes.WriteInt64(record.Table);
                Bytes.WriteInt64(record.Id);
                Bytes.WriteInt32((int)record.Kind);
                Bytes.WriteUInt32(Checksum.Crc32C(Bytes.WrittenSpan[start..]));
                Bytes.WriteBytes(record.Payload.Span);
                member.Places.Add((start, Bytes.Length - start));
                // The file header is as long as two such steps, so records in the file are aligned too.
                Bytes.AlignTo(16);
            }
            return member;
        }
    }
}
