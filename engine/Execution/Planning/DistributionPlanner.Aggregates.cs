using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <content>
/// Aggregation: states are made where rows are; they are put together beside the statement where there are few, else
/// every place puts together the groups of its share of the hashes.
/// </content>
internal sealed partial class DistributionPlanner
{
    // With fewer groups than so many times the workers, some worker would have far more to do than the others.
    private const int LeastGroupsPerWorker = 4;

    private PlacedNode PlaceAggregate(AggregateNode node, Wish wish)
    {
        bool isOrdered = node.Input is SortNode && node.Aggregates.Any(a => a.Function.IsOrderSensitive);
        if (isOrdered) return PlaceOrderedAggregate(node, (SortNode)node.Input);
        // No aggregate looks at the order.
        PhysicalNode rows = (node.Input as SortNode)?.Input ?? node.Input;
        PlacedNode input = Place(rows, new Wish(KeysBelow(node, wish)));
        node = node with { Input = input.Node };
        if (!input.IsSpread) return new PlacedNode(node, RowSpread.Single);
        if (!Travels(node)) return new PlacedNode(node with { Input = Gather(input) }, RowSpread.Single);
        bool isComplete = !node.Keys.IsEmpty && node.GroupsWithoutRows.IsEmpty && input.Spread.KeepsTogether(node.Keys);
        if (isComplete)
        {
            return new PlacedNode(
                node with { Input = input.Together().Node }, input.Spread.Move(c => node.Keys.IndexOf(c)));
        }
        if (node.Aggregates.Any(a => !a.Function.HasPortableStates)) return PlaceWholeGroups(node, input);
        return IsGathered(node, wish)
            ? new PlacedNode(Last(node, Send(First(node), ExchangeOutput.Gather)), RowSpread.Single)
            : PlaceHashedAggregate(node, wish);
    }

    /// <summary>True when few states come together, or must come together in one place.</summary>
    private bool IsGathered(AggregateNode node, Wish wish)
    {
        if (node.Keys.IsEmpty || !node.GroupsWithoutRows.IsEmpty) return true;
        return !wish.StaysSpread && PlanSize.RowsOf(node) * _settings.Workers <= _settings.FewStates;
    }

    /// <summary>
    /// States are made first even where there may be as many as rows: a wrong guess costs little, and rows of few
    /// groups sent to few workers would cost much.
    /// </summary>
    private PlacedNode PlaceHashedAggregate(AggregateNode node, Wish wish)
    {
        bool isWished = !wish.Columns.IsEmpty && wish.Columns.All(c => c < node.Keys.Count);
        PlanList<int> hashed = isWished ? wish.Columns : [.. Enumerable.Range(0, node.Keys.Count)];
        return new PlacedNode(Last(node, Send(First(node), HashBy(hashed))), RowSpread.Hashed(hashed));
    }

    /// <summary>
    /// States stay where they are made, so the rows of a group come to one place; without groups that is the place of
    /// the statement.
    /// </summary>
    private static PlacedNode PlaceWholeGroups(AggregateNode node, PlacedNode input)
    {
        if (node.Keys.IsEmpty || !node.GroupsWithoutRows.IsEmpty)
            return new PlacedNode(node with { Input = Gather(input) }, RowSpread.Single);
        PlacedNode sent = new(Send(input, HashBy(node.Keys)), RowSpread.Hashed(node.Keys));
        return new PlacedNode(node with { Input = sent.Node }, sent.Spread.Move(c => node.Keys.IndexOf(c)));
    }

    /// <summary>
    /// Rows must reach a group in order: all rows of a group come to one place and are sorted there; without groups
    /// that is the place of the statement.
    /// </summary>
    private PlacedNode PlaceOrderedAggregate(AggregateNode node, SortNode sort)
    {
        PlacedNode input = Place(sort.Input, new Wish(node.Keys));
        bool isHere = !input.IsSpread || node.Keys.IsEmpty || !node.GroupsWithoutRows.IsEmpty || !Travels(node);
        if (isHere)
        {
            return new PlacedNode(node with { Input = sort with { Input = Gather(input) } }, RowSpread.Single);
        }
        if (!input.Spread.KeepsTogether(node.Keys))
        {
            input = new PlacedNode(Send(input, HashBy(node.Keys)), RowSpread.Hashed(node.Keys));
        }
        return new PlacedNode(
            node with { Input = sort with { Input = input.Together().Node } },
            input.Spread.Move(c => node.Keys.IndexOf(c)));
    }

    /// <summary>
    /// The columns that an aggregation would like its input to be hashed by: as its own parent wishes, else its keys;
    /// none where there are too few groups to share them out.
    /// </summary>
    private PlanList<int> KeysBelow(AggregateNode node, Wish wish)
    {
        bool isWished = !wish.Columns.IsEmpty && wish.Columns.All(c => c < node.Keys.Count);
        if (isWished) return wish.Columns.Map(c => node.Keys[c]);
        return PlanSize.RowsOf(node) < LeastGroupsPerWorker * _settings.Workers ? default : node.Keys;
    }

    /// <summary>
    /// The part where the rows are: states of a node's groups, of rows as well as of states that come.
    /// </summary>
    private PlacedNode First(AggregateNode node)
    {
        Schema columns = new(
        [
            .. node.Keys.Map(k => node.Input.Output[k]), .. AggregateNode.StateColumns(node.Aggregates),
            .. AggregateNode.StateColumns(node.Merged),
        ]);
        double states = Math.Min(PlanSize.RowsOf(node) * _settings.Workers, PlanSize.RowsOf(node.Input));
        AggregateNode first = node with
        {
            GivesStates = true, GroupsWithoutRows = default, Columns = columns, EstimatedRows = Math.Max(1, states),
        };
        return new PlacedNode(first, RowSpread.Any);
    }

    /// <summary>The part that puts states of <see cref="First"/> together.</summary>
    private static AggregateNode Last(AggregateNode node, PhysicalNode states) => node with
    {
        Input = states, Keys = [.. Enumerable.Range(0, node.Keys.Count)], Aggregates = default,
        Merged = [.. node.Aggregates, .. node.Merged], MergedFirst = node.Aggregates.Count, StatesAt = node.Keys.Count,
    };

    private static bool Travels(AggregateNode node) =>
        node.Aggregates.All(a => FunctionBytes.Travels(a.Function)) &&
        node.Merged.All(a => FunctionBytes.Travels(a.Function));
}
