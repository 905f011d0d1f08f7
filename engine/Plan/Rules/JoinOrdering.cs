using ColFrag.Engine.Plan.Estimates;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Chooses the order of inner joins by estimated cost: by dynamic programming over all shapes up to twelve inputs,
/// greedily above (smallest result first, after L. Fegaras' GOO). The right input of each join is the one that a hash
/// table is built of, so the smaller one.
/// </summary>
internal sealed class JoinOrdering : IPlanRule
{
    /// <summary>Inputs of each side of a join that are ordered together; sets of them are bits of a number.</summary>
    private const int MaxLeaves = 32;

    public string Name => "join_order";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context)
    {
        CardinalityEstimator estimator = new();
        // Common tables are estimated where they are defined, before their references are met.
        estimator.Estimate(plan);
        return Order(plan, estimator);
    }

    private static LogicalNode Order(LogicalNode node, CardinalityEstimator estimator)
    {
        if (node is Project { IsPick: true } pick && IsInner(pick.WithoutPicks()))
        {
            LogicalNode below = Order(pick.WithoutPicks(), estimator);
            return pick with { Input = below is Project { IsPick: true } ? below.WithoutPicks() : below };
        }
        if (!IsInner(node)) return node.MapInputs(input => Order(input, estimator));
        JoinGraph graph = new();
        // What only leaves columns out is put anew where it is needed. Very many inputs are ordered in parts.
        Collect(node.Inputs[0], graph, estimator);
        Collect(node.Inputs[1], graph, estimator);
        AddConditions(node, graph);
        LogicalNode ordered = new JoinOrderSearch(graph, estimator).Best();
        PlanList<PlanColumn> output = node.Output;
        return ordered.Output == output
            ? ordered : Project.Pick(ordered, output);
    }

    private static bool IsInner(LogicalNode node) => node is CrossJoin or Join { Kind: JoinKind.Inner, AsOf: null };

    private static void Collect(LogicalNode node, JoinGraph graph, CardinalityEstimator estimator)
    {
        if (node.WithoutPicks() is var join && IsInner(join) && CountLeaves(join) <= MaxLeaves)
        {
            Collect(join.Inputs[0], graph, estimator);
            Collect(join.Inputs[1], graph, estimator);
            AddConditions(join, graph);
        }
        else
        {
            graph.Leaves.Add(Order(node, estimator));
        }
    }

    private static int CountLeaves(LogicalNode node) => node.WithoutPicks() is var join && IsInner(join)
        ? CountLeaves(join.Inputs[0]) + CountLeaves(join.Inputs[1]) : 1;

    private static void AddConditions(LogicalNode node, JoinGraph graph)
    {
        if (node is not Join join) return;
        foreach (JoinKey key in join.Keys)
        {
            graph.Conditions.Add(key.NullsAreEqual
                ? new IsDistinct(key.Left, key.Right, true)
                : new Comparison(ComparisonOperator.Equal, key.Left, key.Right));
        }
        if (join.Residual is not null) graph.Conditions.AddRange(Conjunction.Split(join.Residual));
    }
}

/// <summary>The inputs of adjacent inner joins, and every condition between them.</summary>
internal sealed class JoinGraph
{
    public List<LogicalNode> Leaves { get; } = [];

    public List<Expression> Conditions { get; } = [];
}
