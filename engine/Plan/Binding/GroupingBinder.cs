using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>What a SELECT groups by: distinct key expressions, and the sets of them.</summary>
internal sealed record Grouping(IReadOnlyList<Expression> Keys, IReadOnlyList<IReadOnlyList<int>> Sets)
{
    /// <summary>No keys: one group of all rows.</summary>
    public static Grouping None { get; } = new([], []);
}

/// <summary>Binds GROUP BY: expressions, positions, aliases, ALL, ROLLUP, CUBE and GROUPING SETS.</summary>
internal sealed class GroupingBinder(BindingContext context, Scope scope, SubqueryCollector subqueries)
{
    private const int MaxSets = 4096;
    private const int MaxCube = 12;
    private readonly List<Expression> _keys = [];
    private List<OutputItem> _items = [];

    /// <summary>The keys of a clause; items of the select list are found by alias and position.</summary>
    public Grouping Bind(Syntax.GroupByClause? clause, List<OutputItem> items)
    {
        _items = items;
        if (clause is null) return Grouping.None;
        if (clause.IsAll)
        {
            foreach (OutputItem item in items)
            {
                if (!HasAggregate(item)) KeyOf(item.Expression);
            }
            return new Grouping(_keys, []);
        }
        List<List<int>> sets = [[]];
        bool isPlain = true;
        foreach (Syntax.GroupingElement element in clause.Elements)
        {
            isPlain &= element is Syntax.GroupingColumns { Expressions.IsEmpty: false };
            List<List<int>> own = SetsOf(element);
            if ((long)sets.Count * own.Count > MaxSets)
            {
                throw new QueryException(SqlStates.StatementTooComplex,
                    $"Too many grouping sets, at most {MaxSets} are allowed", element.Position);
            }
            sets = [.. sets.SelectMany(s => own.Select(o => s.Union(o).Order().ToList()))];
        }
        if (clause.IsDistinct) sets = [.. sets.DistinctBy(s => string.Join(',', s))];
        return new Grouping(_keys, isPlain ? [] : sets);
    }

    private bool HasAggregate(OutputItem item)
    {
        // Aggregates leave columns behind that no table of FROM has.
        HashSet<PlanColumn> uses = [.. PlanColumns.UsedBy(item.Expression)];
        if (uses.Count == 0) return item.Expression is Constant;
        HashSet<PlanColumn> known =
            [.. scope.Tables.SelectMany(t => t.Columns).SelectMany(c => PlanColumns.UsedBy(c.Expression))];
        return !uses.IsSubsetOf(known) && item.Syntax.DescendantsAndSelf().OfType<Syntax.CallSyntax>().Any(
            c => c.Over is not null || context.Functions.IsAggregate(c.Function.Last.Name.ToLowerInvariant()));
    }

    private List<List<int>> SetsOf(Syntax.GroupingElement element)
    {
        switch (element)
        {
            case Syntax.GroupingColumns columns:
                return [KeysOf(columns)];
            case Syntax.GroupingRollup rollup:
                List<List<int>> parts = [.. rollup.Columns.Select(KeysOf)];
                return [.. Enumerable.Range(0, parts.Count + 1).Select(
                    n => parts.Take(parts.Count - n).SelectMany(p => p).Distinct().ToList())];
            case Syntax.GroupingCube cube:
                if (cube.Columns.Count > MaxCube)
                {
                    throw new QueryException(
                        SqlStates.StatementTooComplex, $"CUBE is limited to {MaxCube} elements", cube.Position);
                }
                List<List<int>> elements = [.. cube.Columns.Select(KeysOf)];
                int all = (1 << elements.Count) - 1;
                return [.. Enumerable.Range(0, all + 1).Select(bits => elements
                    .Where((_, i) => ((all - bits) >> (elements.Count - 1 - i) & 1) != 0).SelectMany(
                        p => p).Distinct().ToList())];
            default:
                return [.. ((Syntax.GroupingSets)element).Sets.SelectMany(SetsOf)];
        }
    }

    private List<int> KeysOf(Syntax.GroupingColumns columns) =>
        [.. columns.Expressions.Select(e => KeyOf(BindKey(e))).Distinct()];

    private int KeyOf(Expression expression)
    {
        int index = _keys.FindIndex(k => k.Equals(expression));
        if (index >= 0) return index;
        _keys.Add(expression);
        return _keys.Count - 1;
    }

    private Expression BindKey(Syntax.SyntaxExpression syntax)
    {
        if (syntax is Syntax.IntegerLiteral literal)
        {
            if (literal.Value < 1 || literal.Value > _items.Count)
            {
                throw new QueryException(
                    SqlStates.InvalidColumnReference, $"GROUP BY position {literal.Value} is not in select list",
                    syntax.Position);
            }
            return _items[(int)literal.Value - 1].Expression;
        }
        // A column of FROM wins over an alias of the list, as in PostgreSQL; the scope's aliases are the fallback.
        Expression bound =
            new ExpressionBinder(context, scope, new Clause("GROUP BY") { Subqueries = subqueries }).Bind(syntax);
        return context.IsUnknown(bound) ? context.To(bound, LogicalType.Varchar) : bound;
    }
}
