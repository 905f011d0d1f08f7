using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <content>Joins.</content>
internal sealed partial class PhysicalPlanner
{
    private PhysicalNode PlanJoin(Join join)
    {
        PhysicalNode left = Plan(join.Left);
        PhysicalNode right = Plan(join.Right);
        if (join.AsOf is { } nearest) return PlanAsOf(join, nearest, left, right);
        int leftCount = left.Output.Count;
        int rightCount = right.Output.Count;
        if (join.Keys.IsEmpty)
        {
            return new NestedLoopJoinNode(left, right, join.Kind, join.Residual, join.Schema)
            {
                IsNullAware = join.IsNullAware,
            };
        }
        (PhysicalNode probe, PlanList<int> probeKeys) = AddColumns(left, [.. join.Keys.Map(k => k.Left)]);
        (PhysicalNode build, PlanList<int> buildKeys) = AddColumns(right, [.. join.Keys.Map(k => k.Right)]);
        PlanList<JoinKeyColumns> keys =
            [.. join.Keys.Select((k, i) => new JoinKeyColumns(probeKeys[i], buildKeys[i], k.NullsAreEqual))];
        Expression? residual = MoveRight(join.Residual, leftCount, probe.Output.Count);
        Schema joined = join.Kind switch
        {
            JoinKind.Semi or JoinKind.Anti => probe.Output,
            JoinKind.Mark => new Schema([.. probe.Output.Fields, join.Mark!.ToField()]),
            _ => new Schema([.. probe.Output.Fields, .. build.Output.Fields]),
        };
        HashJoinNode node = new(probe, build, join.Kind, keys, residual, join.IsNullAware, joined)
        {
            EstimatedRows = join.EstimatedRows,
        };
        List<int> picked = [.. Enumerable.Range(0, leftCount)];
        if (join.Kind == JoinKind.Mark) picked.Add(probe.Output.Count);
        else if (join.Kind is not (JoinKind.Semi or JoinKind.Anti))
            picked.AddRange(Enumerable.Range(probe.Output.Count, rightCount));
        return Pick(node, picked, join.Schema);
    }

    private static PhysicalNode PlanAsOf(Join join, AsOfKey nearest, PhysicalNode left, PhysicalNode right)
    {
        int leftCount = left.Output.Count;
        int rightCount = right.Output.Count;
        (PhysicalNode outer, PlanList<int> outerKeys) = AddColumns(left, [.. join.Keys.Map(k => k.Left), nearest.Left]);
        (PhysicalNode inner, PlanList<int> innerKeys) = AddColumns(
            right, [.. join.Keys.Map(k => k.Right), nearest.Right]);
        PlanList<JoinKeyColumns> keys = [.. outerKeys.Select((k, i) => new JoinKeyColumns(
            k, innerKeys[i], i < join.Keys.Count && join.Keys[i].NullsAreEqual))];
        Expression? residual = MoveRight(join.Residual, leftCount, outer.Output.Count);
        Schema joined = new([.. outer.Output.Fields, .. inner.Output.Fields]);
        AsOfJoinNode node = new(outer, inner, join.Kind, keys, nearest.Operator, residual, joined);
        List<int> picked = [.. Enumerable.Range(0, leftCount), .. Enumerable.Range(outer.Output.Count, rightCount)];
        return Pick(node, picked, join.Schema);
    }

    /// <summary>
    /// Computed keys stand behind the columns of their side, so the right columns of a condition may have moved.
    /// </summary>
    private static Expression? MoveRight(Expression? condition, int leftCount, int leftCountNow) =>
        condition?.RewriteUp(e => e is ColumnReference column && column.Index >= leftCount
            ? column with { Index = column.Index - leftCount + leftCountNow } : e);
}
