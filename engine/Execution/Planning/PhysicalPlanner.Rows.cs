using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <content>What makes more rows, or fewer by chance: unnesting and samples.</content>
internal sealed partial class PhysicalPlanner
{
    private PhysicalNode PlanUnnest(Unnest unnest)
    {
        PhysicalNode input = Plan(unnest.Input);
        (PhysicalNode rows, PlanList<int> lists) = AddColumns(input, [.. unnest.Lists.Map(l => l.Expression)]);
        return new UnnestNode(
            rows, input.Output.Count, lists, unnest.Ordinality is not null, unnest.KeepsEmpty, unnest.Schema);
    }

    /// <summary>
    /// A random number beside every row, or every batch, says whether it is in; of a fixed number of rows those with
    /// the smallest numbers are.
    /// </summary>
    private static PhysicalNode PlanSample(TableSample sample, PhysicalNode input)
    {
        int count = input.Output.Count;
        RandomNode rows = new(
            input, sample.Seed, sample.Method == SampleMethod.System,
            new Schema([.. input.Output.Fields, new Field("random", LogicalType.Double, false)]));
        ColumnReference number = new(count, LogicalType.Double, "random");
        PhysicalNode drawn = sample.Method == SampleMethod.Reservoir
            ? PlanTop(rows, [new SortColumn(count, false, false)], (long)Math.Min(sample.Size, long.MaxValue / 2), 0,
                false)
            : new FilterNode(rows, new Comparison(
                ComparisonOperator.Less, number, new Constant(Value.Float(LogicalType.Double, sample.Size / 100))));
        return Pick(drawn, [.. Enumerable.Range(0, count)], input.Output);
    }

    private PhysicalNode PlanSample(TableSample sample) => PlanSample(sample, Plan(sample.Input));
}
