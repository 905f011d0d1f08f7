using System.Collections.Immutable;

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

    /// <summary>Compression of text files, which their names say.</summary>
    public string? Compression { get; private init; }

    /// <summary>True when a folder is to be written.</summary>
    public bool IsWanted => !PartitionBy.IsEmpty || FileSizeBytes is not null;

    /// <summary>Takes the options of folders.</summary>
    public static FolderOptions From(SourceOptions options)
    {
        FolderOptions taken = new()
        {
            PartitionBy = [.. options.TakeTexts("partition_by") ?? []],
            FileSizeBytes = options.TakeBytes("file_size_bytes", "file_size"),
        };
        if (!taken.IsWanted) return taken;
        return taken with
        {
            Appends = options.TakeBoolean("append") ?? false, Compression = options.TakeText("compression"),
        };
    }
}
