using System.Numerics;
using ColFrag.Engine.Plan.Estimates;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>The search for the cheapest tree over a join graph. Sets of inputs are bits of a number.</summary>
internal sealed class JoinOrderSearch
{
    private const int MaxExhaustive = 12;
    private const double BuildCost = 2;
    private readonly JoinGraph _graph;
    private readonly JoinCardinality _cardinality;
    private readonly ulong[] _masks;
    private readonly JoinClass?[] _classes;

    public JoinOrderSearch(JoinGraph graph, CardinalityEstimator estimator)
    {
        _graph = graph;
        _cardinality = new JoinCardinality(graph, [.. graph.Leaves.Select(estimator.Estimate)]);
        _masks = [.. graph.Conditions.Select(_cardinality.MaskOf)];
        _classes = [.. graph.Conditions.Select(_cardinality.ClassOf)];
    }

    /// <summary>The cheapest tree.</summary>
    public LogicalNode Best()
    {
        Tree best = _graph.Leaves.Count <= MaxExhaustive ? Exhaustive() : Greedy();
        return Build(best, [.. Enumerable.Range(0, _graph.Conditions.Count)]);
    }

    private Tree Leaf(int i) => new(1UL << i, _cardinality.RowsOf(1UL << i), 0, null, null, i);

    private Tree Combine(Tree left, Tree right)
    {
        double rows = _cardinality.RowsOf(left.Set | right.Set);
        // Equal sizes keep the order of the text.
        if (right.Rows > left.Rows) (left, right) = (right, left);
        return new Tree(left.Set | right.Set, rows, CostOf(left, right, rows), left, right, -1);
    }

    private static double CostOf(Tree left, Tree right, double rows) =>
        left.Cost + right.Cost + Math.Max(left.Rows, right.Rows) + (BuildCost * Math.Min(left.Rows, right.Rows)) + rows;

    private bool AreConnected(ulong left, ulong right)
    {
        foreach (JoinClass equal in _cardinality.Classes)
        {
            if ((equal.Mask & left) != 0 && (equal.Mask & right) != 0) return true;
        }
        for (int i = 0; i < _masks.Length; i++)
        {
            bool isBetween =
                (_masks[i] & ~(left | right)) == 0 && (_masks[i] & left) != 0 && (_masks[i] & right) != 0;
            if (isBetween) return true;
        }
        return false;
    }

    private Tree Exhaustive()
    {
        int count = _graph.Leaves.Count;
        Tree?[] best = new Tree?[1 << count];
        for (int i = 0; i < count; i++) best[1 << i] = Leaf(i);
        for (int set = 1; set < best.Length; set++) best[set] ??= BestSplit(set, best);
        // Parts that nothing connects are crossed, smallest first.
        return best[^1] ?? CrossParts(best);
    }

    private Tree? BestSplit(int set, Tree?[] best)
    {
        (Tree Left, Tree Right)? cheapest = null;
        double leastCost = double.PositiveInfinity;
        int lowest = set & -set;
        for (int part = (set - 1) & set; part > 0; part = (part - 1) & set)
        {
            // Each split once: the half with the lowest input is the left one.
            if ((part & lowest) == 0) continue;
            if (best[part] is not { } left || best[set ^ part] is not { } right) continue;
            if (left.Cost + right.Cost >= leastCost || !AreConnected(left.Set, right.Set)) continue;
            double cost = CostOf(left, right, _cardinality.RowsOf((ulong)set));
            if (cost >= leastCost) continue;
            leastCost = cost;
            cheapest = (left, right);
        }
        return cheapest is { } split ? Combine(split.Left, split.Right) : null;
    }

