using System.Numerics;
using ColFrag.Engine.Plan.Estimates;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// How many rows a join of some inputs of a join graph has, whatever the order in which they are joined. Columns that
/// conditions make equal are one class: of its members' numbers of different values all but the smallest divide. Two
/// inputs that share several classes have keys of several columns, of which a table has no more than it has rows.
/// </summary>
internal sealed class JoinCardinality
{
    private readonly RelationEstimate[] _estimates;
    private readonly Dictionary<PlanColumn, int> _leafOf = [];
    private readonly List<(ulong Mask, double Selectivity)> _others = [];
    private readonly List<(ulong Mask, double Factor)> _composites = [];
    private readonly Dictionary<ulong, double> _known = [];

    public JoinCardinality(JoinGraph graph, RelationEstimate[] estimates)
    {
        _estimates = estimates;
        for (int i = 0; i < graph.Leaves.Count; i++)
        {
            foreach (PlanColumn column in graph.Leaves[i].Output) _leafOf.TryAdd(column, i);
        }
        Classes = FindClasses(graph.Conditions);
        foreach (Expression condition in graph.Conditions)
        {
            ulong mask = MaskOf(condition);
            if (ClassOf(condition) is null) _others.Add((mask, SelectivityOf(condition, mask)));
        }
        AddComposites();
    }

    /// <summary>Columns that conditions make equal, one of an input at most.</summary>
    public IReadOnlyList<JoinClass> Classes { get; }

    /// <summary>The class whose equality a condition is; null for every other condition.</summary>
    public JoinClass? ClassOf(Expression condition) =>
        condition is Comparison { Operator: ComparisonOperator.Equal, Left: ColumnUse a, Right: ColumnUse b }
            ? Classes.FirstOrDefault(c => c.Contains(a.Column) && c.Contains(b.Column)) : null;

    /// <summary>The inputs that an expression uses.</summary>
    public ulong MaskOf(Expression expression)
    {
        ulong mask = 0;
        foreach (PlanColumn column in PlanColumns.UsedBy(expression))
        {
            if (_leafOf.TryGetValue(column, out int leaf)) mask |= 1UL << leaf;
        }
        return mask;
    }

    /// <summary>The rows of a join of these inputs.</summary>
    public double RowsOf(ulong set)
    {
        if (_known.TryGetValue(set, out double known)) return known;
        double rows = 1;
        for (ulong rest = set; rest != 0; rest &= rest - 1)
            rows *= Math.Max(1, _estimates[BitOperations.TrailingZeroCount(rest)].Rows);
        foreach (JoinClass equal in Classes) rows /= equal.DivisorOf(set);
        foreach ((ulong mask, double factor) in _composites) rows *= (mask & ~set) == 0 ? factor : 1;
        foreach ((ulong mask, double share) in _others)
            rows *= (mask & ~set) == 0 && BitOperations.PopCount(mask) > 1 ? share : 1;
        rows = BitOperations.PopCount(set) == 1 ? _estimates[BitOperations.TrailingZeroCount(set)].Rows
            : Math.Max(1, rows);
        _known.Add(set, rows);
        return rows;
    }

    private List<JoinClass> FindClasses(IEnumerable<Expression> conditions)
    {
        List<HashSet<PlanColumn>> classes = [];
        foreach (Expression condition in conditions)
        {
            if (condition is not Comparison
                { Operator: ComparisonOperator.Equal, Left: ColumnUse a, Right: ColumnUse b }) continue;
            if (!_leafOf.ContainsKey(a.Column) || !_leafOf.ContainsKey(b.Column)) continue;
            HashSet<PlanColumn> merged = [a.Column, b.Column];
            foreach (HashSet<PlanColumn> other in classes.Where(c => c.Overlaps(merged)).ToArray())
            {
                merged.UnionWith(other);
                classes.Remove(other);
            }
            classes.Add(merged);
        }
        List<JoinClass> found = [];
        foreach (HashSet<PlanColumn> columns in classes)
        {
            JoinMember[] members =
                [.. columns.OrderBy(c => c.Id).Select(c => new JoinMember(_leafOf[c], c, DistinctOf(c)))];
            // Two columns of one input have a condition to meet there: each equality stays on its own.
            if (members.DistinctBy(m => m.Leaf).Count() == members.Length) found.Add(new JoinClass(members));
        }
        return found;
    }

