using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.CommonTables;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <content>Aggregation: grouping sets, DISTINCT and ORDER BY inside aggregates become steps around plain
/// aggregations.</content>
internal sealed partial class PhysicalPlanner
{
    private int _lastOwnTable;

    private PhysicalNode PlanAggregate(Aggregate aggregate)
    {
        PhysicalNode input = Plan(aggregate.Input);
        List<Expression> needed = [.. aggregate.Keys.Map(k => k.Expression)];
        foreach (NamedAggregate named in aggregate.Aggregates) needed.AddRange(named.Call.Expressions);
        (PhysicalNode rows, PlanList<int> positions) = Narrow(input, needed);
        PlanList<int> keys = [.. positions.Take(aggregate.Keys.Count)];
        List<AggregateUse> uses = [];
        int at = keys.Count;
        foreach (NamedAggregate named in aggregate.Aggregates)
        {
            AggregateCall call = named.Call;
            PlanList<int> arguments = [.. positions.Skip(at).Take(call.Arguments.Count)];
            at += call.Arguments.Count;
            int filter = call.Filter is null ? -1 : positions[at++];
            List<SortColumn> order = [];
            foreach (SortKey key in call.OrderBy)
                order.Add(new SortColumn(positions[at++], key.IsDescending, key.NullsFirst));
            bool isDistinct = call.IsDistinct && !call.Function.IgnoresDuplicates && !arguments.IsEmpty;
            uses.Add(new AggregateUse(new AggregateSpec(call.Function, arguments, filter), isDistinct, [.. order]));
        }
        if (!aggregate.GroupingSets.IsEmpty) return PlanGroupingSets(aggregate, rows, keys, uses);
        PhysicalNode grouped = Group(rows, keys, uses);
        PlanList<int> columns = [.. Enumerable.Range(0, keys.Count + uses.Count)];
        if (aggregate.GroupingId is null) return Pick(grouped, columns, aggregate.Schema);
        // The only set has all keys, so that GROUPING is 0 for each.
        return new ProjectNode(
            grouped,
            [
                .. columns.Map(c => (Expression)new ColumnReference(c, grouped.Output[c].Type, grouped.Output[c].Name)),
                new Constant(Value.BigInt(0)),
            ],
            aggregate.Schema);
    }

    /// <summary>The input where all that is needed are columns, else a projection to exactly what is needed.</summary>
    private static (PhysicalNode Rows, PlanList<int> Positions) Narrow(PhysicalNode input, List<Expression> needed)
    {
        if (needed.TrueForAll(e => e is ColumnReference))
            return (input, [.. needed.Select(e => ((ColumnReference)e).Index)]);
        List<Expression> distinct = [.. needed.Distinct()];
        Schema schema = new(distinct.Select(
            e => e is ColumnReference column ? input.Output[column.Index] : new Field($"{e}", e.Type)));
        return (new ProjectNode(input, [.. distinct], schema), [.. needed.Select(e => distinct.IndexOf(e))]);
    }

    /// <summary>Groups by keys; gives the keys and the results of the aggregates, in this order.</summary>
    private PhysicalNode Group(
        PhysicalNode rows, PlanList<int> keys, List<AggregateUse> uses, PlanList<int> groupsWithoutRows = default)
    {
        PlanList<SortColumn>[] orders = [.. uses.Select(u => u.Order).Where(o => !o.IsEmpty).Distinct()];
        if (orders.Length > 1) return GroupByOrders(rows, keys, uses, orders, groupsWithoutRows);
        if (uses.Exists(u => u.IsDistinct))
            return GroupDistinct(rows, keys, uses, orders.FirstOrDefault(), groupsWithoutRows);
        // Rows that come in order, from one lane, reach every group in order.
        if (orders.Length == 1) rows = new SortNode(rows, orders[0]);
        PlanList<AggregateSpec> specs = [.. uses.Select(u => u.Spec)];
        return new AggregateNode(rows, keys, specs, default, 0, false, ResultColumns(rows, keys, specs))
        {
            GroupsWithoutRows = groupsWithoutRows,
        };
    }

