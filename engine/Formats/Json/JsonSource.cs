using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>How JSON is read.</summary>
internal sealed record JsonOptions
{
    /// <summary>All columns, in order, with SQL types; null = found from a sample.</summary>
    public ImmutableArray<KeyValuePair<string, string>>? Columns { get; init; }

    /// <summary>Rows of the sample.</summary>
    public long SampleSize { get; init; } = 20_480;

    /// <summary>What happens to malformed rows.</summary>
    public RowErrorAction OnError { get; init; }

    /// <summary>Adds a column <c>filename</c>.</summary>
    public bool Filename { get; init; }

    /// <summary>none, gzip, zstd, lz4, brotli; null = by the file's name.</summary>
    public string? Compression { get; init; }

    /// <summary>Reads the options of a call.</summary>
    public static JsonOptions From(SourceOptions options)
    {
        JsonOptions taken = new()
        {
            Columns = options.TakePairs("columns")?.ToImmutableArray(),
            SampleSize = options.TakeCount("sample_size") ?? 20_480,
            OnError = options.TakeBoolean("ignore_errors") == true ? RowErrorAction.Skip : RowErrorAction.Stop,
            Filename = options.TakeBoolean("filename") ?? false,
            Compression = options.TakeText("compression"),
        };
        options.ExpectAllTaken("JSON");
        return taken;
    }
}

/// <summary>JSON files as one table.</summary>
internal static class JsonSource
{
    /// <summary>Opens files and finds their columns.</summary>
    public static ITableSource Open(IReadOnlyList<string> paths, JsonOptions options, SourceContext context) =>
        throw Invariant.Unreachable("the JSON reader arrives with the next commits");
}
