namespace ColFrag.Engine.Sql;

/// <summary>
/// A function call with everything that can stand around one:
/// <c>f(DISTINCT a, b ORDER BY c) WITHIN GROUP (ORDER BY d) FILTER (WHERE e) IGNORE NULLS OVER (…)</c>. COALESCE,
/// NULLIF, GREATEST, LEAST and GROUPING are calls too. <c>(x).f(a)</c> is <c>f(x, a)</c>.
/// </summary>
/// <param name="Function">The name; <c>x.f(a)</c> can also mean f with the column x as its first argument.</param>
/// <param name="Arguments">The arguments; <c>count(*)</c> has a <see cref="StarSyntax"/>.</param>
internal sealed record CallSyntax(QualifiedName Function, SyntaxList<ArgumentSyntax> Arguments) : SyntaxExpression
{
    /// <summary>A call that no text made.</summary>
    public CallSyntax(string function, params ReadOnlySpan<SyntaxExpression> arguments)
        : this(
            new QualifiedName(function),
            SyntaxList.From(arguments.ToArray().Select(argument => new ArgumentSyntax(null, argument)))) { }

    /// <summary>DISTINCT before the arguments.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>The order inside the parentheses, or of WITHIN GROUP.</summary>
    public SyntaxList<OrderItem> OrderBy { get; init; }

    /// <summary>True when the order stands in WITHIN GROUP: its expressions are then arguments too.</summary>
    public bool IsWithinGroup { get; init; }

    /// <summary>Condition of FILTER.</summary>
    public SyntaxExpression? Filter { get; init; }

    /// <summary>RESPECT NULLS or IGNORE NULLS.</summary>
    public NullTreatment NullTreatment { get; init; }

    /// <summary>The window, which makes the call a window function.</summary>
    public WindowSyntax? Over { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Function, .. Arguments, .. OrderBy, Filter, Over];
}

/// <summary>One argument: <c>x</c>, <c>name := x</c>, <c>name => x</c>, <c>VARIADIC x</c>.</summary>
internal sealed record ArgumentSyntax(Identifier? Name, SyntaxExpression Value, bool IsVariadic = false) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Value];
}

/// <summary>Whether a window function skips NULLs.</summary>
internal enum NullTreatment
{
    /// <summary>Not said; the same as RESPECT NULLS.</summary>
    Default,
    /// <summary>RESPECT NULLS</summary>
    Respect,
    /// <summary>IGNORE NULLS</summary>
    Ignore,
}

/// <summary>What stands behind OVER.</summary>
internal abstract record WindowSyntax : SyntaxNode;

/// <summary><c>OVER w</c>: the window of that name, unchanged.</summary>
internal sealed record WindowReference(Identifier Name) : WindowSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary><c>([base] [PARTITION BY …] [ORDER BY …] [frame])</c></summary>
/// <param name="BaseName">A named window that this one completes.</param>
/// <param name="PartitionBy">Rows with equal values of these form a partition.</param>
/// <param name="OrderBy">Order inside the partition.</param>
/// <param name="Frame">The rows around the current one that count; null for the default.</param>
internal sealed record WindowSpecification(
    Identifier? BaseName, SyntaxList<SyntaxExpression> PartitionBy, SyntaxList<OrderItem> OrderBy, WindowFrame? Frame)
    : WindowSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [BaseName, .. PartitionBy, .. OrderBy, Frame];
}

/// <summary><c>WINDOW name AS (…)</c></summary>
internal sealed record NamedWindow(Identifier Name, WindowSpecification Specification) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Specification];
}

/// <summary><c>ROWS BETWEEN … AND … EXCLUDE …</c>. The short form <c>ROWS start</c> ends at the current row.</summary>
internal sealed record WindowFrame(FrameUnit Unit, FrameBound Start, FrameBound End, FrameExclusion Exclusion)
    : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Start, End];
}

/// <summary>What a frame counts.</summary>
internal enum FrameUnit
{
    /// <summary>ROWS</summary>
    Rows,
    /// <summary>RANGE: distance of the ordering value</summary>
    Range,
    /// <summary>GROUPS: groups of rows that are equal in the order</summary>
    Groups,
}

/// <summary>One end of a frame.</summary>
/// <param name="Kind">Which end.</param>
/// <param name="Offset">The distance, for PRECEDING and FOLLOWING.</param>
internal sealed record FrameBound(FrameBoundKind Kind, SyntaxExpression? Offset = null) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Offset];
}

/// <summary>The ends a frame can have, from first to last.</summary>
internal enum FrameBoundKind
{
    /// <summary>UNBOUNDED PRECEDING</summary>
    UnboundedPreceding,
    /// <summary>x PRECEDING</summary>
    Preceding,
    /// <summary>CURRENT ROW</summary>
    CurrentRow,
    /// <summary>x FOLLOWING</summary>
    Following,
    /// <summary>UNBOUNDED FOLLOWING</summary>
    UnboundedFollowing,
}

/// <summary>Rows left out of a frame.</summary>
internal enum FrameExclusion
{
    /// <summary>EXCLUDE NO OTHERS, the default</summary>
    NoOthers,
    /// <summary>EXCLUDE CURRENT ROW</summary>
    CurrentRow,
    /// <summary>EXCLUDE GROUP: the current row and its equals</summary>
    Group,
    /// <summary>EXCLUDE TIES: the equals of the current row, not itself</summary>
    Ties,
}
