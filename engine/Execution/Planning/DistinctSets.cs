using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// How the two groupings behind DISTINCT aggregates are laid out. The inner one groups by the keys, then the columns
/// that must differ, then, where there are several sets of these, the number of the set.
/// </summary>
internal sealed class DistinctSets
{
    private readonly PlanList<int> _keys;
    private readonly PlanList<int>[] _sets;
    private readonly int[] _differing;
    private readonly List<AggregateUse> _uses;

    public DistinctSets(PhysicalNode rows, PlanList<int> keys, List<AggregateUse> uses)
    {
        _keys = keys;
        _uses = uses;
        _sets = [.. uses.Where(u => u.IsDistinct).Select(u => u.DistinctColumns).Distinct()];
        _differing = [.. _sets.SelectMany(s => s.ToArray()).Distinct()];
        Others = [.. uses.Where(u => !u.IsDistinct).Select(u => u.Spec)];
        Rows = rows;
        InnerKeys = [.. keys, .. _differing];
        if (_sets.Length > 1) Repeat(rows);
    }

    /// <summary>The rows that the inner grouping takes.</summary>
    public PhysicalNode Rows { get; private set; }

    /// <summary>The keys of the inner grouping, in <see cref="Rows"/>.</summary>
    public PlanList<int> InnerKeys { get; private set; }

    /// <summary>The aggregates that are not distinct, over <see cref="Rows"/>.</summary>
    public PlanList<AggregateSpec> Others { get; private set; }

    /// <summary>The distinct aggregates, over the output of <see cref="AddFilters"/>.</summary>
    public PlanList<AggregateSpec> Distinct { get; private set; }

    /// <summary>Where a column of the original rows is in the output of the inner grouping.</summary>
    public int InnerPosition(int column)
    {
        int position = _keys.IndexOf(column);
        if (position >= 0) return position;
        position = Array.IndexOf(_differing, column);
        return position >= 0 ? _keys.Count + position : throw new QueryException(
            SqlStates.InvalidColumnReference,
            "In an aggregate with DISTINCT, ORDER BY expressions must appear in the argument list");
    }

    /// <summary>
    /// The output of the inner grouping, with a column per distinct aggregate that says which rows are its own.
    /// </summary>
    public PhysicalNode AddFilters(AggregateNode inner)
    {
        if (_sets.Length == 1)
        {
            Distinct = [.. _uses.Where(u => u.IsDistinct).Select(u => AggregateUse.Move(u.Spec, InnerPosition))];
            return inner;
        }
        List<Expression> columns = [.. inner.Output.Fields.Select((f, i) => new ColumnReference(i, f.Type, f.Name))];
        List<Field> fields = [.. inner.Output.Fields];
        List<AggregateSpec> distinct = [];
        ColumnReference number = new(InnerKeys.Count - 1, LogicalType.Integer, "set");
        foreach (AggregateUse use in _uses)
        {
            if (!use.IsDistinct) continue;
            Constant set = new(Value.Integer(LogicalType.Integer, Array.IndexOf(_sets, use.DistinctColumns)));
            Expression isOwn = new Comparison(ComparisonOperator.Equal, number, set);
            AggregateSpec spec = AggregateUse.Move(use.Spec, InnerPosition);
            if (spec.Filter >= 0)
            {
                isOwn = Conjunction.Of([isOwn, new ColumnReference(spec.Filter, LogicalType.Boolean, "filter")]);
            }
            distinct.Add(spec with { Filter = columns.Count });
            columns.Add(isOwn);
            fields.Add(new Field("is own", LogicalType.Boolean));
        }
        Distinct = [.. distinct];
        return new ProjectNode(inner, [.. columns], new Schema(fields));
    }

    /// <summary>
    /// Repeats the rows: keys, the differing columns (NULL outside of the repetition's set), copies of what the other
    /// aggregates look at and a mark for their repetition, the last; then its number.
    /// </summary>
    private void Repeat(PhysicalNode rows)
    {
        int[] others = [.. Others.SelectMany(o => o.Filter < 0 ? o.Arguments : [.. o.Arguments, o.Filter]).Distinct()];
        List<PlanList<int>> repetitions = [];
        foreach (PlanList<int> set in _sets)
        {
            repetitions.Add(
            [
                .. _keys, .. _differing.Select(d => set.Contains(d) ? d : ExpandNode.Null),
                .. others.Select(_ => ExpandNode.Null), ExpandNode.Null,
            ]);
        }
        if (!Others.IsEmpty)
        {
            repetitions.Add([.. _keys, .. _differing.Select(_ => ExpandNode.Null), .. others, ExpandNode.True]);
        }
        int first = _keys.Count + _differing.Length;
        int mark = first + others.Length;
        Rows = new ExpandNode(rows, [.. repetitions], new Schema(
        [
            .. _keys.Select(k => rows.Output[k]), .. _differing.Select(d => rows.Output[d] with { IsNullable = true }),
            .. others.Select(o => rows.Output[o] with { IsNullable = true }), new Field("counts", LogicalType.Boolean),
            new Field("set", LogicalType.Integer, false),
        ]));
        InnerKeys = [.. Enumerable.Range(0, first), mark + 1];
        // Rows of other repetitions have no filter that is true.
        Others = Others.Map(o => AggregateUse.Move(o, c => first + Array.IndexOf(others, c)))
            .Map(o => o.Filter < 0 ? o with { Filter = mark } : o);
    }
}
