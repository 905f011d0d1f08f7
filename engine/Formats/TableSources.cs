using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Arrow;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Formats.Json;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Formats.Postgres;

namespace ColFrag.Engine.Formats;

/// <summary>Opens files of any format: the one door behind SQL, the API and the command line.</summary>
internal static class TableSources
{
    /// <summary>Opens files as one table.</summary>
    /// <param name="patterns">Paths; wildcards are allowed.</param>
    /// <param name="format">The format; null to tell from the file's name, then from its first bytes.</param>
    /// <param name="options">The format's options; an unknown one is an error.</param>
    /// <param name="context">Files, memory, target columns.</param>
    public static ITableSource Open(
        IReadOnlyList<string> patterns, FileFormat? format, SourceOptions options, SourceContext context)
    {
        IReadOnlyList<string> paths = Expand(patterns, context);
        switch (format ?? FileFormats.Detect(paths[0], context.Files))
        {
            case FileFormat.Csv:
                return CsvSource.Open(paths, CsvOptions.From(options), context);
            case FileFormat.Parquet:
                return ParquetSource.Open(paths, ParquetOptions.From(options), context);
            case FileFormat.Json:
                return JsonSource.Open(paths, JsonOptions.From(options), context);
            case FileFormat.PostgresText:
                return PostgresCopySource.Text(paths, options, context);
            case FileFormat.PostgresBinary:
                return PostgresCopySource.Binary(paths, options, context);
            case FileFormat.Arrow:
                return ArrowSource.Open(paths, ArrowOptions.From(options), context);
            default:
                throw Invariant.Unreachable($"format {format}");
        }
    }

    /// <summary>The files that patterns name, each pattern's in order.</summary>
    public static IReadOnlyList<string> Expand(IReadOnlyList<string> patterns, SourceContext context)
    {
        List<string> paths = [];
        foreach (string pattern in patterns) paths.AddRange(context.Files.Expand(pattern));
        if (paths.Count == 0) throw new QueryException(SqlStates.UndefinedFile, "No file is given");
        return paths;
    }
}
