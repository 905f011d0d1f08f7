namespace ColFrag.Engine.Plan;

/// <summary>The joins. What a row of the left input finds on the right decides what comes out.</summary>
internal enum JoinKind : byte
{
    /// <summary>A row per pair.</summary>
    Inner,
    /// <summary>As Inner; left rows without a partner come with NULLs.</summary>
    Left,
    /// <summary>As Inner; right rows without a partner come with NULLs.</summary>
    Right,
    /// <summary>As Inner; rows of both sides without a partner come with NULLs.</summary>
    Full,
    /// <summary>Left rows with a partner, once; columns of the left only.</summary>
    Semi,
    /// <summary>Left rows without a partner; columns of the left only.</summary>
    Anti,
    /// <summary>
    /// Every left row once with a BOOLEAN: has it a partner? Where <see cref="Join.IsNullAware"/>, NULL when a key
    /// comparison was NULL and no pair was true, as IN wants it.
    /// </summary>
    Mark,
    /// <summary>As Left, but a second partner is an error (21000): a subquery that must give one value.</summary>
    Single,
}

/// <summary>
/// A pair of expressions that must be equal: the left one over the left input's columns, the right one over the right
/// input's, both of one type.
/// </summary>
/// <param name="Left">Over the left input.</param>
/// <param name="Right">Over the right input; positions count from 0 there.</param>
/// <param name="NullsAreEqual">True for IS NOT DISTINCT FROM.</param>
internal sealed record JoinKey(Expression Left, Expression Right, bool NullsAreEqual = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Left} {(NullsAreEqual ? "IS NOT DISTINCT FROM" : "=")} {Right}";
}

/// <summary>
/// Which of several partners an ASOF join takes: of the right rows for which <c>left op right</c> holds, the one
/// nearest to the left value. The operator is one of &gt;=, &gt;, &lt;=, &lt;.
/// </summary>
internal sealed record AsOfKey(Expression Left, ComparisonOperator Operator, Expression Right);

/// <summary>Pairs of rows of two inputs.</summary>
/// <param name="Left">The probe side by default.</param>
/// <param name="Right">The build side by default.</param>
/// <param name="Kind">What comes out.</param>
/// <param name="Keys">Equalities that partners must meet; none makes every pair a candidate.</param>
/// <param name="Residual">What partners must meet besides, over left columns, then right ones; null for
/// nothing.</param>
/// <param name="Mark">The column of a mark join; else null.</param>
internal sealed record Join(
    LogicalNode Left, LogicalNode Right, JoinKind Kind, PlanList<JoinKey> Keys, Expression? Residual, PlanColumn? Mark)
    : LogicalNode
{
    /// <summary>
    /// For Anti and Mark from NOT IN and IN: NULL keys make the answer unknown. All keys count in this, and there is no
    /// residual where a key may be NULL.
    /// </summary>
    public bool IsNullAware { get; init; }

    /// <summary>The nearness of an ASOF join, Inner or Left; else null.</summary>
    public AsOfKey? AsOf { get; init; }

    public override PlanList<LogicalNode> Inputs => [Left, Right];

    public override LogicalNode WithInputs(PlanList<LogicalNode> inputs) =>
        this with { Left = inputs[0], Right = inputs[1] };

    /// <summary>Left columns, then right ones; Semi and Anti only left ones, Mark left ones and the mark.</summary>
    public override PlanList<PlanColumn> Output => Kind switch
    {
        JoinKind.Semi or JoinKind.Anti => Left.Output,
        JoinKind.Mark => [.. Left.Output, Mark!],
        _ => [.. Left.Output, .. Right.Output],
    };

    public override IEnumerable<Expression> Expressions =>
    [
        .. Keys.SelectMany(k => (Expression[])[k.Left, k.Right]),
        .. Residual is null ? (Expression[])[] : [Residual],
        .. AsOf is null ? (Expression[])[] : [AsOf.Left, AsOf.Right],
    ];

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) => this with
    {
        Keys = Keys.Map(k => k with { Left = change(k.Left), Right = change(k.Right) }),
        Residual = Residual is null ? null : change(Residual),
        AsOf = AsOf is null ? null : AsOf with { Left = change(AsOf.Left), Right = change(AsOf.Right) },
    };

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        Mark is null ? this : this with { Mark = change(Mark) };

    public override string Describe() =>
        $"{(AsOf is null ? "" : "Asof ")}{Kind} join" + (Keys.IsEmpty ? "" : $" on {string.Join(" AND ", Keys)}") +
        (AsOf is null ? "" : $" nearest {AsOf.Left} {AsOf.Operator.Symbol()} {AsOf.Right}") +
        (Residual is null ? "" : $" and {Residual}");
}

/// <summary>Every pair of rows.</summary>
internal sealed record CrossJoin(LogicalNode Left, LogicalNode Right) : LogicalNode
{
    public override PlanList<LogicalNode> Inputs => [Left, Right];

    public override LogicalNode WithInputs(PlanList<LogicalNode> inputs) =>
        this with { Left = inputs[0], Right = inputs[1] };

    public override PlanList<PlanColumn> Output => [.. Left.Output, .. Right.Output];

    public override string Describe() => "Cross join";
}

/// <summary>
/// A join whose right input uses columns of the left one: evaluated as if once per left row. Exists only until
/// unnesting; the executor never sees one.
/// </summary>
/// <param name="Left">The outer rows.</param>
/// <param name="Right">The inner query, over columns of its own and of the left.</param>
/// <param name="Kind">What comes out.</param>
/// <param name="Condition">What partners must meet, over both; null for nothing.</param>
/// <param name="Mark">The column of a mark join; else null.</param>
/// <param name="IsNullAware">As in <see cref="Join"/>.</param>
internal sealed record DependentJoin(
    LogicalNode Left, LogicalNode Right, JoinKind Kind, Expression? Condition, PlanColumn? Mark, bool IsNullAware)
    : LogicalNode
{
    public override PlanList<LogicalNode> Inputs => [Left, Right];

    public override LogicalNode WithInputs(PlanList<LogicalNode> inputs) =>
        this with { Left = inputs[0], Right = inputs[1] };

    public override PlanList<PlanColumn> Output => Kind switch
    {
        JoinKind.Semi or JoinKind.Anti => Left.Output,
        JoinKind.Mark => [.. Left.Output, Mark!],
        _ => [.. Left.Output, .. Right.Output],
    };

    public override IEnumerable<Expression> Expressions => Condition is null ? [] : [Condition];

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        Condition is null ? this : this with { Condition = change(Condition) };

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        Mark is null ? this : this with { Mark = change(Mark) };

    public override string Describe() => $"Dependent {Kind} join on {Condition}";
}
