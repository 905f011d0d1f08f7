using ColFrag.Engine;
using ColFrag.Engine.Formats;

namespace ColFrag.Console.Output;

/// <summary>A way to print the rows of a result.</summary>
interface IResultFormat
{
    /// <summary>What the user calls it.</summary>
    string Name { get; }

    /// <summary>True when remarks for people (row counts, tags of commands) belong between results.</summary>
    bool IsForPeople { get; }

    /// <summary>Prints all rows and gives their number.</summary>
    Task<long> WriteAsync(
        QueryResult result, ResultTarget target, OutputOptions options, CancellationToken cancellationToken);
}

/// <summary>The one list of formats.</summary>
static class ResultFormats
{
    public static IReadOnlyList<IResultFormat> All { get; } =
    [
        new TableFormat(), new CsvFormat("csv", ','), new CsvFormat("tsv", '\t'), new JsonFormat(),
        new JsonLinesFormat(), new MarkdownFormat(), new LineFormat(),
        new FileFormatOutput("parquet", FileFormat.Parquet), new FileFormatOutput("arrow", FileFormat.Arrow),
    ];

    public static IResultFormat Table => All[0];

    /// <summary>The format of a name, or null.</summary>
    public static IResultFormat? Find(string name) =>
        All.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static string Names => string.Join(", ", All.Select(format => format.Name));
}
