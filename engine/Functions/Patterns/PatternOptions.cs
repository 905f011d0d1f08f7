using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>Whose regular expressions: they differ in what a match prefers and in some escapes.</summary>
internal enum PatternDialect : byte
{
    /// <summary>PostgreSQL's advanced expressions: the longest match, or the shortest where the pattern prefers
    /// that.</summary>
    Postgres,
    /// <summary>RE2's, as DuckDB has them: what a search from left to right finds first.</summary>
    Perl,
}

/// <summary>How a pattern is read and matched.</summary>
/// <param name="Dialect">Whose rules.</param>
internal readonly record struct PatternOptions(PatternDialect Dialect)
{
    /// <summary>True where case does not count.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>True where . and negated classes do not match a newline.</summary>
    public bool DotStopsAtNewline { get; init; }

    /// <summary>True where ^ and $ match at lines.</summary>
    public bool AnchorsAtLines { get; init; }

    /// <summary>True where the pattern is a text and not an expression.</summary>
    public bool IsLiteral { get; init; }

    /// <summary>True where white space and # comments in the pattern mean nothing.</summary>
    public bool IsExtended { get; init; }

    /// <summary>True for all matches, not only the first.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>The defaults of a dialect with the letters of an options argument.</summary>
    /// <exception cref="QueryException">22023: an unknown letter.</exception>
    public static PatternOptions Parse(PatternDialect dialect, ReadOnlySpan<byte> letters)
    {
        PatternOptions options = new(dialect) { DotStopsAtNewline = dialect == PatternDialect.Perl };
        foreach (byte letter in letters)
        {
            options = (char)letter switch
            {
                'i' => options with { IgnoresCase = true },
                'c' => options with { IgnoresCase = false },
                'g' => options with { IsGlobal = true },
                's' => options with { DotStopsAtNewline = false, AnchorsAtLines = false },
                'n' or 'm' => options with { DotStopsAtNewline = true, AnchorsAtLines = true },
                'p' => options with { DotStopsAtNewline = true, AnchorsAtLines = dialect == PatternDialect.Perl },
                'w' => options with { DotStopsAtNewline = false, AnchorsAtLines = true },
                'l' or 'q' => options with { IsLiteral = true },
                'x' => options with { IsExtended = true },
                't' or 'e' => options,
                _ => throw new QueryException(
                    SqlStates.InvalidParameterValue,
                        $"Invalid regular expression option: \"{Encoding.UTF8.GetString([letter])}\"",
                    hint: "Options are i, c, g, s, n, m, p, w, l, q and x."),
            };
        }
        return options;
    }
}
