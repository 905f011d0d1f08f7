using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// The rows of one task, kept until all of them are there: what a worker sent before it died must not count. In memory
/// up to a limit that the pieces of a query share, then in a file.
/// <code>
///   file: bodies one behind the other; their lengths and checksums stay in memory
/// </code>
/// </summary>
internal sealed class PieceBuffer(PieceLimits limits, string name) : IDisposable
{
    private readonly List<Part> _parts = [];
    private IAppendFile? _file;
    private bool _isDisposed;

    /// <summary>Bytes of all bodies.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that are in the file.</summary>
    public long SpilledBytes => _file?.Length ?? 0;

    /// <summary>Reads a partition to its end.</summary>
    /// <exception cref="ColFragException">
    /// The task failed, or its worker is gone: the piece is worth nothing.
    /// </exception>
    public async Task FillAsync(PartitionStream source, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (source.TryRead(out PartitionBody? body, out Signal? wait))
            {
                using (body) Add(body.Bytes);
            }
            else if (wait is null)
            {
                return;
            }
            else
            {
                await wait.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Reads what was kept, from the start; the bytes are freed as they are read.</summary>
    public PartitionStream Read(int task) => new Reader(this) { Task = task, Sender = name };

    /// <summary>Frees the memory and deletes the file.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        foreach (Part part in _parts) part.Buffer?.Release();
        _parts.Clear();
        if (_file is null) return;
        _file.Dispose();
        limits.Files.DeleteFile(_file.Path);
    }

    private void Add(ReadOnlySpan<byte> body)
    {
        Bytes += body.Length;
        NativeBuffer? buffer = limits.TryAllocate(body.Length);
        if (buffer is not null)
        {
            body.CopyTo(buffer.Span);
            _parts.Add(new Part(buffer, 0, body.Length, 0));
            return;
        }
        try
        {
            _file ??= limits.CreateFile();
            _parts.Add(new Part(null, _file.Length, body.Length, Checksum.Crc32C(body)));
            _file.Append(body);
        }
        catch (StorageException error)
        {
            // It is this disk's fault, and not the worker's: another one cannot do better.
            throw new QueryException(
                error.SqlState, $"Rows of a query cannot be put aside: {error.Message}",
                hint: error.Hint ?? "Make room on the coordinator's disk, or raise memory_limit.", inner: error);
        }
    }

    private NativeBuffer ReadFile(Part part)
    {
        NativeBuffer buffer = NativeBuffer.Allocate(part.Length, limits.Account);
        int read = _file!.Read(part.Offset, buffer.Span);
        if (read == part.Length && Checksum.Crc32C(buffer.Span) == part.Checksum) return buffer;
        buffer.Release();
        throw new CorruptDataException("rows that were put aside", _file.Path, part.Offset);
    }

    private readonly record struct Part(NativeBuffer? Buffer, long Offset, int Length, uint Checksum);

    private sealed class Reader(PieceBuffer piece) : PartitionStream
    {
        private int _next;

        public override bool TryRead([NotNullWhen(true)] out PartitionBody? body, out Signal? wait)
        {
            wait = null;
            body = null;
            if (_next == piece._parts.Count)
            {
                piece.Dispose();
                return false;
            }
            Part part = piece._parts[_next];
            piece._parts[_next++] = part with { Buffer = null };
            body = new NativeBody(part.Buffer ?? piece.ReadFile(part));
            return true;
        }

        public override ValueTask DisposeAsync()
        {
            piece.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>How much the pieces of one query may keep in memory, and where the rest goes.</summary>
/// <param name="account">Counts what is in memory.</param>
/// <param name="memoryBytes">Bytes from which pieces go to files.</param>
/// <param name="files">The disk.</param>
/// <param name="folder">Where the files go.</param>
internal sealed class PieceLimits(MemoryAccount account, long memoryBytes, IFileSystem files, string folder)
{
    private int _lastFile;

    public MemoryAccount Account => account;

    public IFileSystem Files => files;

    /// <summary>Room in memory, or null when the rest is to go to files.</summary>
    public NativeBuffer? TryAllocate(int length) =>
        account.UsedBytes + length <= memoryBytes ? NativeBuffer.TryAllocate(length, account) : null;

    /// <summary>A new file for a piece.</summary>
    public IAppendFile CreateFile()
    {
        files.CreateFolder(folder);
        return files.Create($"{folder}/{Interlocked.Increment(ref _lastFile)}");
    }

    /// <summary>Deletes what was left in the folder.</summary>
    public void DeleteFolder()
    {
        if (_lastFile > 0) files.DeleteFolder(folder);
    }
}
