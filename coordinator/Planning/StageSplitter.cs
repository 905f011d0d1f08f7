using System.Collections.Immutable;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Planning;

namespace ColFrag.Coordinator.Planning;

/// <summary>Cuts a plan at its exchanges. It decides nothing: where rows change places stands in the plan.</summary>
internal sealed class StageSplitter
{
    private readonly List<StagePlan> _stages = [];

    private StageSplitter()
    {
    }

    /// <summary>
    /// The stages of a plan with exchanges; without any, the plan itself is the root and there are no stages.
    /// </summary>
    public static DistributedPlan Split(PhysicalNode plan)
    {
        StageSplitter splitter = new();
        PhysicalNode root = splitter.Cut(plan);
        return new DistributedPlan([.. splitter._stages], root);
    }

    private PhysicalNode Cut(PhysicalNode node)
    {
        if (node is ExchangeNode exchange) return AddStage(exchange);
        if (node.Inputs.Count == 0) return node;
        PhysicalNode[] inputs = [.. node.Inputs.Select(Cut)];
        return inputs.SequenceEqual(node.Inputs, ReferenceEqualityComparer.Instance) ? node : node.WithInputs(inputs);
    }

    private ExchangeSourceNode AddStage(ExchangeNode exchange)
    {
        PhysicalNode root = Cut(exchange.Input);
        ImmutableArray<int> inputs = [.. root.DescendantsAndSelf().OfType<ExchangeSourceNode>().Select(s => s.Stage)];
        StagePlacement placement = exchange.IsFromOnePlace ? StagePlacement.Coordinator
            : root.DescendantsAndSelf().Any(n => StageRead.Of(n) is not null) ? StagePlacement.Segments
            : StagePlacement.Workers;
        StagePlan stage = new(_stages.Count, root, exchange.Rows, inputs, placement);
        _stages.Add(stage);
        return new ExchangeSourceNode(stage.Number, exchange.Output)
        {
            EstimatedRows = exchange.EstimatedRows,
        };
    }
}
