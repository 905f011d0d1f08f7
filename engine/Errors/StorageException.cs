namespace ColFrag.Engine.Errors;

/// <summary>The disk said no: full, failing, or in use by another process; with the path and what to do.</summary>
public sealed class StorageException : ColFragException
{
    /// <summary>Creates the error.</summary>
    public StorageException(
        string message, string path, string? hint = null, string sqlState = SqlStates.IoError, Exception? inner = null)
        : base(sqlState, $"{message}: {path}", hint, inner) => Path = path;

    /// <summary>The file or folder.</summary>
    public string Path { get; }
}
