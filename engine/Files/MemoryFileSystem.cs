using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Files;

/// <summary>
/// A disk in memory, for databases without a folder and for tests: it knows which bytes and names were flushed, so a
/// <see cref="Crash"/> can lose the others, and it fails when <see cref="Fault"/> says so.
/// </summary>
internal sealed partial class MemoryFileSystem : IFileSystem
{
    private readonly Lock gate = new();
    private readonly Folder rootFolder;
    private readonly HashSet<string> locks = [];
    private readonly IClock clock;
    private readonly bool tracksCrashes;

    /// <summary>Changes of names that no flush made durable yet, oldest first.</summary>
    private List<NameChange> unflushed = [];
    private long usedBytes;
    private bool hasCrashed;

    /// <summary>An empty disk.</summary>
    /// <param name="clock">For the times of changes.</param>
    /// <param name="tracksCrashes">True to remember what is durable, at the price of a second copy of all
    /// bytes.</param>
    public MemoryFileSystem(IClock? clock = null, bool tracksCrashes = true)
        : this(new Folder(), clock ?? SystemClock.Instance, tracksCrashes)
    {
    }

    private MemoryFileSystem(Folder rootFolder, IClock clock, bool tracksCrashes)
    {
        this.rootFolder = rootFolder;
        this.clock = clock;
        this.tracksCrashes = tracksCrashes;
    }

    /// <inheritdoc/>
    public string Root => "memory";

    /// <summary>How many bytes fit; appending more finds the disk full.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>How many calls there were that could fail.</summary>
    public long CallCount { get; private set; }