    /// <summary>
    /// Aggregates that want their rows in different orders: the rows are kept, every order groups them on its own, and
    /// the groups are joined by their keys.
    /// </summary>
    private CommonTableNode GroupByOrders(
        PhysicalNode rows, PlanList<int> keys, List<AggregateUse> uses, PlanList<SortColumn>[] orders,
        PlanList<int> groupsWithoutRows)
    {
        // Numbers of the plan's own tables are not negative.
        int id = --_lastOwnTable;
        PlanList<int> all = [.. Enumerable.Range(0, rows.Output.Count)];
        int[] places = new int[uses.Count];
        PhysicalNode? joined = null;
        foreach (PlanList<SortColumn> order in orders)
        {
            // Those without an order go along with the first.
            int[] members = [.. Enumerable.Range(0, uses.Count).Where(
                u => uses[u].Order == order || (joined is null && uses[u].Order.IsEmpty))];
            CommonTableScanNode scan = new(id, "rows to aggregate", all, rows.Output);
            PhysicalNode part = Group(scan, keys, [.. members.Select(u => uses[u])], groupsWithoutRows);
            int before = joined?.Output.Count ?? 0;
            for (int m = 0; m < members.Length; m++) places[members[m]] = before + keys.Count + m;
            joined = joined is null ? part : JoinGroups(joined, part, keys.Count);
        }
        int[] picked = [.. Enumerable.Range(0, keys.Count), .. places];
        PhysicalNode body = Pick(joined!, picked, new Schema(picked.Select(p => joined!.Output[p])));
        return new CommonTableNode(id, "rows to aggregate", rows, body);
    }

    private static PhysicalNode JoinGroups(PhysicalNode left, PhysicalNode right, int keyCount)
    {
        Schema both = new([.. left.Output.Fields, .. right.Output.Fields]);
        if (keyCount == 0) return new NestedLoopJoinNode(left, right, JoinKind.Inner, null, both);
        PlanList<JoinKeyColumns> keys = [.. Enumerable.Range(0, keyCount).Select(k => new JoinKeyColumns(k, k, true))];
        return new HashJoinNode(left, right, JoinKind.Inner, keys, null, false, both);
    }

    private static Schema ResultColumns(PhysicalNode rows, PlanList<int> keys, IEnumerable<AggregateSpec> specs) => new(
    [
        .. keys.Select(k => rows.Output[k]), .. specs.Select(s => new Field(s.Function.Info.Name, s.Type)),
    ]);

    /// <summary>
    /// DISTINCT: groups by the keys and the arguments first, where each combination is left once and the other
    /// aggregates are brought to states; then by the keys alone. Where aggregates are distinct over different
    /// arguments, the rows are repeated before, once per set of arguments and once for the others.
    /// </summary>
    private static PhysicalNode GroupDistinct(
        PhysicalNode rows, PlanList<int> keys, List<AggregateUse> uses, PlanList<SortColumn> order,
        PlanList<int> groupsWithoutRows)
    {
        DistinctSets sets = new(rows, keys, uses);
        rows = sets.Rows;
        AggregateNode first = AggregateNode.First(rows, sets.InnerKeys, sets.Others);
        PhysicalNode inner = sets.AddFilters(first);
        if (!order.IsEmpty)
        {
            inner = new SortNode(inner, order.Map(o => o with { Column = sets.InnerPosition(o.Column) }));
        }
        PlanList<int> outerKeys = [.. Enumerable.Range(0, keys.Count)];
        AggregateNode outer = new(
            inner, outerKeys, sets.Distinct, sets.Others, sets.InnerKeys.Count, false,
            ResultColumns(inner, outerKeys, sets.Distinct.Concat(sets.Others)))
        {
            GroupsWithoutRows = groupsWithoutRows,
        };
        // Distinct results come first there, the others behind.
        List<int> picked = [.. outerKeys];
        int distinct = keys.Count;
        int other = keys.Count + sets.Distinct.Count;
        foreach (AggregateUse use in uses) picked.Add(use.IsDistinct ? distinct++ : other++);
        return Pick(outer, picked, new Schema(picked.Select(p => outer.Output[p])));
    }

    /// <summary>
    /// Grouping sets: rows are repeated once per set, with the keys outside of it NULL, and grouped by the keys and the
    /// number of the set.
    /// </summary>
    private PhysicalNode PlanGroupingSets(
        Aggregate aggregate, PhysicalNode rows, PlanList<int> keys, List<AggregateUse> uses)
    {
        // Keys are copied, so that an aggregate over a key still sees it where the set leaves it out.
        int[] others = [.. uses.SelectMany(u => u.Columns).Distinct()];
        int keyCount = keys.Count;
        PlanList<PlanList<int>> repetitions = aggregate.GroupingSets.Map<PlanList<int>>(set =>
        [
            .. Enumerable.Range(0, keyCount).Select(k => set.Contains(k) ? keys[k] : ExpandNode.Null), .. others,
        ]);
        ExpandNode expanded = new(rows, repetitions, new Schema(
        [
            .. keys.Select(k => rows.Output[k] with { IsNullable = true }), .. others.Select(o => rows.Output[o]),
            new Field("grouping set", LogicalType.Integer, false),
        ]));
        int Moved(int column) => keyCount + Array.IndexOf(others, column);
        List<AggregateUse> moved = [.. uses.Select(u => u.Move(Moved))];
        PlanList<int> withSet = [.. Enumerable.Range(0, keyCount), expanded.Output.Count - 1];
        PlanList<int> empty = [.. Enumerable.Range(0, repetitions.Count).Where(s => aggregate.GroupingSets[s].IsEmpty)];
        PhysicalNode grouped = Group(expanded, withSet, moved, empty);
        List<Expression> columns = [];
        for (int c = 0; c < grouped.Output.Count; c++)
        {
            if (c != keyCount) columns.Add(new ColumnReference(c, grouped.Output[c].Type, grouped.Output[c].Name));
        }
        if (aggregate.GroupingId is not null) columns.Add(GroupingBits(aggregate, keyCount));
        return new ProjectNode(grouped, [.. columns], aggregate.Schema);
    }