    private void AddComposites()
    {
        for (int a = 0; a < _estimates.Length; a++)
        {
            for (int b = a + 1; b < _estimates.Length; b++)
            {
                ulong pair = 1UL << a | 1UL << b;
                JoinClass[] shared = [.. Classes.Where(c => (pair & ~c.Mask) == 0)];
                if (shared.Length < 2) continue;
                double product = 1, most = 1;
                foreach (JoinClass equal in shared)
                {
                    double distinct = equal.DivisorOf(pair);
                    product *= distinct;
                    most = Math.Max(most, distinct);
                }
                double keys = Math.Max(most, Math.Min(KeysOf(a, shared), KeysOf(b, shared)));
                if (keys < product) _composites.Add((pair, product / keys));
            }
        }
    }

    // Different values of several columns together: no more than rows of the table that they are from.
    private double KeysOf(int leaf, JoinClass[] shared)
    {
        double product = 1;
        double rows = 1;
        foreach (JoinMember member in shared.Select(c => c.MemberOf(leaf)))
        {
            product *= member.Distinct;
            double source = _estimates[leaf][member.Column].SourceRows;
            rows = Math.Max(rows, source > 0 ? source : _estimates[leaf].Rows);
        }
        return Math.Min(product, rows);
    }

    private double DistinctOf(PlanColumn column)
    {
        RelationEstimate estimate = _estimates[_leafOf[column]];
        return estimate[column].DistinctOf(Math.Max(1, estimate.Rows));
    }

    private double SelectivityOf(Expression condition, ulong mask)
    {
        if (condition is Comparison { Operator: ComparisonOperator.Equal } equal)
            return 1 / Math.Max(1, Math.Max(DistinctOf(equal.Left), DistinctOf(equal.Right)));
        if (condition is IsDistinct { IsNegated: true } same)
            return 1 / Math.Max(1, Math.Max(DistinctOf(same.Left), DistinctOf(same.Right)));
        Dictionary<PlanColumn, ColumnEstimate> columns = [];
        double rows = 1;
        for (ulong rest = mask; rest != 0; rest &= rest - 1)
        {
            RelationEstimate estimate = _estimates[BitOperations.TrailingZeroCount(rest)];
            rows *= Math.Max(1, estimate.Rows);
            foreach ((PlanColumn column, ColumnEstimate known) in estimate.Columns) columns[column] = known;
        }
        return Selectivity.Of(condition, new RelationEstimate(rows, columns));
    }

    private double DistinctOf(Expression expression)
    {
        double distinct = 1;
        foreach (PlanColumn column in PlanColumns.UsedBy(expression).Distinct())
        {
            if (_leafOf.ContainsKey(column)) distinct *= DistinctOf(column);
        }
        return distinct;
    }
}

/// <summary>A column of a class of equal ones, and how many different values it has.</summary>
internal readonly record struct JoinMember(int Leaf, PlanColumn Column, double Distinct);

/// <summary>Columns of different inputs that conditions make equal.</summary>
internal sealed class JoinClass(JoinMember[] members)
{
    private readonly JoinMember[] _byDistinct = [.. members.OrderByDescending(m => m.Distinct)];

    /// <summary>The inputs that have a member.</summary>
    public ulong Mask { get; } = members.Aggregate(0UL, (mask, m) => mask | 1UL << m.Leaf);

    public bool Contains(PlanColumn column) => members.Any(m => m.Column == column);

    /// <summary>The member of an input that has one.</summary>
    public JoinMember MemberOf(int leaf) => members.First(m => m.Leaf == leaf);

    /// <summary>What the equality of the members in a set divides its rows by.</summary>
    public double DivisorOf(ulong set)
    {
        int left = BitOperations.PopCount(set & Mask) - 1;
        double divisor = 1;
        for (int i = 0; i < _byDistinct.Length && left > 0; i++)
        {
            if ((set >> _byDistinct[i].Leaf & 1) == 0) continue;
            divisor *= _byDistinct[i].Distinct;
            left--;
        }
        return divisor;
    }
}
