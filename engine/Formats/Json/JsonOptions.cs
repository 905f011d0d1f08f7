using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>How the values of a file stand in it.</summary>
internal enum JsonLayout : byte
{
    /// <summary>Told from the first bytes.</summary>
    Auto,

    /// <summary>A value per line; a file can be read by several threads.</summary>
    Lines,

    /// <summary>One array of values.</summary>
    Array,

    /// <summary>Values one after the other, on as many lines as they like.</summary>
    Values,
}

/// <summary>How JSON is read.</summary>
internal sealed record JsonOptions
{
    /// <summary>How the values stand in the file.</summary>
    public JsonLayout Layout { get; init; }

    /// <summary>All columns, in order, with SQL types; null = found from a sample.</summary>
    public ImmutableArray<KeyValuePair<string, string>>? Columns { get; init; }

    /// <summary>Values of the sample; <see cref="long.MaxValue"/> = the whole file.</summary>
    public long SampleSize { get; init; } = 20_480;

    /// <summary>Objects nested deeper than this stay JSON.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>What happens to malformed rows.</summary>
    public RowErrorAction OnError { get; init; }

    /// <summary>More rejected rows than this fail the read.</summary>
    public long MaxErrors { get; init; } = long.MaxValue;

    /// <summary>Adds a column <c>filename</c>.</summary>
    public bool Filename { get; init; }

    /// <summary>
    /// Adds the columns that folder names such as <c>year=2024</c> give; null = when every file has them.
    /// </summary>
    public bool? HivePartitioning { get; init; }

    /// <summary>The types of those columns.</summary>
    public HiveColumns Hive { get; init; } = new();

    /// <summary>Takes the columns of several files together by name.</summary>
    public bool UnionByName { get; init; }

    /// <summary>none, gzip, zstd, lz4, brotli; null = by the file's name.</summary>
    public string? Compression { get; init; }

    /// <summary>Reads every value as it stands into one column, whatever it holds.</summary>
    public bool AsValues { get; init; }

    /// <summary>The longest value.</summary>
    public int MaxValueBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of a piece; small in tests.</summary>
    public int PieceBytes { get; init; } = 2 << 20;

    /// <summary>The option by which <c>read_json_objects</c> differs from <c>read_json</c>.</summary>
    public const string ValuesOption = "as_values";

    /// <summary>Reads the options of a call.</summary>
    public static JsonOptions From(SourceOptions options)
    {
        JsonOptions taken = new()
        {
            Layout = options.TakeBoolean("array") switch
            {
                true => JsonLayout.Array,
                false => JsonLayout.Lines,
                null => ParseLayout(options.TakeText("format")),
            },
            Columns = options.TakePairs("columns")?.ToImmutableArray(),
            SampleSize = ParseSampleSize(options.TakeText("sample_size")),
            MaxDepth = ParseDepth(options.TakeText("maximum_depth", "max_depth")),
            OnError = options.TakeOnError(),
            MaxErrors = options.TakeCount("max_errors") ?? long.MaxValue,
            Filename = options.TakeBoolean("filename") ?? false,
            HivePartitioning = options.TakeBoolean("hive_partitioning"),
            Hive = HiveColumns.From(options),
            UnionByName = options.TakeBoolean("union_by_name") ?? false,
            Compression = options.TakeText("compression"),
            AsValues = options.TakeBoolean(ValuesOption) ?? false,
            MaxValueBytes =
                (int)Math.Clamp(options.TakeCount("maximum_object_size", "max_line_size") ?? 16 << 20, 64, 1 << 30),
        };
        if (options.TakeText("records") is { } records && records.ToUpperInvariant() is not ("AUTO" or "TRUE"))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Wrong value of option records: {records}",
                hint: "It takes auto or true; read_json_objects reads values as they stand.");
        }
        // Whatever columns says is not looked for in any case.
        options.TakeBoolean("auto_detect");
        options.ExpectAllTaken("JSON");
        return taken;
    }

    private static JsonLayout ParseLayout(string? text) => text?.ToUpperInvariant() switch
    {
        null or "AUTO" => JsonLayout.Auto,
        "NEWLINE_DELIMITED" or "ND" or "LINES" => JsonLayout.Lines,
        "ARRAY" => JsonLayout.Array,
        "UNSTRUCTURED" or "VALUES" => JsonLayout.Values,
        _ => throw new QueryException(
            SqlStates.InvalidParameterValue, $"Wrong value of option format: {text}",
            hint: "It takes auto, newline_delimited, array or unstructured."),
    };

    // The columns themselves are the first level.
    private static int ParseDepth(string? text) =>
        int.TryParse(text, out int levels) && levels > 0 ? Math.Min(levels - 1, 60) : 32;

    private static long ParseSampleSize(string? text) => text switch
    {
        null => 20_480,
        "-1" => long.MaxValue,
        _ when long.TryParse(text, out long rows) && rows > 0 => rows,
        _ => throw new QueryException(SqlStates.InvalidParameterValue, $"Wrong value of option sample_size: {text}"),
    };
}