    private Tree CrossParts(Tree?[] best)
    {
        List<Tree> parts = [];
        ulong rest = (ulong)best.Length - 1;
        while (rest != 0)
        {
            ulong component = ComponentOf(rest & (0 - rest), rest);
            parts.Add(best[component] ?? Greedy(
                [.. Enumerable.Range(0, _graph.Leaves.Count).Where(i => (component >> i & 1) != 0).Select(Leaf)]));
            rest &= ~component;
        }
        return Greedy(parts);
    }

    private ulong ComponentOf(ulong start, ulong all)
    {
        ulong component = start;
        while (true)
        {
            ulong grown = component;
            foreach (ulong mask in _masks)
            {
                if ((mask & grown) != 0) grown |= mask & all;
            }
            if (grown == component) return component;
            component = grown;
        }
    }

    private Tree Greedy() => Greedy([.. Enumerable.Range(0, _graph.Leaves.Count).Select(Leaf)]);

    private Tree Greedy(List<Tree> trees)
    {
        while (trees.Count > 1)
        {
            (int first, int second, Tree? best) = (0, 1, null);
            foreach (bool mustConnect in (bool[])[true, false])
            {
                for (int i = 0; i < trees.Count; i++)
                {
                    for (int j = i + 1; j < trees.Count; j++)
                    {
                        if (mustConnect && !AreConnected(trees[i].Set, trees[j].Set)) continue;
                        Tree tree = Combine(trees[i], trees[j]);
                        if (best is null || tree.Rows < best.Rows) (first, second, best) = (i, j, tree);
                    }
                }
                if (best is not null) break;
            }
            trees[first] = best!;
            trees.RemoveAt(second);
        }
        return trees[0];
    }

    private LogicalNode Build(Tree tree, HashSet<int> open)
    {
        if (tree.Left is null) return _graph.Leaves[tree.Leaf];
        LogicalNode left = Build(tree.Left, open);
        LogicalNode right = Build(tree.Right!, open);
        List<Expression> conditions = ConditionsOf(tree, open);
        if (conditions.Count == 0) return new CrossJoin(left, right);
        (PlanList<JoinKey> keys, Expression? residual) =
            Binding.JoinConditions.Split(Conjunction.Of(conditions), left.Output, right.Output);
        return new Join(left, right, JoinKind.Inner, keys, residual, null) { EstimatedRows = tree.Rows };
    }

    /// <summary>
    /// What is tested where two inputs meet. Members of a class on either side are equal already, so that one equality
    /// between the sides is enough, the one that was given where there is one.
    /// </summary>
    private List<Expression> ConditionsOf(Tree tree, HashSet<int> open)
    {
        (ulong left, ulong right) = (tree.Left!.Set, tree.Right!.Set);
        bool isTop = BitOperations.PopCount(tree.Set) == _graph.Leaves.Count;
        List<Expression> conditions = [];
        HashSet<JoinClass> met = [];
        foreach (int i in open.Order().ToArray())
        {
            bool isBetween = (_masks[i] & left) != 0 && (_masks[i] & right) != 0;
            if ((_masks[i] & ~tree.Set) != 0 || !(isBetween || isTop)) continue;
            open.Remove(i);
            if (_classes[i] is not { } equal || met.Add(equal)) conditions.Add(_graph.Conditions[i]);
        }
        foreach (JoinClass equal in _cardinality.Classes)
        {
            bool isBetween = (equal.Mask & left) != 0 && (equal.Mask & right) != 0;
            if (!isBetween || !met.Add(equal)) continue;
            JoinMember one = equal.MemberOf(BitOperations.TrailingZeroCount(equal.Mask & left));
            JoinMember other = equal.MemberOf(BitOperations.TrailingZeroCount(equal.Mask & right));
            conditions.Add(new Comparison(
                ComparisonOperator.Equal, new ColumnUse(one.Column), new ColumnUse(other.Column)));
        }
        return conditions;
    }

    /// <summary>A tree of joins over a set of inputs, with its estimates.</summary>
    private sealed record Tree(ulong Set, double Rows, double Cost, Tree? Left, Tree? Right, int Leaf);
}
