using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ColFrag.Console.Demo;
using ColFrag.Console.Output;
using ColFrag.Datasets;
using ColFrag.Datasets.Making;

namespace ColFrag.Console.Commands;

/// <summary><c>colfrag dataset NAME --scale N --out DIR</c>: writes the files of a data set.</summary>
static class DatasetCommand
{
    private static readonly Argument<string> s_name = new("name")
    {
        HelpName = "NAME",
        Description = string.Join("; ", DatasetCatalog.All.Select(d => $"{d.Name}: {d.Description}")),
    };

    private static readonly Option<double?> s_scale = new("--scale")
    {
        HelpName = "N",
        Description = string.Join("; ", DatasetCatalog.All.Select(d => $"{d.Name}: {d.ScaleMeaning}")),
    };

    private static readonly Option<string> s_out = new("--out")
    {
        HelpName = "DIR", Required = true, Description = "The folder of the files, made when it is not there",
    };

    private static readonly Option<string> s_format = new("--format")
    {
        HelpName = "FORMAT", Description = "parquet, csv, arrow, or tbl (TPC-H's own)",
        DefaultValueFactory = _ => "parquet",
    };

    private static readonly Option<string[]> s_tables = new("--table")
    {
        HelpName = "TABLE", Description = "Only this table; can be repeated",
    };

    private static readonly Option<int?> s_threads = new("--threads")
    {
        HelpName = "N", Description = "Threads that make rows; all processors unless told",
    };

    public static Command Create()
    {
        Command command = new("dataset", "Makes the files of a data set, the same ones each time")
        {
            s_name, s_scale, s_out, s_format, s_tables, s_threads,
        };
        s_format.AcceptOnlyFromAmong("parquet", "csv", "arrow", "tbl");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Dataset dataset = DatasetCatalog.Named(parsed.GetValue(s_name)!);
        DatasetFormat format = Enum.Parse<DatasetFormat>(parsed.GetValue(s_format)!, ignoreCase: true);
        if (format == DatasetFormat.Tbl && !dataset.HasTbl)
        {
            throw new UsageException($"{dataset.Name} has no .tbl files: --format parquet, csv or arrow");
        }
        double scale = parsed.GetValue(s_scale) ?? dataset.DefaultScale;
        IReadOnlyList<TableGenerator> tables = Choose(dataset, dataset.Tables(scale), parsed.GetValue(s_tables) ?? []);
        DatasetWriter writer = new(
            parsed.GetValue(s_out)!, format, parsed.GetValue(s_threads) ?? Environment.ProcessorCount);
        long begin = Stopwatch.GetTimestamp();
        foreach (TableGenerator table in tables)
        {
            long start = Stopwatch.GetTimestamp();
            WrittenTable written = await writer.WriteAsync(table, cancellationToken);
            await System.Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{written.Path}  {written.Rows:N0} rows, {FolderPicture.Size(written.Bytes)}, {Since(start)}"));
        }
        await writer.WriteSchemaAsync(dataset.Schema(), tables, cancellationToken);
        await System.Console.Out.WriteLineAsync($"{dataset.Name} in {Since(begin)}");
        return 0;
    }

    private static IReadOnlyList<TableGenerator> Choose(
        Dataset dataset, IReadOnlyList<TableGenerator> all, string[] names)
    {
        if (names.Length == 0) return all;
        string? unknown = names.FirstOrDefault(name => !all.Any(t => IsNamed(t, name)));
        if (unknown is not null)
        {
            throw new UsageException(
                $"{dataset.Name} has no table {unknown}: it has {string.Join(", ", all.Select(t => t.Name))}");
        }
        return [.. all.Where(t => names.Any(name => IsNamed(t, name)))];
    }

    private static bool IsNamed(TableGenerator table, string name) =>
        table.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Since(long start) => Duration.Of(Stopwatch.GetElapsedTime(start));
}
