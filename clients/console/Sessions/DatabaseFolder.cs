using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Sessions;

/// <summary>Opens a folder in this process, for a console or for a server.</summary>
static class DatabaseFolder
{
    /// <exception cref="StorageException">It is in use, or cannot be read or written.</exception>
    public static async Task<Database> OpenAsync(
        string folder, DatabaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (File.Exists(folder))
        {
            throw new StorageException("Not a folder", folder, "Name a folder; it is made when it is not there.");
        }
        try
        {
            return await Database.OpenAsync(folder, options, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException("Cannot open the folder", folder, exception.Message, inner: exception);
        }
    }
}
