using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats;

/// <summary>The formats of files that others make and read.</summary>
internal enum FileFormat : byte
{
    /// <summary>Text with a delimiter.</summary>
    Csv,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>A JSON object per line, or an array of objects.</summary>
    Json,

    /// <summary>Apache Arrow IPC, file or stream.</summary>
    Arrow,

    /// <summary>The text format of PostgreSQL's COPY.</summary>
    PostgresText,

    /// <summary>The binary format of PostgreSQL's COPY.</summary>
    PostgresBinary,
}

/// <summary>Tells formats apart.</summary>
internal static class FileFormats
{
    /// <summary>The format by its name in SQL and on the command line.</summary>
    public static FileFormat? Parse(string name) => name.ToUpperInvariant() switch
    {
        "CSV" or "TSV" or "TEXT" => FileFormat.Csv,
        "PARQUET" => FileFormat.Parquet,
        "JSON" or "JSONL" or "NDJSON" => FileFormat.Json,
        "ARROW" or "IPC" or "FEATHER" => FileFormat.Arrow,
        "PG_TEXT" => FileFormat.PostgresText,
        "PG_BINARY" or "BINARY" => FileFormat.PostgresBinary,
        _ => null,
    };

    /// <summary>The format by the end of a file's name, below a compression's; null when it says nothing.</summary>
    public static FileFormat? FromName(string path)
    {
        string extension = Path.GetExtension(path).ToUpperInvariant();
        if (extension is ".GZ" or ".ZST" or ".LZ4" or ".BR")
            extension = Path.GetExtension(path[..^extension.Length]).ToUpperInvariant();
        return extension switch
        {
            ".CSV" or ".TSV" or ".TBL" or ".TAB" or ".PSV" or ".TXT" => FileFormat.Csv,
            ".PARQUET" or ".PQ" => FileFormat.Parquet,
            ".JSON" or ".JSONL" or ".NDJSON" => FileFormat.Json,
            ".ARROW" or ".ARROWS" or ".IPC" or ".FEATHER" => FileFormat.Arrow,
            _ => null,
        };
    }

    /// <summary>The format by the file's name, else by its first bytes; text is taken as CSV.</summary>
    public static FileFormat Detect(string path, IInputFiles files)
    {
        if (FromName(path) is FileFormat named) return named;
        using IInputFile file = files.Open(path);
        // What is read from a pipe is gone.
        if (file.Length is null) return FileFormat.Csv;
        Span<byte> start = stackalloc byte[6];
        start = start[..file.Read(0, start)];
        if (start.StartsWith("PAR1"u8) || start.StartsWith("PARE"u8)) return FileFormat.Parquet;
        if (start.StartsWith("ARROW1"u8)) return FileFormat.Arrow;
        return start.Length > 0 && start[0] is (byte)'{' or (byte)'[' ? FileFormat.Json : FileFormat.Csv;
    }

    /// <summary>How names of files of a format end.</summary>
    public static string ExtensionOf(FileFormat format) => format switch
    {
        FileFormat.Parquet => ".parquet",
        FileFormat.Json => ".json",
        FileFormat.Arrow => ".arrow",
        FileFormat.PostgresText => ".txt",
        FileFormat.PostgresBinary => ".bin",
        _ => ".csv",
    };

    /// <summary>The format, or an error that lists them.</summary>
    public static FileFormat ParseOrThrow(string name) => Parse(name) ?? throw new QueryException(
        SqlStates.InvalidParameterValue, $"Unknown format: {name}",
        hint: "The formats are csv, parquet, json and arrow.");
}
