using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Wire;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// Spreads a plan over several places: puts exchanges where rows must change places, and splits steps into a part near
/// the data and a part that puts the results together. What it does not know runs beside the statement, over gathered
/// rows. The plan stays one tree; it is cut later.
/// </summary>
internal static class DistributionPlanner
{
    /// <summary>The plan for so many places. With one it stays as it is.</summary>
    public static PhysicalNode Distribute(PhysicalNode plan, int sites)
    {
        if (sites <= 1) return plan;
        return Gather(Place(plan));
    }

    private static PlacedNode Place(PhysicalNode node) => node switch
    {
        TableScanNode scan when scan.Filters.All(ExpressionRegistry.Travels) => new PlacedNode(scan, RowPlaces.Any),
        FilterNode filter when ExpressionRegistry.Travels(filter.Predicate) => Stream(filter),
        ProjectNode project when project.Expressions.All(ExpressionRegistry.Travels) => Stream(project),
        ExpandNode or RepeatNode => Stream(node),
        AggregateNode aggregate => PlaceAggregate(aggregate),
        _ => new PlacedNode(node.WithInputs([.. node.Inputs.Select(i => Gather(Place(i)))]), RowPlaces.Single),
    };

    private static PlacedNode Stream(PhysicalNode node)
    {
        PlacedNode input = Place(node.Inputs[0]);
        return input with { Node = node.WithInputs([input.Node]) };
    }

    private static PlacedNode PlaceAggregate(AggregateNode aggregate)
    {
        PlacedNode input = Place(aggregate.Input);
        bool splits = input.Places != RowPlaces.Single && aggregate.Merged.IsEmpty && !aggregate.GivesStates &&
            aggregate.Aggregates.All(a => FunctionBytes.Travels(a.Function));
        if (!splits) return new PlacedNode(aggregate.WithInputs([Gather(input)]), RowPlaces.Single);
        PhysicalNode partial = AggregateNode.First(input.Node, aggregate.Keys, aggregate.Aggregates);
        PhysicalNode gathered = Gather(new PlacedNode(partial, input.Places));
        PhysicalNode final = AggregateNode.Last(
            gathered, aggregate.Keys.Count, aggregate.Aggregates, aggregate.Columns) with
        {
            GroupsWithoutRows = aggregate.GroupsWithoutRows, EstimatedRows = aggregate.EstimatedRows,
        };
        return new PlacedNode(final, RowPlaces.Single);
    }

    /// <summary>All rows beside the statement.</summary>
    private static PhysicalNode Gather(PlacedNode placed)
    {
        if (placed.Places == RowPlaces.Single) return placed.Node;
        return new ExchangeNode(placed.Node, ExchangeOutput.Gather) { EstimatedRows = placed.Node.EstimatedRows };
    }

    private enum RowPlaces : byte
    {
        /// <summary>All beside the statement.</summary>
        Single,

        /// <summary>Each in one of several places.</summary>
        Any,
    }

    private readonly record struct PlacedNode(PhysicalNode Node, RowPlaces Places);
}
