namespace ColFrag.Engine.Formats.Parquet;

/// <summary>How Parquet files are read.</summary>
internal sealed record ParquetOptions
{
    /// <summary>Adds a column <c>filename</c>.</summary>
    public bool Filename { get; init; }

    /// <summary>
    /// Adds the columns that folder names such as <c>year=2024</c> give; null = when every file has them.
    /// </summary>
    public bool? HivePartitioning { get; init; }

    /// <summary>The types of those columns.</summary>
    public HiveColumns Hive { get; init; } = new();

    /// <summary>Matches the columns of several files by name; else they must be the same.</summary>
    public bool UnionByName { get; init; }

    /// <summary>Takes byte arrays without a logical type as text, as old writers mean them.</summary>
    public bool BinaryAsString { get; init; }

    /// <summary>Checks page checksums where files have them.</summary>
    public bool VerifyChecksums { get; init; } = true;

    /// <summary>Reads the options of a call.</summary>
    public static ParquetOptions From(SourceOptions options)
    {
        ParquetOptions taken = new()
        {
            Filename = options.TakeBoolean("filename") ?? false,
            HivePartitioning = options.TakeBoolean("hive_partitioning"),
            Hive = HiveColumns.From(options),
            UnionByName = options.TakeBoolean("union_by_name") ?? false,
            BinaryAsString = options.TakeBoolean("binary_as_string") ?? false,
            VerifyChecksums = options.TakeBoolean("verify_checksums") ?? true,
        };
        options.ExpectAllTaken("Parquet");
        return taken;
    }
}
