using ColFrag.Engine.Files;

namespace ColFrag.Engine.Tests.Catalog;

/// <summary>A disk whose flushes of files wait until the test releases them.</summary>
internal sealed class SlowFlushes(IFileSystem files) : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isOpen = true;

    public string Root => files.Root;

    /// <summary>How many flushes were asked for.</summary>
    public int FlushCount { get; private set; }

    /// <summary>Lets the flushes that wait end; from now on each one waits.</summary>
    public void Release()
    {
        TaskCompletionSource[] waiting;
        lock (_lock)
        {
            _isOpen = false;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        foreach (TaskCompletionSource one in waiting) one.SetResult();
    }

    public bool FileExists(string path) => files.FileExists(path);

    public bool FolderExists(string path) => files.FolderExists(path);

    public IFile OpenRead(string path) => files.OpenRead(path);

    public IAppendFile Create(string path, long reserveBytes = 0) =>
        new SlowFile(this, files.Create(path, reserveBytes));

    public IAppendFile OpenAppend(string path)
    {
        // What is made at the start of a test need not wait.
        _isOpen = false;
        return new SlowFile(this, files.OpenAppend(path));
    }

    public IReadOnlyList<FileEntry> List(string folder) => files.List(folder);

    public void CreateFolder(string path) => files.CreateFolder(path);

    public void Rename(string from, string to) => files.Rename(from, to);

    public bool DeleteFile(string path) => files.DeleteFile(path);

    public bool DeleteFolder(string path) => files.DeleteFolder(path);

    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken = default) =>
        files.FlushFolderAsync(folder, cancellationToken);

    public DiskSpace GetSpace() => files.GetSpace();

    public IDisposable Lock(string path) => files.Lock(path);

    private Task WaitAsync()
    {
        lock (_lock)
        {
            FlushCount++;
            if (_isOpen) return Task.CompletedTask;
            TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiting);
            return waiting.Task;
        }
    }

    private sealed class SlowFile(SlowFlushes owner, IAppendFile file) : IAppendFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> target) => file.Read(offset, target);

        public ValueTask<int> ReadAsync(
            long offset, Memory<byte> target, CancellationToken cancellationToken = default) =>
            file.ReadAsync(offset, target, cancellationToken);

        public void Append(ReadOnlySpan<byte> bytes) => file.Append(bytes);

        public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
            file.AppendAsync(bytes, cancellationToken);

        public void Truncate(long length) => file.Truncate(length);

        public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
        {
            await owner.WaitAsync();
            await file.FlushAsync(cancellationToken);
        }

        public void Dispose() => file.Dispose();
    }
}
