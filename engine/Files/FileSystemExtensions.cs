using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Files;

/// <summary>What every disk can do by means of the few things it must.</summary>
internal static class FileSystemExtensions
{
    /// <summary>Reads exactly as many bytes as the target has.</summary>
    /// <exception cref="CorruptDataException">The file ends before.</exception>
    public static void ReadExactly(this IFile file, long offset, Span<byte> target) =>
        CheckRead(file, offset, target.Length, file.Read(offset, target));

    /// <summary>Reads exactly as many bytes as the target has.</summary>
    /// <exception cref="CorruptDataException">The file ends before.</exception>
    public static async ValueTask ReadExactlyAsync(
        this IFile file, long offset, Memory<byte> target, CancellationToken cancellationToken = default) =>
        CheckRead(
            file, offset, target.Length,
            await file.ReadAsync(offset, target, cancellationToken));

    /// <summary>The whole of a file that has at most so many bytes.</summary>
    /// <exception cref="CorruptDataException">The file is longer.</exception>
    public static byte[] ReadAll(this IFileSystem files, string path, int maxLength)
    {
        using IFile file = files.OpenRead(path);
        long length = file.Length;
        CorruptDataException.ThrowUnless(length <= maxLength, $"length {length}, at most {maxLength} allowed", path, 0);
        byte[] bytes = new byte[length];
        file.ReadExactly(0, bytes);
        return bytes;
    }

    /// <summary>Makes a folder, and those above it, so that they outlast a crash.</summary>
    public static async ValueTask EnsureFolderAsync(
        this IFileSystem files, string path, CancellationToken cancellationToken = default)
    {
        // The names are flushed even where the folder is there: who made it may have stopped before doing so.
        for (int end = path.IndexOf('/', StringComparison.Ordinal); ; end = path.IndexOf('/', end + 1))
        {
            string folder = end < 0 ? path : path[..end];
            if (folder.Length > 0)
            {
                files.CreateFolder(folder);
                await files.FlushFolderAsync(FilePath.Parent(folder), cancellationToken);
            }
            if (end < 0) return;
        }
    }

    /// <summary>Deletes the leftovers of <see cref="TempFile"/> in a folder; returns how many.</summary>
    public static int DeleteTempFiles(this IFileSystem files, string folder)
    {
        int count = 0;
        foreach (FileEntry entry in files.List(folder))
        {
            if (entry.IsFolder || !entry.Name.EndsWith(TempFile.Suffix, StringComparison.Ordinal)) continue;
            if (files.DeleteFile(FilePath.Combine(folder, entry.Name))) count++;
        }
        return count;
    }

    private static void CheckRead(IFile file, long offset, int expected, int actual) =>
        CorruptDataException.ThrowUnless(
            actual == expected, $"end of file, {expected - actual} bytes short", file.Path, offset + actual);
}
