using System.Numerics;
using ColFrag.Engine.Plan.Estimates;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Chooses the order of inner joins by estimated cost: by dynamic programming over all shapes up to twelve inputs,
/// greedily above (smallest result first, after L. Fegaras' GOO). The right input of each join is the one that a hash
/// table is built of, so the smaller one.
/// </summary>
internal sealed class JoinOrdering : IPlanRule
{
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
        if (!IsInner(node)) return node.MapInputs(input => Order(input, estimator));
        JoinGraph graph = new();
        Collect(node, graph, estimator);
        if (graph.Leaves.Count < 2) return node;
        LogicalNode ordered = new JoinOrderSearch(graph, estimator).Best();
        PlanList<PlanColumn> output = node.Output;
        return ordered.Output == output
            ? ordered : new Project(ordered, output.Map(c => new NamedExpression(c, new ColumnUse(c))));
    }

    private static bool IsInner(LogicalNode node) => node is CrossJoin or Join { Kind: JoinKind.Inner, AsOf: null };

    private static void Collect(LogicalNode node, JoinGraph graph, CardinalityEstimator estimator)
    {
        switch (node)
        {
            case CrossJoin join:
                Collect(join.Left, graph, estimator);
                Collect(join.Right, graph, estimator);
                break;
            case Join { Kind: JoinKind.Inner, AsOf: null } join:
                Collect(join.Left, graph, estimator);
                Collect(join.Right, graph, estimator);
                foreach (JoinKey key in join.Keys)
                {
                    graph.Conditions.Add(key.NullsAreEqual
                        ? new IsDistinct(key.Left, key.Right, true)
                        : new Comparison(ComparisonOperator.Equal, key.Left, key.Right));
                }
                if (join.Residual is not null) graph.Conditions.AddRange(Conjunction.Split(join.Residual));
                break;
            default:
                graph.Leaves.Add(Order(node, estimator));
                break;
        }
    }
}

/// <summary>The inputs of adjacent inner joins, and every condition between them.</summary>
internal sealed class JoinGraph
{
    public List<LogicalNode> Leaves { get; } = [];

    public List<Expression> Conditions { get; } = [];
}

/// <summary>The search for the cheapest tree over a join graph. Sets of inputs are bits of a number.</summary>
internal sealed class JoinOrderSearch
{
    private const int MaxExhaustive = 12;
    private const double BuildCost = 2;
    private readonly JoinGraph _graph;
    private readonly RelationEstimate[] _estimates;
    private readonly List<Edge> _edges = [];
    private readonly Dictionary<PlanColumn, int> _leafOf = [];

    public JoinOrderSearch(JoinGraph graph, CardinalityEstimator estimator)
    {
        _graph = graph;
        _estimates = [.. graph.Leaves.Select(estimator.Estimate)];
        for (int i = 0; i < graph.Leaves.Count; i++)
        {
            foreach (PlanColumn column in graph.Leaves[i].Output) _leafOf.TryAdd(column, i);
        }
        foreach (Expression condition in graph.Conditions) AddEdge(condition);
        AddTransitiveEdges();
    }

    /// <summary>The cheapest tree.</summary>
    public LogicalNode Best()
    {
        Tree best = _graph.Leaves.Count <= MaxExhaustive ? Exhaustive() : Greedy();
        return Build(best, [.. Enumerable.Range(0, _graph.Conditions.Count)]);
    }

    private void AddEdge(Expression condition)
    {
        BigInteger mask = MaskOf(condition);
        double selectivity = SelectivityOf(condition, mask);
        _edges.Add(new Edge(mask, selectivity, condition, true));
    }

    private BigInteger MaskOf(Expression condition)
    {
        BigInteger mask = 0;
        foreach (PlanColumn column in PlanColumns.UsedBy(condition))
        {
            if (_leafOf.TryGetValue(column, out int leaf)) mask |= BigInteger.One << leaf;
        }
        return mask;
    }

