using ColFrag.Engine.Files;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Disk;

/// <summary>
/// A disk as one process has it: flushes take time, in which others come to their turn and the process may end; after
/// its end every handle is dead.
/// </summary>
internal sealed class SimulatedFileSystem(
    World world, Incarnation owner, SimulatedDisk disk, MemoryFileSystem inner) : IFileSystem
{
    /// <inheritdoc/>
    public string Root => owner.Name;

    /// <inheritdoc/>
    public bool FileExists(string path) => inner.FileExists(path);

    /// <inheritdoc/>
    public bool FolderExists(string path) => inner.FolderExists(path);

    /// <inheritdoc/>
    public IFile OpenRead(string path)
    {
        RequireLife();
        return inner.OpenRead(path);
    }

    /// <inheritdoc/>
    public IAppendFile Create(string path, long reserveBytes = 0)
    {
        RequireLife();
        Tell("create", path);
        return new Writer(this, inner.Create(path, reserveBytes));
    }

    /// <inheritdoc/>
    public IAppendFile OpenAppend(string path)
    {
        RequireLife();
        return new Writer(this, inner.OpenAppend(path));
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileEntry> List(string folder)
    {
        RequireLife();
        return inner.List(folder);
    }

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        RequireLife();
        inner.CreateFolder(path);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        RequireLife();
        Tell("rename to", to);
        inner.Rename(from, to);
    }

    /// <inheritdoc/>
    public bool DeleteFile(string path)
    {
        RequireLife();
        bool wasThere = inner.DeleteFile(path);
        if (wasThere) Tell("delete", path);
        return wasThere;
    }

    /// <inheritdoc/>
    public bool DeleteFolder(string path)
    {
        RequireLife();
        bool wasThere = inner.DeleteFolder(path);
        if (wasThere) Tell("delete", path);
        return wasThere;
    }

    /// <inheritdoc/>
    public async ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken = default)
    {
        await WaitAsync();
        Tell("flush folder", folder);
        if (disk.Omits(FileAction.FlushFolder, folder)) return;
        await inner.FlushFolderAsync(folder, cancellationToken);
    }

    /// <inheritdoc/>
    public DiskSpace GetSpace() => new(1L << 40, 1L << 41);

    /// <inheritdoc/>
    public IDisposable Lock(string path)
    {
        RequireLife();
        return inner.Lock(path);
    }

    private bool Omits(string path) => disk.Omits(FileAction.Flush, path);

    private Task WaitAsync()
    {
        RequireLife();
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.At(disk.NextFlush(), owner, () => over.TrySetResult());
        return over.Task;
    }

    private void Tell(string what, string path)
    {
        world.Trace.Add(what.Length, owner.Number, path.Length);
        if (world.Trace.KeepsLines) world.Trace.Tell(world.Now, owner.Name, $"{what} {path}");
    }

    private void RequireLife()
    {
        world.RequireThread();
        if (!owner.IsAlive) throw new InvalidOperationException($"A process that is gone uses its disk: {owner.Name}");
    }

    private sealed class Writer(SimulatedFileSystem files, IAppendFile inner) : IAppendFile
    {
        public string Path => inner.Path;

        public long Length => inner.Length;

        public int Read(long offset, Span<byte> target) => inner.Read(offset, target);

        public ValueTask<int> ReadAsync(
            long offset, Memory<byte> target, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(offset, target, cancellationToken);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            files.RequireLife();
            inner.Append(bytes);
        }

        public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
        {
            files.RequireLife();
            return inner.AppendAsync(bytes, cancellationToken);
        }

        public void Truncate(long length)
        {
            files.RequireLife();
            inner.Truncate(length);
        }

        public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
        {
            await files.WaitAsync();
            files.Tell("flush", inner.Path);
            if (files.Omits(inner.Path)) return;
            await inner.FlushAsync(cancellationToken);
        }

        public void Dispose() => inner.Dispose();
    }
}
