using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Spill;

/// <summary>Where a frame lies in a spill file.</summary>
/// <param name="Offset">Of its payload.</param>
/// <param name="Length">Of its payload.</param>
/// <param name="Checksum">CRC32C of its payload.</param>
/// <param name="Rows">Rows in it.</param>
internal readonly record struct SpillFrame(long Offset, int Length, uint Checksum, int Rows);

/// <summary>
/// Frames of bytes, one after the other. Where they lie and their checksums stay in memory with who wrote them: nobody
/// else reads them, and none outlives the query. Frames may be written and read from several threads.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    private readonly SpillSpace _space;
    private readonly IFileSystem _files;
    private readonly IAppendFile _file;
    private readonly Lock _lock = new();
    private long _length;
    private bool _isDisposed;

    internal SpillFile(SpillSpace space, IFileSystem files, IAppendFile file)
    {
        _space = space;
        _files = files;
        _file = file;
    }

    /// <summary>Bytes written.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Adds a frame.</summary>
    /// <exception cref="QueryException">53400: spill files have reached their limit.</exception>
    /// <exception cref="StorageException">The disk is full or failed.</exception>
    public SpillFrame Append(ReadOnlySpan<byte> payload, int rows)
    {
        uint checksum = Checksum.Crc32C(payload);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _space.Reserve(payload.Length);
            SpillFrame frame = new(_length, payload.Length, checksum, rows);
            _length += payload.Length;
            try
            {
                _file.Append(payload);
            }
            catch (StorageException error)
            {
                throw Explain(error);
            }
            return frame;
        }
    }

    /// <summary>Reads a frame into a buffer of its length.</summary>
    /// <exception cref="CorruptDataException">The bytes are not those that were written.</exception>
    public unsafe void Read(in SpillFrame frame, NativeBuffer target)
    {
        Invariant.Holds(target.Length >= frame.Length);
        Span<byte> bytes = new(target.Pointer, frame.Length);
        int done = 0;
        while (done < bytes.Length)
        {
            int n = ReadSome(frame.Offset + done, bytes[done..]);
            CorruptDataException.ThrowUnless(n > 0, "length of a spill file", _file.Path, frame.Offset + done);
            done += n;
        }
        CorruptDataException.ThrowUnless(
            Checksum.Crc32C(bytes) == frame.Checksum, "checksum of a spill file", _file.Path, frame.Offset);
    }

    /// <summary>Deletes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }
        try
        {
            _file.Dispose();
            _files.DeleteFile(_file.Path);
        }
        catch (StorageException)
        {
            // The query is over and has its answer; what cannot be deleted now is deleted at the next start.
        }
        finally
        {
            _space.Return(_length);
        }
    }

    private int ReadSome(long offset, Span<byte> target)
    {
        try
        {
            return _file.Read(offset, target);
        }
        catch (StorageException error)
        {
            throw Explain(error);
        }
    }

    /// <summary>The disk's error with what it means for the query and what to do.</summary>
    internal static StorageException Explain(StorageException error) => new(
        error.SqlState == SqlStates.DiskFull
            ? "The disk is full and memory has no room for the query"
            : "Memory has no room for the query and the disk failed", error.Path,
        "Free space on the disk, raise memory_limit, or select fewer rows or columns.", error.SqlState, error);
}
