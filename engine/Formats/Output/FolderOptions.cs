using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Output;

/// <summary>What makes COPY TO write a folder of files instead of one.</summary>
internal sealed record FolderOptions
{
    /// <summary>Columns whose values name folders and are not in the files.</summary>
    public ImmutableArray<string> PartitionBy { get; private init; } = [];

    /// <summary>About how many bytes a file may have before the next begins; null for no limit.</summary>
    public long? FileSizeBytes { get; private init; }

    /// <summary>True to add files to a folder that has some.</summary>
    public bool Appends { get; private init; }

    /// <summary>True to take the place of what the folder has: that goes when all new files are there.</summary>
    public bool Overwrites { get; private init; }

    /// <summary>True to write beside what the folder has, and over files of the same names.</summary>
    public bool Ignores { get; private init; }

    /// <summary>True to write one folder of files where nothing else asks for that.</summary>
    public bool IsFolder { get; private init; }

    /// <summary>True to keep the columns that name folders in the files as well.</summary>
    public bool KeepsColumns { get; private init; }

    /// <summary>
    /// Names of files without their extension; <c>{i}</c> is a number, <c>{uuid}</c> an id; null for ours.
    /// </summary>
    public string? NamePattern { get; private init; }

    /// <summary>How names of files end; null for what the format says.</summary>
    public string? Extension { get; private init; }

    /// <summary>Compression of text files, which their names say.</summary>
    public string? Compression { get; private init; }

    /// <summary>True when a folder is to be written.</summary>
    public bool IsWanted => !PartitionBy.IsEmpty || FileSizeBytes is not null || IsFolder;

    /// <summary>Takes the options of folders.</summary>
    public static FolderOptions From(SourceOptions options)
    {
        FolderOptions taken = new()
        {
            PartitionBy = [.. options.TakeTexts("partition_by") ?? []],
            FileSizeBytes = options.TakeBytes("file_size_bytes", "file_size"),
            IsFolder = options.TakeBoolean("per_thread_output") ?? false,
        };
        // Every file appears under its name when it is whole, and rows come in the order of the query.
        options.TakeBoolean("use_tmp_file");
        options.TakeBoolean("preserve_order");
        // A single file is always overwritten.
        bool overwrites = options.TakeBoolean("overwrite") ?? false;
        bool ignores = options.TakeBoolean("overwrite_or_ignore") ?? false;
        if (!taken.IsWanted) return taken;
        return taken with
        {
            Overwrites = overwrites, Ignores = ignores,
            Appends = options.TakeBoolean("append") ?? false, Compression = options.TakeText("compression"),
            KeepsColumns = options.TakeBoolean("write_partition_columns") ?? false,
            NamePattern = PatternOf(options.TakeText("filename_pattern")),
            Extension = options.TakeText("file_extension")?.TrimStart('.'),
        };
    }

    private static string? PatternOf(string? text)
    {
        if (text is null) return null;
        if (text.Length == 0 || text.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Wrong value of option filename_pattern: '{text}'",
                hint: "It takes the name of a file, in which {i} is a number and {uuid} an id: 'sales_{i}'.");
        }
        bool hasNumber = text.Contains("{i}", StringComparison.Ordinal);
        return hasNumber || text.Contains("{uuid", StringComparison.Ordinal) ? text : text + "{i}";
    }
}
