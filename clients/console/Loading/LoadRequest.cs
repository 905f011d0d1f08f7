using ColFrag.Console.Commands;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Sql;

namespace ColFrag.Console.Loading;

/// <summary>What the user asked <c>colfrag load</c> to do.</summary>
sealed record LoadRequest(string Table, IReadOnlyList<string> Patterns)
{
    /// <summary>The format by name; null to tell from each file.</summary>
    public string? Format { get; init; }

    /// <summary>Options of the reader and of COPY, with their values as SQL.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; init; } = [];

    /// <summary>Clauses for a table that is made: distribution, order, ranges.</summary>
    public IReadOnlyList<string> TableOptions { get; init; } = [];

    /// <summary>Commits each file by itself, so that what is in stays in when a later file fails.</summary>
    public bool CommitsPerFile { get; init; }

    /// <summary>
    /// Name of the load in <c>colfrag_loads</c> and in the table of rejects; what has it is loaded at most once.
    /// </summary>
    public string LoadId { get; init; } = "";

    /// <summary>Name of the load of one file, which a later run with the same files finds again.</summary>
    public string LoadIdOf(string path) => $"{LoadId}/{Path.GetFullPath(path)}";

    /// <summary>The table as SQL writes it: a plain or quoted name as it stands, anything else in quotes.</summary>
    public string TableSql => IsName(Table) ? Table : SqlNames.Quote(Table);

    /// <summary>The function that reads these files.</summary>
    /// <param name="path">A file that tells the format where none was named.</param>
    public string ReaderOf(string path) => FormatOf(path) switch
    {
        FileFormat.Parquet => "read_parquet",
        FileFormat.Json => "read_json",
        FileFormat.Arrow => "read_arrow",
        _ => "read_csv",
    };

    /// <summary>The options as arguments of a function or of COPY.</summary>
    /// <param name="between">What stands between name and value.</param>
    /// <param name="except">Options that only COPY takes, or only a reader.</param>
    public IEnumerable<string> OptionsSql(string between, params IReadOnlyCollection<string> except) => Options
        .Where(option => !except.Contains(option.Key, StringComparer.OrdinalIgnoreCase))
        .Select(option => $"{option.Key}{between}{option.Value}");

    /// <summary><c>name=value</c> of a command line: lists and structs are SQL, everything else is its text.</summary>
    /// <exception cref="UsageException">There is no name.</exception>
    public static KeyValuePair<string, string> ParseOption(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw new UsageException($"--option takes name=value, not {text}");
        string value = text[(equals + 1)..];
        bool isSql = value.StartsWith('[') || value.StartsWith('{');
        return KeyValuePair.Create(text[..equals].Trim(), isSql ? value : SqlNames.QuoteString(value));
    }

    private FileFormat? FormatOf(string path) =>
        Format is null ? FileFormats.Detect(path, LocalInputFiles.Instance) : FileFormats.ParseOrThrow(Format);

    private static bool IsName(string text)
    {
        try
        {
            return Parser.ParseExpression(text) is ColumnSyntax;
        }
        catch (Engine.Errors.QueryException)
        {
            return false;
        }
    }
}