    private double SelectivityOf(Expression condition, BigInteger mask)
    {
        if (condition is Comparison { Operator: ComparisonOperator.Equal } equal)
        {
            double left = DistinctOf(equal.Left);
            double right = DistinctOf(equal.Right);
            return 1 / Math.Max(1, Math.Max(left, right));
        }
        if (condition is IsDistinct { IsNegated: true } same)
            return 1 / Math.Max(1, Math.Max(DistinctOf(same.Left), DistinctOf(same.Right)));
        Dictionary<PlanColumn, ColumnEstimate> columns = [];
        double rows = 1;
        for (int i = 0; i < _estimates.Length; i++)
        {
            if ((mask >> i & 1) == 0) continue;
            rows *= Math.Max(1, _estimates[i].Rows);
            foreach ((PlanColumn column, ColumnEstimate estimate) in _estimates[i].Columns) columns[column] = estimate;
        }
        return Selectivity.Of(condition, new RelationEstimate(rows, columns));
    }

    private double DistinctOf(Expression expression)
    {
        double distinct = 1;
        foreach (PlanColumn column in PlanColumns.UsedBy(expression).Distinct())
        {
            if (_leafOf.TryGetValue(column, out int leaf))
                distinct *= _estimates[leaf][column].DistinctOf(Math.Max(1, _estimates[leaf].Rows));
        }
        return distinct;
    }

    // a = b and b = c allow joining a with c first; such edges guide the search but need not be tested again.
    private void AddTransitiveEdges()
    {
        List<HashSet<PlanColumn>> classes = [];
        foreach (Expression condition in _graph.Conditions)
        {
            if (condition is not Comparison
                { Operator: ComparisonOperator.Equal, Left: ColumnUse a, Right: ColumnUse b }) continue;
            HashSet<PlanColumn> merged = [a.Column, b.Column];
            foreach (HashSet<PlanColumn> other in classes.Where(c => c.Overlaps(merged)).ToArray())
            {
                merged.UnionWith(other);
                classes.Remove(other);
            }
            classes.Add(merged);
        }
        foreach (PlanColumn[] members in classes.Where(c => c.Count > 2).Select(c => c.OrderBy(m => m.Id).ToArray()))
        {
            for (int i = 0; i < members.Length; i++)
            {
                for (int j = i + 1; j < members.Length; j++)
                {
                    Comparison implied =
                        new(ComparisonOperator.Equal, new ColumnUse(members[i]), new ColumnUse(members[j]));
                    BigInteger mask = MaskOf(implied);
                    bool isNew = !_edges.Any(e =>
                        e.Condition is Comparison { Operator: ComparisonOperator.Equal } c && IsSamePair(c, implied));
                    if (isNew && BitCount(mask) == 2)
                        _edges.Add(new Edge(mask, SelectivityOf(implied, mask), implied, false));
                }
            }
        }
    }

    private static bool IsSamePair(Comparison a, Comparison b) =>
        (a.Left.Equals(b.Left) && a.Right.Equals(b.Right)) || (a.Left.Equals(b.Right) && a.Right.Equals(b.Left));

    private static int BitCount(BigInteger mask)
    {
        int count = 0;
        for (; mask > 0; mask >>= 1) count += (int)(mask & 1);
        return count;
    }

    private Tree Leaf(int i) => new(BigInteger.One << i, _estimates[i].Rows, 0, null, null, i);

    private Tree Combine(Tree left, Tree right)
    {
        double rows = Math.Max(1, left.Rows) * Math.Max(1, right.Rows);
        BigInteger both = left.Set | right.Set;
        double weight = 1;
        // An equality implied by others that hold already says nothing new: a later one counts less.
        foreach (double selectivity in EdgesBetween(left.Set, right.Set).Select(e => e.Selectivity).Order())
        {
            rows *= Math.Pow(selectivity, weight);
            weight /= 2;
        }
        rows = Math.Max(1, rows);
        // Equal sizes keep the order of the text.
        if (right.Rows > left.Rows) (left, right) = (right, left);
        double cost = left.Cost + right.Cost + left.Rows + (BuildCost * right.Rows) + rows;
        return new Tree(both, rows, cost, left, right, -1);
    }

