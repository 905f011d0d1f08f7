using ColFrag.Engine.Functions;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// A lateral subquery that has no table of its own computes from the outer row alone: unnest(t.list),
/// generate_series(1, t.n), (SELECT t.a + 1). It needs no join; it continues the outer plan.
/// </summary>
internal static class LateralRebase
{
    /// <summary>
    /// The outer plan continued by the steps of the inner one, or null where the inner one has rows of its own.
    /// </summary>
    public static LogicalNode? TryRebase(LogicalNode outer, LogicalNode inner, JoinKind kind) => kind switch
    {
        JoinKind.Inner or JoinKind.Single when kind == JoinKind.Inner || RowCounts.IsExactlyOne(inner) =>
            Rebase(outer, inner, false),
        // Rows without partner come with NULLs, which only plain columns of the unnesting give by themselves.
        JoinKind.Left when IsPlainUnnest(inner) => Rebase(outer, inner, true),
        _ => null,
    };

    private static bool IsPlainUnnest(LogicalNode node) => node switch
    {
        Unnest unnest => unnest.Input == Values.OneRow,
        Series => true,
        Project project => project.Expressions.All(e => e is ColumnUse) && IsPlainUnnest(project.Input),
        _ => false,
    };

    private static LogicalNode? Rebase(LogicalNode outer, LogicalNode node, bool keepsEmpty)
    {
        switch (node)
        {
            case Values { Rows.Count: 1, Columns.IsEmpty: true }:
                return outer;
            case Series series:
                return new Unnest(outer, [new NamedExpression(series.Column, ListOf(series))], null, keepsEmpty);
            case Unnest unnest:
                return Rebase(outer, unnest.Input, keepsEmpty) is { } unnested
                    ? unnest with { Input = unnested, KeepsEmpty = unnest.KeepsEmpty || keepsEmpty } : null;
            case Filter filter:
                return Rebase(outer, filter.Input, keepsEmpty) is { } filtered
                    ? filter with { Input = filtered }
                    : null;
            case Project project:
                if (Rebase(outer, project.Input, keepsEmpty) is not { } projected) return null;
                IEnumerable<NamedExpression> passed =
                    outer.Output.Select(c => new NamedExpression(c, new ColumnUse(c)));
                return new Project(projected, passed.Concat(project.Columns).ToPlanList());
            default:
                return null;
        }
    }

    /// <summary>The values of a series as a list.</summary>
    public static Expression ListOf(Series series)
    {
        Expression[] arguments = [series.Start, series.End, series.Step];
        string name = series.IncludesEnd ? "generate_series" : "range";
        ScalarFunction function =
            FunctionRegistry.BuiltIn.BindScalar(name, [.. arguments.Select(a => new ArgumentType(a.Type))]);
        return Call.Create(function, arguments.ToPlanList());
    }
}
