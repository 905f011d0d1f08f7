using ColFrag.Engine.Plan.Estimates;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Moves semi and anti joins below inner joins, onto the input that has their keys, where that input is not much larger
/// than the join's result: rows that have no partner then never reach the join.
/// </summary>
internal sealed class SemiJoinPlacement : IPlanRule
{
    private const double Tolerance = 1.5;

    public string Name => "semi_join_placement";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context)
    {
        CardinalityEstimator estimator = new();
        estimator.Estimate(plan);
        return plan.RewriteUp(
            node => node is Join { Kind: JoinKind.Semi or JoinKind.Anti } join ? Place(join, estimator) : node);
    }

    private static LogicalNode Place(Join join, CardinalityEstimator estimator)
    {
        HashSet<PlanColumn> used = [.. join.Keys.SelectMany(k => PlanColumns.UsedBy(k.Left))];
        if (join.Residual is not null)
        {
            HashSet<PlanColumn> ofLeft = join.Left.OutputSet();
            used.UnionWith(PlanColumns.UsedBy(join.Residual).Where(ofLeft.Contains));
        }
        LogicalNode left = join.Left.WithoutPicks();
        if (used.Count == 0 || left is not (Join { Kind: JoinKind.Inner, AsOf: null } or CrossJoin)) return join;
        double rows = estimator.Estimate(left).Rows;
        PlanList<LogicalNode> sides = left.Inputs;
        for (int i = 0; i < sides.Count; i++)
        {
            if (!used.IsSubsetOf(sides[i].Output) || estimator.Estimate(sides[i]).Rows > Tolerance * rows) continue;
            LogicalNode below = Place(join with { Left = sides[i] }, estimator);
            LogicalNode[] inputs = [.. sides];
            inputs[i] = below;
            LogicalNode placed = left.WithInputs(inputs.ToPlanList());
            return ReferenceEquals(left, join.Left) ? placed : Project.Pick(placed, join.Left.Output);
        }
        return join;
    }
}
