using ColFrag.Engine.Functions;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Whether a column of a plan's output can be NULL. A column that its table declares NOT NULL still is NULL where an
/// outer join found no partner, so the answer depends on where it is asked.
/// </summary>
internal static class Nullability
{
    /// <summary>True when no row of the plan has NULL there.</summary>
    public static bool IsNeverNull(LogicalNode plan, PlanColumn column)
    {
        switch (plan)
        {
            case Scan or SourceScan or CteReference or Series:
                return !column.IsNullable;
            case Filter filter:
                return IsNeverNull(filter.Input, column)
                    || filter.Predicate.RejectsNulls(new HashSet<PlanColumn> { column });
            case Sort or Limit or TopN or Distinct or TableSample or Window:
                return plan.Inputs[0].Output.IndexOf(column) >= 0 && IsNeverNull(plan.Inputs[0], column);
            case Unnest { KeepsEmpty: false } unnest:
                return unnest.Input.Output.IndexOf(column) >= 0 && IsNeverNull(unnest.Input, column);
            case Project project:
                return project.Columns.FirstOrDefault(c => c.Column == column) is { } named
                    && IsNeverNull(project.Input, named.Expression);
            case Aggregate aggregate:
                return IsNeverNull(aggregate, column);
            case CrossJoin join:
                return OfSide(join.Left, column) || OfSide(join.Right, column);
            case Join join:
                return IsNeverNull(join, column);
            case MaterializedCte cte:
                return IsNeverNull(cte.Body, column);
            default:
                return false;
        }
    }

    /// <summary>True when an expression over the plan's columns is never NULL.</summary>
    public static bool IsNeverNull(LogicalNode plan, Expression expression) => expression switch
    {
        ColumnUse use => plan.Output.IndexOf(use.Column) >= 0 && IsNeverNull(plan, use.Column),
        Constant constant => !constant.Value.IsNull,
        IsNull or IsDistinct => true,
        Cast { IsTry: false } or Arithmetic or Negate or Comparison or Conjunction or Disjunction or Not =>
            expression.Children.All(c => IsNeverNull(plan, c)),
        Case choice => choice.Branches.All(b => IsNeverNull(plan, b.Result)) && IsNeverNull(plan, choice.Otherwise),
        Call call => (call.Function.Info.Flags & (FunctionFlags.MayReturnNull | FunctionFlags.HandlesNulls)) == 0 &&
            call.Arguments.All(a => IsNeverNull(plan, a)),
        _ => false,
    };

    private static bool IsNeverNull(Aggregate aggregate, PlanColumn column)
    {
        if (aggregate.Keys.FirstOrDefault(k => k.Column == column) is { } key)
        {
            return aggregate.GroupingSets.Count <= 1 && IsNeverNull(aggregate.Input, key.Expression);
        }
        return column == aggregate.GroupingId || aggregate.Aggregates.Any(a =>
            a.Column == column && a.Call.Function.Shape is AggregateShape.Count or AggregateShape.CountStar);
    }

    private static bool IsNeverNull(Join join, PlanColumn column) => join.Kind switch
    {
        JoinKind.Inner => OfSide(join.Left, column) || OfSide(join.Right, column),
        JoinKind.Right => OfSide(join.Right, column),
        JoinKind.Full => false,
        JoinKind.Mark => column == join.Mark ? !join.IsNullAware : OfSide(join.Left, column),
        _ => OfSide(join.Left, column),
    };

    private static bool OfSide(LogicalNode side, PlanColumn column) =>
        side.Output.IndexOf(column) >= 0 && IsNeverNull(side, column);
}
