using ColFrag.Engine.Plan.Estimates;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>Writes the estimated rows into every node, for the executor's choices and for EXPLAIN.</summary>
internal sealed class CardinalityAnnotation : IPlanRule
{
    public string Name => "cardinality";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context)
    {
        CardinalityEstimator estimator = new();
        estimator.Estimate(plan);
        return Annotate(plan, estimator);
    }

    private static LogicalNode Annotate(LogicalNode node, CardinalityEstimator estimator)
    {
        double rows = Math.Round(estimator.Estimate(node).Rows);
        return node.MapInputs(input => Annotate(input, estimator)) with { EstimatedRows = rows };
    }
}
