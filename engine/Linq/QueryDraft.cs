using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <summary>
/// A SELECT under construction, and the shape of its rows. Operators add clauses while SQL's order of evaluation allows
/// it; where it does not, the draft becomes a subquery of a new one.
/// </summary>
internal sealed class QueryDraft(TableReference from, Shape shape)
{
    public TableReference From { get; set; } = from;

    public Shape Shape { get; set; } = shape;

    public List<SyntaxExpression> Where { get; } = [];

    /// <summary>The keys of GROUP BY; null where nothing is grouped.</summary>
    public IReadOnlyList<SyntaxExpression>? GroupBy { get; set; }

    public List<SyntaxExpression> Having { get; } = [];

    public List<OrderItem> OrderBy { get; } = [];

    public bool IsDistinct { get; set; }

    public SyntaxExpression? Count { get; set; }

    public SyntaxExpression? Offset { get; set; }

    /// <summary>True where rows were cut off by number.</summary>
    public bool IsLimited => Count is not null || Offset is not null;

    /// <summary>True where there is nothing but a table or join and conditions.</summary>
    public bool IsPlain => !IsLimited && !IsDistinct && GroupBy is null;

    /// <summary>The conditions as one; null for none.</summary>
    public static SyntaxExpression? Conjunction(IReadOnlyList<SyntaxExpression> conditions) => conditions.Count switch
    {
        0 => null,
        1 => conditions[0],
        _ => new LogicalSyntax(LogicalOperator.And, SyntaxList.From(conditions)),
    };

    /// <summary>The SELECT with these items.</summary>
    public SelectQuery ToQuery(IEnumerable<SelectItem> items, bool keepOrder) => new()
    {
        Distinct = IsDistinct ? new DistinctClause(default) : null,
        Items = SyntaxList.From(items),
        From = [From],
        Where = Conjunction(Where),
        GroupBy = GroupBy is null
            ? null
            : new GroupByClause(IsAll: false, IsDistinct: false, SyntaxList.From(
                GroupBy.Select(key => (GroupingElement)new GroupingColumns([key])))),
        Having = Conjunction(Having),
        OrderBy = keepOrder ? SyntaxList.From(OrderBy) : default,
        Limit = IsLimited ? new LimitClause(Count, Offset) : null,
    };

    /// <summary>The SELECT of the shape's values, named <c>c0</c>, <c>c1</c> and so on.</summary>
    public SelectQuery ToQuery(bool keepOrder) => ToQuery(
        Shape.Leaves().Select((leaf, i) => new SelectItem(leaf.Sql, new Identifier($"c{i}"))), keepOrder);
}