    /// <summary>Decides before each call whether it fails, and how; null when none does.</summary>
    public Func<FileCall, FileFault>? Fault { get; set; }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (gate) return Find(path) is Content;
    }

    /// <inheritdoc/>
    public bool FolderExists(string path)
    {
        lock (gate) return Find(path) is Folder;
    }

    /// <inheritdoc/>
    public IFile OpenRead(string path)
    {
        lock (gate)
        {
            Begin(FileAction.Open, path);
            return new Handle(this, path, FindContent(path), isWriter: false);
        }
    }

    /// <inheritdoc/>
    public IAppendFile Create(string path, long reserveBytes = 0)
    {
        lock (gate)
        {
            Begin(FileAction.Create, path);
            if (usedBytes + reserveBytes > Capacity) throw FileErrors.DiskFull(path);
            Folder folder = FindParent(path);
            if (folder.Current.ContainsKey(FilePath.Name(path))) throw FileErrors.Present(path);
            Content content = new() { Changed = clock.UtcNow };
            Change(new NameChange(folder, FilePath.Name(path), content));
            return new Handle(this, path, content, isWriter: true);
        }
    }

    /// <inheritdoc/>
    public IAppendFile OpenAppend(string path)
    {
        lock (gate)
        {
            Begin(FileAction.Open, path);
            return new Handle(this, path, FindContent(path), isWriter: true);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileEntry> List(string folder)
    {
        lock (gate)
        {
            Begin(FileAction.List, folder);
            return Find(folder) is not Folder found ? [] :
                [.. found.Current.Select(static pair => pair.Value is Content content
                    ? new FileEntry(pair.Key, IsFolder: false, content.Length, content.Changed)
                    : new FileEntry(pair.Key, IsFolder: true, 0, default))];
        }
    }

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        FilePath.Check(path);
        lock (gate)
        {
            Begin(FileAction.CreateFolder, path);
            Folder folder = rootFolder;
            foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!folder.Current.TryGetValue(name, out Node? node))
                {
                    node = new Folder();
                    Change(new NameChange(folder, name, node));
                }
                folder = node as Folder ?? throw FileErrors.Present(path);
            }
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (gate)
        {
            Begin(FileAction.Rename, from);
            Node moved = Find(from) ?? throw FileErrors.Missing(from);
            Folder source = FindParent(from), target = FindParent(to);
            Node? replaced = Find(to);
            if (replaced is not null && (replaced is Folder || moved is Folder)) throw FileErrors.Present(to);
            if (replaced is Content content) usedBytes -= content.Length;
            Change(new NameChange(target, FilePath.Name(to), moved, source, FilePath.Name(from)));
        }
    }

    /// <inheritdoc/>
    public bool DeleteFile(string path)
    {
        lock (gate)
        {
            Begin(FileAction.Delete, path);
            if (Find(path) is not Content content) return false;
            usedBytes -= content.Length;
            Change(new NameChange(FindParent(path), FilePath.Name(path), null));
            return true;
        }
    }

    /// <inheritdoc/>
    public bool DeleteFolder(string path)
    {
        Invariant.Holds(path.Length > 0);
        lock (gate)
        {
            Begin(FileAction.Delete, path);
            if (Find(path) is not Folder folder) return false;
            usedBytes -= folder.Size;
            Change(new NameChange(FindParent(path), FilePath.Name(path), null));
            return true;
        }
    }

    /// <inheritdoc/>
    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            Begin(FileAction.FlushFolder, folder);
            Folder found = FindFolder(folder);
            // A rename between folders is one change and is durable with either of them, as a file system's journal has
            // it.
            foreach (NameChange change in unflushed.Where(change => change.Touches(found))) change.ApplyDurably();
            unflushed.RemoveAll(change => change.Touches(found));
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public DiskSpace GetSpace()
    {
        lock (gate) return new DiskSpace(Capacity - usedBytes, Capacity);
    }

    /// <inheritdoc/>
    public IDisposable Lock(string path)
    {
        lock (gate)
        {
            Begin(FileAction.Open, path);
            if (!locks.Add(path))
            {
                throw new StorageException(
                    "The folder is in use by this process", Root, "Close the other database first.",
                    SqlStates.ObjectInUse);
            }
        }
        return new Holder(this, path);
    }

    /// <summary>
    /// Stops the machine: this disk and all its open files fail from now on. Returns the disk that the next start
    /// finds, in which what was flushed is there, and of the rest as much as the random numbers grant: any leading part
    /// of the changes of names, any leading part of a file's new bytes, and then perhaps zeros.
    /// </summary>
    /// <param name="random">Null to lose everything that was not flushed.</param>
    public MemoryFileSystem Crash(IRandom? random = null)
    {
        lock (gate)
        {
            Invariant.Holds(tracksCrashes && !hasCrashed);
            hasCrashed = true;
            int kept = random is null ? 0 : random.Next(unflushed.Count + 1);
            foreach (NameChange change in unflushed.Take(kept)) change.ApplyDurably();
            MemoryFileSystem next = new((Folder)rootFolder.AfterCrash(random), clock, tracksCrashes)
            {
                Capacity = Capacity,
            };
            next.usedBytes = next.rootFolder.Size;
            return next;
        }
    }

    /// <summary>The process that used this disk is gone, the machine goes on: what it held is free.</summary>
    public void ReleaseLocks()
    {
        lock (gate) locks.Clear();
    }

    /// <summary>Damages a file: xors one byte of it, flushed or not.</summary>
    public void Flip(string path, long offset, byte bits)
    {
        lock (gate) FindContent(path).Flip(offset, bits);
    }

    /// <summary>Makes one of the calls to come fail, 1 being the next.</summary>
    public void FailCall(long number, FileFault fault)
    {
        long failing = CallCount + number;
        Fault = call => call.Number == failing ? fault : FileFault.None;
    }

    private void Begin(FileAction action, string path)
    {
        FilePath.Check(path);
        switch (Ask(action, path))
        {
            case FileFault.DiskFull: throw FileErrors.DiskFull(path);
            case FileFault.Failure: throw Failure(path);
        }
    }

    /// <summary>Counts a call and asks how it goes.</summary>
    private FileFault Ask(FileAction action, string path)
    {
        if (hasCrashed) throw new StorageException("The machine has stopped", path);
        CallCount++;
        return Fault?.Invoke(new FileCall(CallCount, action, path)) ?? FileFault.None;
    }

    private static StorageException Failure(string path) => new("The disk failed (injected)", path);

    private void Change(NameChange change)
    {
        change.Apply();
        if (tracksCrashes) unflushed.Add(change);
    }

    private Node? Find(string path)
    {
        FilePath.Check(path);
        Node? node = rootFolder;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (node is not Folder folder || !folder.Current.TryGetValue(name, out node)) return null;
        }
        return node;
    }

    private Content FindContent(string path) => Find(path) as Content ?? throw FileErrors.Missing(path);

    private Folder FindParent(string path) => Find(FilePath.Parent(path)) as Folder ?? throw FileErrors.Missing(path);

    private Folder FindFolder(string path) => Find(path) as Folder ?? throw FileErrors.Missing(path);

    private sealed class Holder(MemoryFileSystem files, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (files.gate) files.locks.Remove(path);
        }
    }
}

/// <summary>What a call to a disk does.</summary>
internal enum FileAction
{
    /// <summary>Opens a file.</summary>
    Open,
    /// <summary>Makes a file.</summary>
    Create,
    /// <summary>Reads.</summary>
    Read,
    /// <summary>Appends.</summary>
    Append,
    /// <summary>Cuts off.</summary>
    Truncate,
    /// <summary>Makes bytes durable.</summary>
    Flush,
    /// <summary>Renames.</summary>
    Rename,
    /// <summary>Deletes.</summary>
    Delete,
    /// <summary>Lists a folder.</summary>
    List,
    /// <summary>Makes a folder.</summary>
    CreateFolder,
    /// <summary>Makes names durable.</summary>
    FlushFolder,
}

/// <summary>A call to a disk, before it happens; numbers count from 1.</summary>
internal readonly record struct FileCall(long Number, FileAction Action, string Path);

/// <summary>How a call to a disk fails.</summary>
internal enum FileFault
{
    /// <summary>It does not.</summary>
    None,
    /// <summary>The device reports an error (EIO). A failed append may leave part of its bytes behind.</summary>
    Failure,
    /// <summary>The disk is full (ENOSPC).</summary>
    DiskFull,
}