    /// <summary>The grouping id of each set: bit i is 1 where key i is not in the set.</summary>
    private static Case GroupingBits(Aggregate aggregate, int setColumn)
    {
        ColumnReference number = new(setColumn, LogicalType.Integer, "grouping set");
        List<CaseBranch> branches = [];
        for (int s = 0; s < aggregate.GroupingSets.Count; s++)
        {
            long bits = 0;
            for (int k = 0; k < aggregate.Keys.Count; k++) bits |= aggregate.GroupingSets[s].Contains(k) ? 0 : 1L << k;
            Constant set = new(Value.Integer(LogicalType.Integer, s));
            branches.Add(new CaseBranch(
                new Comparison(ComparisonOperator.Equal, number, set), new Constant(Value.BigInt(bits))));
        }
        return new Case([.. branches], new Constant(Value.Null(LogicalType.BigInt)));
    }

    private PhysicalNode PlanDistinct(Distinct distinct)
    {
        PhysicalNode input = Plan(distinct.Input);
        if (distinct.Keys.IsEmpty && distinct.OrderBy.IsEmpty) return DistinctOf(input);
        (PhysicalNode rows, PlanList<SortColumn> order) = AddSortColumns(input, distinct.OrderBy);
        (rows, PlanList<int> keys) = AddColumns(rows, [.. distinct.Keys]);
        if (keys.IsEmpty) keys = [.. Enumerable.Range(0, input.Output.Count)];
        PhysicalNode first = new FirstOfGroupNode(order.IsEmpty ? rows : new SortNode(rows, order), keys);
        return Pick(first, [.. Enumerable.Range(0, input.Output.Count)], input.Output);
    }

    /// <summary>
    /// INTERSECT and EXCEPT: the rows of both sides are counted per side, and the counts say whether, or how often, a
    /// row is in the result. NULLs are equal in groups, as they are here.
    /// </summary>
    private static PhysicalNode PlanIntersection(SetOperation operation, PhysicalNode[] inputs)
    {
        int width = operation.Schema.Count;
        Schema marked = new(
            [.. operation.Schema.Fields, new Field("is left", LogicalType.Boolean),
                new Field("is right", LogicalType.Boolean)]);
        PhysicalNode[] sides = [.. inputs.Select((input, side) => new ProjectNode(
            input,
            [
                .. input.Output.Fields.Select((f, i) => new ColumnReference(i, f.Type, f.Name)),
                new Constant(Value.Boolean(side == 0)), new Constant(Value.Boolean(side == 1)),
            ],
            marked))];
        UnionAllNode both = new([.. sides], marked);
        PlanList<int> keys = [.. Enumerable.Range(0, width)];
        PlanList<AggregateSpec> counts = [CountRows(width), CountRows(width + 1)];
        AggregateNode counted = new(both, keys, counts, default, 0, false, ResultColumns(both, keys, counts));
        ColumnReference left = new(width, LogicalType.BigInt, "left");
        ColumnReference right = new(width + 1, LogicalType.BigInt, "right");
        Constant zero = new(Value.BigInt(0));
        bool isIntersection = operation.Kind == SetOperationKind.Intersect;
        if (!operation.IsAll)
        {
            Expression isIn = Conjunction.Of(
            [
                new Comparison(ComparisonOperator.Greater, left, zero),
                new Comparison(isIntersection ? ComparisonOperator.Greater : ComparisonOperator.Equal, right, zero),
            ]);
            return Pick(new FilterNode(counted, isIn), [.. keys], operation.Schema);
        }
        Expression times = isIntersection
            ? new Case([new CaseBranch(new Comparison(ComparisonOperator.Less, left, right), left)], right)
            : new Arithmetic(ArithmeticOperator.Subtract, left, right, LogicalType.BigInt);
        ProjectNode repeated = new(
            counted,
            [.. keys.Select(k => new ColumnReference(k, counted.Output[k].Type, counted.Output[k].Name)), times],
            new Schema([.. operation.Schema.Fields, new Field("times", LogicalType.BigInt)]));
        return new RepeatNode(repeated, operation.Schema);
    }

    private static AggregateSpec CountRows(int filter)
    {
        (Functions.AggregateOverload overload, LogicalType[] types) =
            Functions.FunctionRegistry.BuiltIn.ChooseAggregate("count", []);
        return new AggregateSpec(overload.Bind(types, []), default, filter);
    }
}
