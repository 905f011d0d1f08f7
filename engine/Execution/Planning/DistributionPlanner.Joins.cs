using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Planning;

/// <content>
/// Joins: partners must meet. Either one side comes to all places of the other, or both are sent by the hash of their
/// keys, or they are hashed alike already. The way that moves the fewest bytes is taken.
/// </content>
internal sealed partial class DistributionPlanner
{
    // A side that comes to all places is kept, and indexed, in each of them.
    private const double BroadcastWeight = 1.5;

    // From so many pairs on, a loop over rows of one place is worth being spread.
    private const double ManyPairs = 10_000_000;

    /// <summary>A way to bring partners together.</summary>
    private sealed record JoinWay(double Bytes, PhysicalNode Probe, PhysicalNode Build, RowSpread Spread);

    private PlacedNode PlaceJoin(HashJoinNode join)
    {
        PlacedNode probe = Place(join.Probe, new Wish(join.Keys.Map(k => k.Probe), StaysSpread: true));
        PlacedNode build = Place(join.Build, new Wish(join.Keys.Map(k => k.Build), StaysSpread: true));
        bool travels = join.Residual is null || ExpressionRegistry.Travels(join.Residual);
        if ((!probe.IsSpread && !build.IsSpread) || !travels)
        {
            return new PlacedNode(join.WithInputs([Gather(probe), Gather(build)]), RowSpread.Single);
        }
        JoinWay? best = null;
        foreach (JoinWay way in WaysOf(join, probe, build))
        {
            if (best is null || way.Bytes < best.Bytes) best = way;
        }
        best ??= new JoinWay(0, Gather(probe), Gather(build), RowSpread.Single);
        return new PlacedNode(join.WithInputs([best.Probe, best.Build]), best.Spread);
    }

    /// <summary>The ways that give right answers; none where both sides must come to the statement.</summary>
    private IEnumerable<JoinWay> WaysOf(HashJoinNode join, PlacedNode probe, PlacedNode build)
    {
        if (probe.IsSpread && !join.KeepsBuildRows)
        {
            yield return new JoinWay(BroadcastBytes(build), probe.Node, Broadcast(build), probe.Spread);
        }
        // A row of the build side is in one place, where all rows of the probe side see it.
        if (build.IsSpread && join.Kind is JoinKind.Inner or JoinKind.Right)
        {
            RowSpread spread = build.Spread.Move(c => c + join.Probe.Output.Count);
            yield return new JoinWay(BroadcastBytes(probe), Broadcast(probe), build.Node, spread);
        }
        // Whether there is any row, or a NULL, on the other side must be known in every place.
        if (join.IsNullAware) yield break;
        yield return HashWay(join, probe, build);
        PlacedNode moved = probe.IsSpread ? probe : build;
        bool isSmall = probe.IsSpread != build.IsSpread && PlanSize.RowsOf(moved.Node) <= _settings.FewJoinRows;
        if (!isSmall) yield break;
        yield return new JoinWay(PlanSize.BytesOf(moved.Node), Gather(probe), Gather(build), RowSpread.Single);
    }

    /// <summary>Both sides by the hash of keys; a side stays where it is when it is hashed by keys already.</summary>
    private static JoinWay HashWay(HashJoinNode join, PlacedNode probe, PlacedNode build)
    {
        PlanList<int> probeKeys = join.Keys.Map(k => k.Probe);
        PlanList<int> buildKeys = join.Keys.Map(k => k.Build);
        double bytes = 0;
        bool areTogether = AreTogether(join.Keys, probe.Spread, build.Spread) &&
            (probe.Spread.Ranges.IsEmpty || RangeHolders.HaveAll(probe.Node, build.Node));
        if (!areTogether)
        {
            int[]? asProbe = PlacesOf(probe.Spread, probeKeys);
            int[]? asBuild = PlacesOf(build.Spread, buildKeys);
            // Of two that are hashed by different keys, the larger one stays.
            bool probeIsLarger = PlanSize.BytesOf(probe.Node) >= PlanSize.BytesOf(build.Node);
            bool probeStays = asProbe is not null && (asBuild is null || probeIsLarger);
            bool buildStays = !probeStays && asBuild is not null;
            int[] places = probeStays ? asProbe! : buildStays ? asBuild! : [.. Enumerable.Range(0, join.Keys.Count)];
            if (!probeStays) probe = Hash(probe, [.. places.Select(i => probeKeys[i])], ref bytes);
            if (!buildStays) build = Hash(build, [.. places.Select(i => buildKeys[i])], ref bytes);
        }
        return new JoinWay(
            bytes, probe.Together().Node, build.Together().Node, SpreadOf(join, probe.Spread, build.Spread));
    }

    private static PlacedNode Hash(PlacedNode placed, PlanList<int> columns, ref double bytes)
    {
        bytes += PlanSize.BytesOf(placed.Node);
        return new PlacedNode(Send(placed, HashBy(columns)), RowSpread.Hashed(columns));
    }

