using ColFrag.Engine.Functions.Managed;

namespace ColFrag.Engine.Functions;

/// <summary>What documentation and tests need to know of a function.</summary>
/// <param name="Name">The name in SQL, lower case.</param>
/// <param name="Description">One sentence that ends with a full stop.</param>
internal sealed record FunctionInfo(string Name, string Description)
{
    /// <summary>A call that stands in the documentation and runs as a test; an expression without columns.</summary>
    public string Example { get; init; } = "";

    /// <summary>The text of the example's value; "NULL" for NULL.</summary>
    public string Returns { get; init; } = "";

    /// <summary>Other names of the same function.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Heading under which the documentation lists it.</summary>
    public string Category { get; init; } = "";

    /// <summary>True for aggregates whose ORDER BY of WITHIN GROUP is an argument: percentile_cont, mode.</summary>
    public bool IsOrderedSet { get; init; }

    /// <summary>Where its code is, for a function of an assembly; null for all others.</summary>
    public AssemblyEntry? Entry { get; init; }

    /// <summary>How the function may be moved, folded and repeated.</summary>
    public FunctionFlags Flags { get; init; }
}

/// <summary>What the optimizer and the drivers may assume.</summary>
[Flags]
internal enum FunctionFlags
{
    /// <summary>Immutable, NULL in gives NULL out, never throws for arguments of its types.</summary>
    None = 0,

    /// <summary>
    /// The same within a statement, not across statements: now(). Folded at execution, not in cached plans.
    /// </summary>
    Stable = 1,

    /// <summary>
    /// Another value at every call: random(). Never folded, never shared, never moved past a row's filter.
    /// </summary>
    Volatile = 2,

    /// <summary>Some values are errors; evaluated only for rows that count.</summary>
    CanThrow = 4,

    /// <summary>Looks at NULLs itself: coalesce, concat. Otherwise a NULL argument gives NULL unseen.</summary>
    HandlesNulls = 8,

    /// <summary>May give NULL without a NULL argument.</summary>
    MayReturnNull = 16,

    /// <summary>Works only in the process that has the catalog and the session.</summary>
    StaysHere = 32,
}
