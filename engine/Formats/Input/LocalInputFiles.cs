using ColFrag.Engine.Errors;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Engine.Formats.Input;

/// <summary>Input files on the local disk, and the standard input.</summary>
internal sealed class LocalInputFiles : IInputFiles
{
    private LocalInputFiles()
    {
    }

    /// <summary>The one instance.</summary>
    public static LocalInputFiles Instance { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> Expand(string pattern)
    {
        if (IsStandardInput(pattern) || File.Exists(pattern)) return [pattern];
        if (!GlobPattern.HasWildcards(pattern))
        {
            throw new StorageException(
                Directory.Exists(pattern) ? "This is a folder" : "No such file", pattern,
                hint: Directory.Exists(pattern) ? $"Name the files in it: '{pattern.TrimEnd('/')}/*'." : null,
                sqlState: SqlStates.UndefinedFile);
        }
        List<string> found = GlobPattern.Find(pattern);
        if (found.Count == 0)
        {
            throw new StorageException("No file matches the pattern", pattern, sqlState: SqlStates.UndefinedFile);
        }
        return found;
    }

    /// <inheritdoc/>
    public IInputFile Open(string path)
    {
        if (IsStandardInput(path)) return new StreamInputFile("-", Console.OpenStandardInput());
        try
        {
            if (Directory.Exists(path))
                throw new StorageException("This is a folder", path, sqlState: SqlStates.UndefinedFile);
            SafeFileHandle handle =
                File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // A pipe or device has no length and cannot be read at an offset.
            if (IsSeekable(handle)) return new LocalInputFile(path, handle);
            return new StreamInputFile(path, new FileStream(handle, FileAccess.Read, 0));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StorageException("No such file", path, sqlState: SqlStates.UndefinedFile, inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new StorageException($"Cannot open the file ({error.Message})", path, inner: error);
        }
    }

    /// <inheritdoc/>
    public string? PlaceOf(string path) => IsStandardInput(path) ? null : Path.GetFullPath(path);

    private static bool IsStandardInput(string path) => path is "-" or "/dev/stdin";

    private static bool IsSeekable(SafeFileHandle handle)
    {
        using SafeFileHandle borrowed = new(handle.DangerousGetHandle(), ownsHandle: false);
        using FileStream stream = new(borrowed, FileAccess.Read, 0);
        return stream.CanSeek;
    }
}

/// <summary>A file read by position.</summary>
internal sealed class LocalInputFile(string path, SafeFileHandle handle) : IInputFile
{
    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public long? Length { get; } = RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> target)
    {
        try
        {
            int total = 0;
            while (total < target.Length)
            {
                int count = RandomAccess.Read(handle, target[total..], offset + total);
                if (count == 0) break;
                total += count;
            }
            return total;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"Cannot read the file ({error.Message})", path, inner: error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}

/// <summary>An input that is read once from front to back.</summary>
internal sealed class StreamInputFile(string path, Stream stream) : IInputFile
{
    private readonly Lock _lock = new();
    private long _position;

    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public long? Length => null;

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> target)
    {
        lock (_lock)
        {
            Invariant.Holds(offset == _position);
            try
            {
                int count = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
                _position += count;
                return count;
            }
            catch (IOException error)
            {
                throw new StorageException($"Cannot read the input ({error.Message})", path, inner: error);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
