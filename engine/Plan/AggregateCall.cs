using System.Text;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>One aggregate of a grouping: <c>f(DISTINCT args ORDER BY …) FILTER (WHERE …)</c>.</summary>
/// <param name="Function">The aggregate with its kernel.</param>
/// <param name="Arguments">Over the columns of the grouping's input; none for count(*).</param>
internal sealed record AggregateCall(AggregateFunction Function, PlanList<Expression> Arguments)
{
    /// <summary>True when equal arguments count once.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>Only rows for which this is true count; null for all.</summary>
    public Expression? Filter { get; init; }

    /// <summary>The order in which rows reach the aggregate; empty where none matters.</summary>
    public PlanList<SortKey> OrderBy { get; init; }

    public LogicalType Type => Function.ResultType;

    /// <summary>Every expression inside: arguments, filter, order.</summary>
    public IEnumerable<Expression> Expressions =>
        [.. Arguments, .. Filter is null ? (Expression[])[] : [Filter], .. OrderBy.Select(key => key.Expression)];

    /// <summary>The same call over changed expressions.</summary>
    public AggregateCall Map(Func<Expression, Expression> change) => this with
    {
        Arguments = Arguments.Rewrite(change),
        Filter = Filter is null ? null : change(Filter),
        OrderBy = OrderBy.Map(key => key.Map(change)),
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder target = new(Function.Info.Name);
        target.Append('(').Append(IsDistinct ? "DISTINCT " : "");
        target.Append(Arguments.IsEmpty && Function.Shape == AggregateShape.CountStar ? "*" : Arguments.ToString());
        if (!OrderBy.IsEmpty) target.Append(" ORDER BY ").Append(OrderBy);
        target.Append(')');
        if (Filter is not null) target.Append(" FILTER (WHERE ").Append(Filter).Append(')');
        return target.ToString();
    }
}

/// <summary>One key of an order.</summary>
/// <param name="Expression">What is ordered.</param>
/// <param name="IsDescending">True for DESC.</param>
/// <param name="NullsFirst">True when NULLs come before all values; PostgreSQL's default is last for ASC, first for
/// DESC.</param>
/// <param name="Collation">A collation other than byte order; else null.</param>
internal sealed record SortKey(Expression Expression, bool IsDescending, bool NullsFirst, string? Collation = null)
{
    /// <summary>The same key over a changed expression.</summary>
    public SortKey Map(Func<Expression, Expression> change)
    {
        Expression changed = change(Expression);
        return ReferenceEquals(changed, Expression) ? this : this with { Expression = changed };
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Expression}{(Collation is null ? "" : $" COLLATE \"{Collation}\"")}{(IsDescending ? " DESC" : "")}" +
        (NullsFirst == IsDescending ? "" : NullsFirst ? " NULLS FIRST" : " NULLS LAST");
}