    private IEnumerable<Edge> EdgesBetween(BigInteger left, BigInteger right)
    {
        BigInteger both = left | right;
        return _edges.Where(e => (e.Mask & ~both) == 0 && (e.Mask & left) != 0 && (e.Mask & right) != 0);
    }

    private bool AreConnected(BigInteger left, BigInteger right) => EdgesBetween(left, right).Any();

    private Tree Exhaustive()
    {
        int count = _graph.Leaves.Count;
        Tree?[] best = new Tree?[1 << count];
        for (int i = 0; i < count; i++) best[1 << i] = Leaf(i);
        for (int set = 1; set < best.Length; set++)
        {
            if (best[set] is not null) continue;
            best[set] = BestSplit(set, best, mustConnect: true);
        }
        int all = best.Length - 1;
        // Parts that nothing connects are crossed, smallest first.
        return best[all] ?? CrossParts(best);
    }

    private Tree? BestSplit(int set, Tree?[] best, bool mustConnect)
    {
        Tree? cheapest = null;
        int lowest = set & -set;
        for (int part = (set - 1) & set; part > 0; part = (part - 1) & set)
        {
            // Each split once: the half with the lowest input is the left one.
            if ((part & lowest) == 0) continue;
            if (best[part] is not { } left || best[set ^ part] is not { } right) continue;
            if (mustConnect && !AreConnected(part, set ^ part)) continue;
            Tree tree = Combine(left, right);
            if (cheapest is null || tree.Cost < cheapest.Cost) cheapest = tree;
        }
        return cheapest;
    }

    private Tree CrossParts(Tree?[] best)
    {
        List<Tree> parts = [];
        int rest = best.Length - 1;
        while (rest != 0)
        {
            int component = ComponentOf(rest & -rest, rest);
            parts.Add(best[component] ?? Greedy(
                [.. Enumerable.Range(0, _graph.Leaves.Count).Where(i => (component >> i & 1) != 0).Select(Leaf)]));
            rest &= ~component;
        }
        return Greedy(parts);
    }

    private int ComponentOf(int start, int all)
    {
        int component = start;
        while (true)
        {
            int grown = component;
            foreach (Edge edge in _edges)
            {
                int mask = (int)edge.Mask;
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
        bool isTop = BitCount(tree.Set) == _graph.Leaves.Count;
        List<Expression> conditions = [];
        foreach (int i in open.Order().ToArray())
        {
            BigInteger mask = _edges[i].Mask;
            bool isHere = (mask & ~tree.Set) == 0
                && ((mask & tree.Left.Set) != 0 && (mask & tree.Right!.Set) != 0 || isTop);
            if (!isHere) continue;
            conditions.Add(_graph.Conditions[i]);
            open.Remove(i);
        }
        if (conditions.Count == 0 || !conditions.Any(IsEquality)) AddImplied(tree, conditions);
        if (conditions.Count == 0) return new CrossJoin(left, right);
        (PlanList<JoinKey> keys, Expression? residual) =
            Binding.JoinConditions.Split(Conjunction.Of(conditions), left.Output, right.Output);
        return new Join(left, right, JoinKind.Inner, keys, residual, null) { EstimatedRows = tree.Rows };
    }

    private static bool IsEquality(Expression condition) =>
        condition is Comparison { Operator: ComparisonOperator.Equal };

    private void AddImplied(Tree tree, List<Expression> conditions) => conditions.AddRange(
        EdgesBetween(tree.Left!.Set, tree.Right!.Set).Where(e => !e.IsGiven).Select(e => e.Condition));

    /// <summary>A condition between inputs.</summary>
    private sealed record Edge(BigInteger Mask, double Selectivity, Expression Condition, bool IsGiven);

    /// <summary>A tree of joins over a set of inputs, with its estimates.</summary>
    private sealed record Tree(BigInteger Set, double Rows, double Cost, Tree? Left, Tree? Right, int Leaf);
}
