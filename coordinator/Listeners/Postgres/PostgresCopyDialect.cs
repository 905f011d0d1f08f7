using ColFrag.Engine.Sql;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>
/// COPY as clients of the protocol mean it: without options PostgreSQL's text format, and CSV is what it says it is,
/// where elsewhere ColFrag looks at a file to find out.
/// </summary>
internal static class PostgresCopyDialect
{
    /// <summary>True where the rows are in the binary format.</summary>
    public static bool IsBinary(SyntaxList<OptionSyntax> options) => FormatOf(options) == "binary";

    /// <summary>The statement with all that PostgreSQL takes for granted said.</summary>
    public static Statement Complete(Statement statement) => statement switch
    {
        CopyFromStatement { Source.Kind: CopyEndpointKind.Client } copy =>
            copy with { Options = Complete(copy.Options, isInput: true) },
        CopyToStatement { Target.Kind: CopyEndpointKind.Client } copy =>
            copy with { Options = Complete(copy.Options, isInput: false) },
        _ => statement,
    };

    private static SyntaxList<OptionSyntax> Complete(SyntaxList<OptionSyntax> options, bool isInput)
    {
        List<OptionSyntax> completed = [.. options];
        switch (FormatOf(options))
        {
            case null or "text":
                completed.RemoveAll(o => o.Name.Name == "format");
                completed.Add(Option("format", "pg_text"));
                break;
            case "csv":
                if (!Has(options, "format")) completed.Add(Option("format", "csv"));
                if (!Has(options, "header")) completed.Add(Option("header", "false"));
                if (isInput && !Has(options, "delimiter", "delim", "sep")) completed.Add(Option("delimiter", ","));
                if (isInput && !Has(options, "quote")) completed.Add(Option("quote", "\""));
                completed.RemoveAll(o => o.Name.Name is "encoding" or "freeze");
                break;
        }
        return [.. completed];
    }

    private static string? FormatOf(SyntaxList<OptionSyntax> options) =>
        options.FirstOrDefault(o => o.Name.Name == "format")?.Value switch
        {
            StringLiteral text => text.Value.ToLowerInvariant(),
            ColumnSyntax word => word.Name.Last.Name.ToLowerInvariant(),
            _ => null,
        };

    private static bool Has(SyntaxList<OptionSyntax> options, params ReadOnlySpan<string> names)
    {
        foreach (OptionSyntax option in options)
        {
            if (names.Contains(option.Name.Name)) return true;
        }
        return false;
    }

    private static OptionSyntax Option(string name, string value) =>
        new(new Identifier(name, name), new StringLiteral(value));
}