    /// <summary>
    /// Where rows of a join are whose sides were hashed alike. Columns that may be NULL for want of a partner tell
    /// nothing.
    /// </summary>
    private static RowSpread SpreadOf(HashJoinNode join, RowSpread probe, RowSpread build)
    {
        RowSpread ofBuild = build.Move(c => c + join.Probe.Output.Count);
        return join.Kind switch
        {
            JoinKind.Inner => probe with { HashedBy = [.. probe.HashedBy, .. ofBuild.HashedBy] },
            JoinKind.Right => ofBuild,
            JoinKind.Full => RowSpread.Any,
            _ => probe,
        };
    }

    /// <summary>True when rows that agree in the keys are in one place already.</summary>
    private static bool AreTogether(PlanList<JoinKeyColumns> keys, RowSpread probe, RowSpread build)
    {
        if (!probe.Ranges.Equals(build.Ranges)) return false;
        foreach (PlanList<int> left in probe.HashedBy)
        {
            foreach (PlanList<int> right in build.HashedBy)
            {
                bool agree = left.Count == right.Count &&
                    left.Select((c, i) => keys.Any(k => k.Probe == c && k.Build == right[i])).All(pairs => pairs);
                if (agree) return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Which of some keys, by their places among them, decided where rows are; null where other columns did.
    /// </summary>
    private static int[]? PlacesOf(RowSpread spread, PlanList<int> keys)
    {
        // An exchange does not send rows to ranges of a table.
        if (!spread.Ranges.IsEmpty) return null;
        foreach (PlanList<int> hashed in spread.HashedBy)
        {
            if (hashed.All(keys.Contains)) return [.. hashed.Map(keys.IndexOf)];
        }
        return null;
    }

    private double BroadcastBytes(PlacedNode placed) => placed.Spread.Place == RowPlace.Everywhere
        ? 0 : PlanSize.BytesOf(placed.Node) * _settings.Workers * BroadcastWeight;

    private static PhysicalNode Broadcast(PlacedNode placed) => placed.Spread.Place == RowPlace.Everywhere
        ? placed.Node : Send(placed, ExchangeOutput.Broadcast);

    /// <summary>
    /// Nearest partners: the side that is searched comes to all places of the other, or both are sent by the hash of
    /// what must be equal.
    /// </summary>
    private PlacedNode PlaceAsOf(AsOfJoinNode join)
    {
        PlanList<JoinKeyColumns> equal = [.. join.Keys.Take(join.Keys.Count - 1)];
        PlacedNode left = Place(join.Left, new Wish(equal.Map(k => k.Probe), StaysSpread: true));
        PlacedNode right = Place(join.Right, new Wish(equal.Map(k => k.Build), StaysSpread: true));
        bool travels = join.Residual is null || ExpressionRegistry.Travels(join.Residual);
        if (travels && left.IsSpread)
        {
            double hashBytes = equal.IsEmpty
                ? double.PositiveInfinity : PlanSize.BytesOf(left.Node) + PlanSize.BytesOf(right.Node);
            if (BroadcastBytes(right) <= hashBytes)
            {
                return new PlacedNode(join.WithInputs([left.Node, Broadcast(right)]), left.Spread);
            }
            double bytes = 0;
            left = Hash(left, equal.Map(k => k.Probe), ref bytes);
            right = Hash(right, equal.Map(k => k.Build), ref bytes);
            return new PlacedNode(join.WithInputs([left.Node, right.Node]), left.Spread);
        }
        return new PlacedNode(join.WithInputs([Gather(left), Gather(right)]), RowSpread.Single);
    }

    /// <summary>Joins without keys: one side comes to all places of the other.</summary>
    private PlacedNode PlaceLoop(NestedLoopJoinNode join)
    {
        PlacedNode left = Place(join.Left, new Wish(default, StaysSpread: true));
        PlacedNode right = Place(join.Right, new Wish(default, StaysSpread: true));
        bool travels = join.Condition is null || ExpressionRegistry.Travels(join.Condition);
        bool keepsLeft = join.Kind is not (JoinKind.Inner or JoinKind.Right);
        bool keepsRight = join.Kind is JoinKind.Right or JoinKind.Full;
        if (travels && (left.IsSpread || right.IsSpread))
        {
            bool isWorthIt = PlanSize.RowsOf(join.Left) * PlanSize.RowsOf(join.Right) >= ManyPairs;
            bool canMoveRight = !keepsRight && (left.IsSpread || isWorthIt);
            bool canMoveLeft = !keepsLeft && (right.IsSpread || isWorthIt);
            bool movesRight = canMoveRight && (!canMoveLeft || BroadcastBytes(right) <= BroadcastBytes(left));
            if (movesRight)
            {
                if (!left.IsSpread) left = new PlacedNode(Send(left, SpreadOut), RowSpread.Any);
                return new PlacedNode(join.WithInputs([left.Node, Broadcast(right)]), left.Spread);
            }
            if (canMoveLeft)
            {
                if (!right.IsSpread) right = new PlacedNode(Send(right, SpreadOut), RowSpread.Any);
                RowSpread spread = right.Spread.Move(c => c + join.Left.Output.Count);
                return new PlacedNode(join.WithInputs([Broadcast(left), right.Node]), spread);
            }
        }
        return new PlacedNode(join.WithInputs([Gather(left), Gather(right)]), RowSpread.Single);
    }
}
