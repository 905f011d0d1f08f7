namespace ColFrag.Engine.Sql;

/// <summary>Limits and dialect switches of the parser.</summary>
internal sealed record ParserOptions
{
    /// <summary>The options of a session that set none.</summary>
    public static ParserOptions Default { get; } = new();

    /// <summary>Longest text, in UTF-16 units. A load by INSERT may want more; COPY is faster.</summary>
    public int MaximumTextLength { get; init; } = 1 << 20;

    /// <summary>How deep parentheses, calls, subqueries and the like may nest.</summary>
    public int MaximumDepth { get; init; } = 256;

    /// <summary>
    /// How tall a tree may be. It differs from the depth only for chains such as <c>a + b + c + …</c>, which lean to
    /// the left without nesting. Whoever walks a tree recursively relies on it.
    /// </summary>
    public int MaximumHeight { get; init; } = 1_000;

    /// <summary>Longest name, in bytes of UTF-8.</summary>
    public int MaximumNameBytes { get; init; } = 128;

    /// <summary>Reads <c>@name</c> as a parameter, as ADO.NET programs write it; else it is abs(name).</summary>
    public bool AtParameters { get; init; }
}
