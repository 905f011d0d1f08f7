using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Spill;

/// <summary>
/// The folder in which the operators of a process put what memory has no room for. It is emptied at the start, each
/// file goes with the query that made it, and all files together stay below a limit.
/// </summary>
/// <param name="open">The disk; asked for at the first file, so that a process that never spills makes no
/// folder.</param>
/// <param name="folder">The folder on it, which belongs to this process alone.</param>
internal sealed class SpillSpace(Func<IFileSystem> open, string folder) : IDisposable
{
    /// <summary>Of what is free on the disk when the first file is made, for who sets no limit.</summary>
    private const int DefaultPercent = 90;

    private readonly Lock _lock = new();
    private IFileSystem? _files;
    private long _nextFile;
    private long _usedBytes;
    private long _writtenBytes;
    private long _defaultLimit = long.MaxValue;
    private int _fileCount;

    /// <summary>The most bytes that files may have together; 0 = nine tenths of what was free.</summary>
    public long LimitBytes { get; set; }

    /// <summary>Bytes of all files there are.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Bytes written since the start.</summary>
    public long WrittenBytes => Interlocked.Read(ref _writtenBytes);

    /// <summary>Number of files there are.</summary>
    public int FileCount => Volatile.Read(ref _fileCount);

    /// <summary>A folder on a disk that is there.</summary>
    public static SpillSpace In(IFileSystem files, string folder) => new(() => files, folder);

    /// <summary>Deletes what a process that crashed has left.</summary>
    public static void DeleteLeftOvers(IFileSystem files, string folder) => files.DeleteFolder(folder);

    /// <summary>A new, empty file.</summary>
    public SpillFile Create()
    {
        try
        {
            IFileSystem files = Files();
            string path = FilePath.Combine(
                folder, Interlocked.Increment(ref _nextFile).ToString(CultureInfo.InvariantCulture));
            IAppendFile file = files.Create(path);
            Interlocked.Increment(ref _fileCount);
            return new SpillFile(this, files, file);
        }
        catch (StorageException error)
        {
            throw SpillFile.Explain(error);
        }
    }

    /// <summary>Deletes the folder with whatever is in it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _files?.DeleteFolder(folder);
            _files = null;
        }
    }

    /// <summary>Counts bytes before they are written.</summary>
    /// <exception cref="QueryException">53400: the limit is reached.</exception>
    internal void Reserve(long bytes)
    {
        long limit = LimitBytes > 0 ? LimitBytes : _defaultLimit;
        if (Interlocked.Add(ref _usedBytes, bytes) > limit)
        {
            long used = Interlocked.Add(ref _usedBytes, -bytes);
            throw new QueryException(
                SqlStates.ConfigurationLimitExceeded,
                $"Spill files would exceed their limit: {used:N0} bytes are in use, {bytes:N0} more were needed, " +
                $"{limit:N0} are allowed",
                hint: "Raise spill_limit or memory_limit, or free space on the disk.");
        }
        Interlocked.Add(ref _writtenBytes, bytes);
    }

    internal void Return(long bytes)
    {
        Interlocked.Add(ref _usedBytes, -bytes);
        Interlocked.Decrement(ref _fileCount);
    }

    private IFileSystem Files()
    {
        lock (_lock)
        {
            if (_files is not null) return _files;
            IFileSystem files = open();
            files.CreateFolder(folder);
            _defaultLimit = Math.Max(1, files.GetSpace().FreeBytes / 100 * DefaultPercent);
            return _files = files;
        }
    }
}
