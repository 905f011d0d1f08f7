using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>Parquet files as one table.</summary>
internal static class ParquetSource
{
    /// <summary>Opens files and reads their footers.</summary>
    public static ITableSource Open(IReadOnlyList<string> paths, ParquetOptions options, SourceContext context)
    {
        FileSetOptions set = new(options.Filename, options.HivePartitioning, options.UnionByName)
        {
            Hive = options.Hive,
        };
        return FileSet.Open(
            paths, set, context, (path, wanted) => Widen(ParquetFile.Open(path, options, context), wanted));
    }

    // A file whose types are narrower than the set's is read as it is and widened.
    private static ITableSource Widen(ParquetFile file, Schema? wanted) =>
        wanted is null || wanted.Equals(file.Schema) ? file : WideningSource.Over(file, wanted);
}
