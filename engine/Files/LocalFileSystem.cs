using System.Diagnostics;
using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using Microsoft.Win32.SafeHandles;

namespace ColFrag.Engine.Files;

/// <summary>A folder of the machine.</summary>
internal sealed class LocalFileSystem : IFileSystem
{
    private readonly string root;

    /// <summary>Uses a folder, which is made unless it is there.</summary>
    public LocalFileSystem(string root)
    {
        this.root = Path.GetFullPath(root);
        Do(this.root, () => Directory.CreateDirectory(this.root));
    }

    /// <inheritdoc/>
    public string Root => root;

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(Full(path));

    /// <inheritdoc/>
    public bool FolderExists(string path) => Directory.Exists(Full(path));

    /// <inheritdoc/>
    public IFile OpenRead(string path)
    {
        string full = Full(path);
        SafeFileHandle handle = Do(full, () => File.OpenHandle(
            full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess));
        return new LocalFile(handle, path, full);
    }

    /// <inheritdoc/>
    public IAppendFile Create(string path, long reserveBytes = 0)
    {
        string full = Full(path);
        SafeFileHandle handle = Do(full, () => File.OpenHandle(
            full, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None,
            reserveBytes), reserves: reserveBytes > 0);
        return new LocalAppendFile(handle, path, full, length: 0);
    }

    /// <inheritdoc/>
    public IAppendFile OpenAppend(string path)
    {
        string full = Full(path);
        SafeFileHandle handle = Do(full, () => File.OpenHandle(
            full, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        return new LocalAppendFile(handle, path, full, Do(full, () => RandomAccess.GetLength(handle)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileEntry> List(string folder)
    {
        DirectoryInfo directory = new(Full(folder));
        return Do<IReadOnlyList<FileEntry>>(directory.FullName, () =>
        {
            if (!directory.Exists) return [];
            List<FileEntry> entries = [];
            foreach (FileSystemInfo info in directory.EnumerateFileSystemInfos())
            {
                try
                {
                    long length = info is FileInfo file ? file.Length : 0;
                    entries.Add(new FileEntry(info.Name, info is DirectoryInfo, length, info.LastWriteTimeUtc));
                }
                catch (FileNotFoundException)
                {
                    // Deleted since the folder was read.
                }
            }
            entries.Sort(static (x, y) => string.CompareOrdinal(x.Name, y.Name));
            return entries;
        });
    }

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        string full = Full(path);
        Do(full, () => Directory.CreateDirectory(full));
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        string source = Full(from), target = Full(to);
        Do(source, () =>
        {
            if (Directory.Exists(source)) Directory.Move(source, target);
            else File.Move(source, target, overwrite: true);
            return 0;
        });
    }

    /// <inheritdoc/>
    public bool DeleteFile(string path)
    {
        string full = Full(path);
        return Do(full, () =>
        {
            if (!File.Exists(full)) return false;
            File.Delete(full);
            return true;
        });
    }

    /// <inheritdoc/>
    public bool DeleteFolder(string path)
    {
        string full = Full(path);
        Invariant.Holds(path.Length > 0);
        return Do(full, () =>
        {
            if (!Directory.Exists(full)) return false;
            Directory.Delete(full, recursive: true);
            return true;
        });
    }

    /// <inheritdoc/>
    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken = default)
    {
        // Windows makes names durable by itself and has no handle to flush them with.
        if (OperatingSystem.IsWindows()) return ValueTask.CompletedTask;
        string full = Full(folder);
        return new ValueTask(Task.Run(() => UnixFolder.Flush(full), cancellationToken));
    }

    /// <inheritdoc/>
    public DiskSpace GetSpace() => Do(root, () =>
    {
        DriveInfo drive = new(root);
        return new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize);
    });

    /// <inheritdoc/>
    public IDisposable Lock(string path)
    {
        string full = Full(path);
        SafeFileHandle handle;
        try
        {
            // Unix: an exclusive advisory lock, given back by the system when the process ends, however it ends.
            // Windows: others may read, to learn who holds it, and not write.
            handle = File.OpenHandle(
                full, FileMode.OpenOrCreate, FileAccess.ReadWrite,
                OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None);
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException)
            && !FileErrors.IsDiskFull(error, reserves: false))
        {
            string holder = ReadHolder(full);
            throw new StorageException(
                $"The folder is in use by {holder}", FilePath.Parent(full.Replace('\\', '/')),
                "One process at a time writes to a folder: close it, connect to it, or open with --readonly.",
                SqlStates.ObjectInUse, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Convert(error, full);
        }
        using Process process = Process.GetCurrentProcess();
        byte[] text = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {process.ProcessName}\n"));
        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(handle, text, 0);
        return handle;
    }

    private string Full(string path)
    {
        FilePath.Check(path);
        return path.Length == 0 ? root : Path.Combine(root, path);
    }

    private static T Do<T>(string path, Func<T> action, bool reserves = false)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Convert(error, path, reserves);
        }
    }

    /// <summary>Who wrote a lock file, for people: the file is only a note, the lock itself is the system's.</summary>
    private static string ReadHolder(string path)
    {
        try
        {
            // The platform's own way of opening would ask for a lock, too.
            using SafeFileHandle handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(path, share: FileShare.ReadWrite)
                : UnixFolder.OpenWithoutLock(path);
            Span<byte> text = stackalloc byte[200];
            int length = RandomAccess.Read(handle, text, 0);
            string[] words = Encoding.UTF8.GetString(text[..length]).Split((char[])[' ', '\n'], 3);
            bool isNumber = int.TryParse(words[0], CultureInfo.InvariantCulture, out int id);
            return !isNumber || words.Length < 2 ? "another process"
                : id == Environment.ProcessId ? $"this process ({id})"
                : $"process {id} ({words[1]})";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
