using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Files;

/// <summary>
/// A file that appears whole or not at all: written under a temporary name, flushed, renamed, and its folder flushed.
/// What was not published disappears when disposed of, or with <see cref="FileSystemExtensions.DeleteTempFiles"/> after
/// a crash.
/// </summary>
/// <example><code>
/// using TempFile manifest = TempFile.Create(files, "segments/12/manifest-0");
/// manifest.File.Append(bytes);
/// await manifest.PublishAsync();
/// </code></example>
internal sealed class TempFile : IDisposable
{
    /// <summary>What temporary names end with.</summary>
    public const string Suffix = ".tmp";

    private readonly IFileSystem files;
    private readonly string path;
    private readonly string temporaryPath;
    private bool isPublished;

    private TempFile(IFileSystem files, string path, string temporaryPath, IAppendFile file)
    {
        this.files = files;
        this.path = path;
        this.temporaryPath = temporaryPath;
        File = file;
    }

    /// <summary>The file under its temporary name.</summary>
    public IAppendFile File { get; }

    /// <summary>Begins a file that will have the given path.</summary>
    public static TempFile Create(IFileSystem files, string path, long reserveBytes = 0)
    {
        // One writer has a name at a time; what is there was left by a crash.
        string temporary = Safeguards.Keep(Safeguard.Rename) ? path + Suffix : path;
        files.DeleteFile(temporary);
        return new TempFile(files, path, temporary, files.Create(temporary, reserveBytes));
    }

    /// <summary>Makes the file durable under its name, in the place of one that may be there.</summary>
    public async ValueTask PublishAsync(CancellationToken cancellationToken = default)
    {
        await PublishWithoutFolderAsync(cancellationToken);
        await files.FlushFolderAsync(FilePath.Parent(path), cancellationToken);
    }

    /// <summary>The same where the caller publishes several files and then flushes their folder once.</summary>
    public ValueTask PublishWithoutFolderAsync(CancellationToken cancellationToken = default) =>
        PublishWithoutFolderAsync(isDurable: true, cancellationToken);

    /// <summary>The same, where the file may be one that need not outlive a crash.</summary>
    public async ValueTask PublishWithoutFolderAsync(bool isDurable, CancellationToken cancellationToken = default)
    {
        if (isDurable) await File.FlushAsync(cancellationToken);
        File.Dispose();
        if (temporaryPath != path) files.Rename(temporaryPath, path);
        isPublished = true;
    }

    /// <summary>Gives the file its name, where nobody needs it after a crash.</summary>
    public void PublishUnflushed()
    {
        File.Dispose();
        if (temporaryPath != path) files.Rename(temporaryPath, path);
        isPublished = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Dispose();
        if (!isPublished) files.DeleteFile(temporaryPath);
    }
}
