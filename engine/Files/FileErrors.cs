using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Files;

/// <summary>The system's errors in our words, with advice.</summary>
internal static class FileErrors
{
    // Numbers of Linux and macOS, which the platform puts into HResult as they are, and of Windows.
    private const int NotFound = 2, NotPermitted = 13, Exists = 17, TooManyFiles = 24, NoSpace = 28, ReadOnly = 30;
    private const int QuotaLinux = 122, QuotaMac = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsExists = unchecked((int)0x80070050);

    /// <summary>What the platform answers when space cannot be set aside, with no number of the system.</summary>
    private const int NoNumber = unchecked((int)0x80131620);

    /// <summary>True when the disk, or what this user may use of it, is full.</summary>
    public static bool IsDiskFull(Exception error, bool reserves) =>
        error is IOException && error.HResult switch
        {
            NoSpace or WindowsDiskFull or WindowsHandleDiskFull => true,
            QuotaLinux => OperatingSystem.IsLinux(),
            QuotaMac => OperatingSystem.IsMacOS(),
            NoNumber => reserves,
            _ => false,
        };

    /// <summary>The error with the path and what to do.</summary>
    /// <param name="error">The system's error.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="reserves">True where space was to be set aside.</param>
    public static StorageException Convert(Exception error, string path, bool reserves = false)
    {
        if (IsDiskFull(error, reserves)) return DiskFull(path, error);
        return error switch
        {
            FileNotFoundException or DirectoryNotFoundException or { HResult: NotFound } => Missing(path, error),
            { HResult: Exists or WindowsExists } => Present(path, error),
            UnauthorizedAccessException or { HResult: NotPermitted } => new StorageException(
                "No permission", path, "Give this user the right to read and write there.", inner: error),
            { HResult: ReadOnly } => new StorageException(
                "The disk is read-only", path, "It may have been remounted after an error: look at the system's log.",
                inner: error),
            { HResult: TooManyFiles } => new StorageException(
                "Too many open files", path, "Raise the process's limit (ulimit -n).", inner: error),
            _ => new StorageException(
                $"The disk failed ({error.Message})", path, "Look at the system's log.", inner: error),
        };
    }

    /// <summary>The disk is full.</summary>
    public static StorageException DiskFull(string path, Exception? inner = null) => new(
        "The disk is full", path, "Free space on it, or move the folder to a larger disk.", SqlStates.DiskFull, inner);

    /// <summary>There is no such file.</summary>
    public static StorageException Missing(string path, Exception? inner = null) => new(
        "There is no such file", path, sqlState: SqlStates.UndefinedFile, inner: inner);

    /// <summary>There is a file where none must be.</summary>
    public static StorageException Present(string path, Exception? inner = null) =>
        new("There is such a file already", path, inner: inner);

    /// <summary>An earlier flush failed, so what the file holds is not known.</summary>
    public static StorageException Poisoned(string path) => new(
        "An earlier flush of this file failed, so it takes no more", path, "Restart, and look at the system's log.");
}
