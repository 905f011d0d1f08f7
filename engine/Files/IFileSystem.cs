using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Files;

/// <summary>
/// A disk. Paths are relative to its root, with forward slashes: <c>tables/7/segments/12/manifest-0</c>. A simulation
/// puts its own disk here, which loses what was not flushed and fails when it is told to.
/// </summary>
/// <remarks>
/// Nothing is durable by itself: a file's bytes after <see cref="IAppendFile.FlushAsync"/>, a name (created, renamed or
/// deleted) after <see cref="FlushFolderAsync"/> of the folder it is in. <see cref="TempFile"/> and
/// <see cref="FileSystemExtensions.EnsureFolderAsync"/> do both. Failures are <see cref="StorageException"/>, with
/// <see cref="SqlStates.DiskFull"/> when the disk is full and <see cref="SqlStates.UndefinedFile"/> when there is no
/// such file. Members are safe to use from many threads.
/// </remarks>
internal interface IFileSystem
{
    /// <summary>The folder on the machine, or another name for people.</summary>
    string Root { get; }

    /// <summary>True when there is a file of that name.</summary>
    bool FileExists(string path);

    /// <summary>True when there is a folder of that name; the root, the empty path, always is.</summary>
    bool FolderExists(string path);

    /// <summary>Opens a file to read any part of it.</summary>
    IFile OpenRead(string path);

    /// <summary>Makes a file to append to; there must be none of that name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reserveBytes">Space to set aside now, so that appending that much does not find the disk
    /// full.</param>
    IAppendFile Create(string path, long reserveBytes = 0);

    /// <summary>Opens a file to append to.</summary>
    IAppendFile OpenAppend(string path);

    /// <summary>
    /// What a folder contains, in the order of the names' bytes; nothing when there is no such folder.
    /// </summary>
    IReadOnlyList<FileEntry> List(string folder);

    /// <summary>Makes a folder, and those above it, unless there is one.</summary>
    void CreateFolder(string path);

    /// <summary>Renames a file, taking the place of one that is there, or a folder, where there must be none.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; false when there is none.</summary>
    bool DeleteFile(string path);

    /// <summary>Deletes a folder with all in it; false when there is none.</summary>
    bool DeleteFolder(string path);

    /// <summary>Makes the names in a folder durable.</summary>
    ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken = default);

    /// <summary>How much fits.</summary>
    DiskSpace GetSpace();

    /// <summary>Holds a file so that no other process can, until disposed of; the file names this process.</summary>
    /// <exception cref="StorageException">
    /// Another holds it (<see cref="SqlStates.ObjectInUse"/>); the message names the process.
    /// </exception>
    IDisposable Lock(string path);
}

/// <summary>A file or folder in a folder.</summary>
/// <param name="Name">Its last name.</param>
/// <param name="IsFolder">True for a folder.</param>
/// <param name="Length">A file's bytes; 0 for a folder.</param>
/// <param name="ChangedUtc">When it was last changed.</param>
internal readonly record struct FileEntry(string Name, bool IsFolder, long Length, DateTime ChangedUtc);

/// <summary>How much fits on a disk.</summary>
internal readonly record struct DiskSpace(long FreeBytes, long TotalBytes);
