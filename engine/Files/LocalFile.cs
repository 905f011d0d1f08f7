using ColFrag.Engine.Errors;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Engine.Files;

/// <summary>A file of the machine, open for reading.</summary>
internal class LocalFile(SafeFileHandle handle, string path, string fullPath) : IFile
{
    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public virtual long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(Handle);
            }
            catch (IOException error)
            {
                throw Convert(error);
            }
        }
    }

    /// <summary>The system's handle.</summary>
    protected SafeFileHandle Handle => handle;

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> target)
    {
        int done = 0;
        try
        {
            // A read may end early, at a signal for instance; only 0 is the end of the file.
            while (done < target.Length)
            {
                int count = RandomAccess.Read(Handle, target[done..], offset + done);
                if (count == 0) break;
                done += count;
            }
            return done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Convert(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(
        long offset, Memory<byte> target, CancellationToken cancellationToken = default)
    {
        int done = 0;
        try
        {
            while (done < target.Length)
            {
                int count = await RandomAccess.ReadAsync(Handle, target[done..], offset + done, cancellationToken)
                    .ConfigureAwait(false);
                if (count == 0) break;
                done += count;
            }
            return done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Convert(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>The system's error as ours, with the path.</summary>
    protected StorageException Convert(Exception error) => FileErrors.Convert(error, fullPath);
}

/// <summary>A file of the machine, open for appending.</summary>
internal sealed class LocalAppendFile(SafeFileHandle handle, string path, string fullPath, long length)
    : LocalFile(handle, path, fullPath), IAppendFile
{
    private readonly string fullPath = fullPath;
    private long length = length;
    private bool isPoisoned;

    /// <inheritdoc/>
    public override long Length => Volatile.Read(ref length);

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        CheckPoison();
        try
        {
            RandomAccess.Write(Handle, bytes, length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Convert(error);
        }
        Volatile.Write(ref length, length + bytes.Length);
    }

    /// <inheritdoc/>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        CheckPoison();
        try
        {
            await RandomAccess.WriteAsync(Handle, bytes, length, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Convert(error);
        }
        Volatile.Write(ref length, length + bytes.Length);
    }

    /// <inheritdoc/>
    public void Truncate(long newLength)
    {
        CheckPoison();
        Invariant.Holds(newLength >= 0 && newLength <= length);
        try
        {
            RandomAccess.SetLength(Handle, newLength);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Convert(error);
        }
        Volatile.Write(ref length, newLength);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        CheckPoison();
        return new ValueTask(Task.Run(FlushNow, cancellationToken));
    }

    private void FlushNow()
    {
        try
        {
            RandomAccess.FlushToDisk(Handle);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            isPoisoned = true;
            throw Convert(error);
        }
    }

    private void CheckPoison()
    {
        if (isPoisoned) throw FileErrors.Poisoned(fullPath);
    }
}
