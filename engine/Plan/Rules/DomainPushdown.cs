using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Computes a correlated plan for all values of the outer columns at once. The domain is the set of their distinct
/// values; pushed down to where the plan stops depending on it, it is joined there, and everything above carries its
/// columns along. Where a filter says <c>inner = outer column</c> for all of them, the inner values serve instead and
/// the domain is not needed.
/// </summary>
internal sealed class DomainPushdown
{
    private readonly OptimizerContext _context;
    private readonly PlanColumn[] _outer;
    private readonly HashSet<PlanColumn> _outerSet;
    private readonly LogicalNode _source;
    private readonly bool _isShared;
    private readonly int _cteId;
    private readonly int _sourceId;
    private readonly HashSet<PlanColumn> _neverNull = [];

    /// <summary>Recursions whose rows carry the domain, and how many columns they have of their own.</summary>
    private readonly Dictionary<int, int> _carriers = [];
    private bool _isUsed;

    /// <summary>A domain of these columns of a plan.</summary>
    public DomainPushdown(OptimizerContext context, LogicalNode source, IEnumerable<PlanColumn> outer)
    {
        _context = context;
        _source = source;
        _outer = [.. outer.OrderBy(c => c.Id)];
        _outerSet = [.. _outer];
        _cteId = context.Columns.CreateCteId();
        _sourceId = context.Columns.CreateCteId();
        // Reading a table twice is cheaper than keeping it; joining or grouping twice is not, and chance must not
        // strike twice.
        _isShared = source.DescendantsAndSelf().Any(n =>
            n is not (Scan or Filter or Project or CteReference or Values) || n.Expressions.Any(e => e.IsVolatile()));
        _neverNull.UnionWith(_outer);
    }

    /// <summary>The outer rows, to be joined with what was pushed.</summary>
    public LogicalNode Left => _isUsed && _isShared
        ? new CteReference(_sourceId, "outer", _source.Output.Select((c, i) => new ScanColumn(c, i)).ToPlanList())
        : _source;

    /// <summary>True when plain equality finds the partners of an outer value: its NULL has none.</summary>
    public bool IsNeverNull(PlanColumn outer) => _neverNull.Contains(outer);

    /// <summary>
    /// The plan for all values at once: its own columns and, for each outer column, one that says for which value the
    /// row holds.
    /// </summary>
    public LogicalNode Push(LogicalNode node, out Dictionary<PlanColumn, PlanColumn> places)
    {
        if (!DependsOnDomain(node)) return new CrossJoin(node, Domain(out places));
        switch (node)
        {
            case Filter filter:
                return PushFilter(filter, out places);
            case Project project:
                LogicalNode projected = Push(project.Input, out places);
                return new Project(projected, MoveAll(project.Columns, places));
            case Aggregate aggregate:
                return PushAggregate(aggregate, out places);
            case CrossJoin join:
                return PushCrossJoin(join, out places);
            case Join join:
                return PushJoin(join, out places);
            case Sort sort:
                LogicalNode sorted = Push(sort.Input, out places);
                return new Sort(sorted, MoveAll(sort.Keys, places));
            case Limit limit:
                return PushLimit(limit, out places);
            case Distinct distinct:
                LogicalNode distinctInput = Push(distinct.Input, out places);
                PlanList<Expression> keys = distinct.Keys.IsEmpty
                    ? default
                    : [.. MoveAll(distinct.Keys, places), .. Uses(places)];
                return new Distinct(distinctInput, keys, MoveAll(distinct.OrderBy, places));
            case Window window:
                return PushWindow(window, out places);
            case Unnest unnest:
                LogicalNode unnestInput = Push(unnest.Input, out places);
                Dictionary<PlanColumn, PlanColumn> ofLists = places;
                return unnest with { Input = unnestInput,
                    Lists = unnest.Lists.Map(l => l.Map(e => Replace(e, ofLists))) };
            case SetOperation set:
                return PushSetOperation(set, out places);
            case Values values:
                return PushValues(values, out places);
            case Series series:
                return PushSeries(series, out places);
            case MaterializedCte cte:
                LogicalNode body = Push(cte.Body, out places);
                return cte with { Body = body };
            case CteReference reference when _carriers.TryGetValue(reference.CteId, out int width):
                return Extend(reference, width, out places);
            case RecursiveCte recursion when CarriedRecursion.IsCarried(recursion):
                return PushRecursion(recursion, out places);
            case TableSample sample:
                LogicalNode sampled = Push(sample.Input, out places);
                return sample with { Input = sampled };
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported,
                    $"A subquery of this form cannot use columns of the query around it: {node.Describe()}");
        }
    }

    /// <summary>The finished plan with the domain computed once beside it, where it was needed.</summary>
    public LogicalNode Close(LogicalNode plan)
    {
        if (!_isUsed) return plan;
        (LogicalNode copy, Dictionary<PlanColumn, PlanColumn> columns) = PlanColumns.Copy(_source, _context.Columns);
        LogicalNode rows = copy;
        if (_isShared)
        {
            PlanColumn[] own = [.. copy.Output.Select(_context.Columns.CreateLike)];
            rows = new CteReference(_sourceId, "outer", own.Select((c, i) => new ScanColumn(c, i)).ToPlanList());
            PlanList<PlanColumn> output = _source.Output;
            columns = output.Select((c, i) => (c, own[i])).DistinctBy(p => p.c).ToDictionary(p => p.c, p => p.Item2);
        }
        Project values = new(rows, _outer.Select(c =>
            new NamedExpression(_context.Columns.CreateLike(c), new ColumnUse(columns[c]))).ToPlanList());
        LogicalNode closed = new MaterializedCte(_cteId, "domain", new Distinct(values, default, default), plan);
        return _isShared ? new MaterializedCte(_sourceId, "outer", copy, closed) : closed;
    }

    /// <summary>The expression with outer columns replaced by what stands for them.</summary>
    public static Expression Replace(Expression expression, Dictionary<PlanColumn, PlanColumn> places) =>
        expression.RewriteUp(e =>
        e is ColumnUse use && places.TryGetValue(use.Column, out PlanColumn? place)
            ? new ColumnUse(place) { Position = use.Position } : e);

    private bool DependsOnDomain(LogicalNode node) =>
        PlanColumns.FreeColumns(node).Overlaps(_outerSet) || (_carriers.Count > 0 && node.DescendantsAndSelf().Any(
            n => n is CteReference reference && _carriers.ContainsKey(reference.CteId)));

    private CteReference Domain(out Dictionary<PlanColumn, PlanColumn> places)
    {
        _isUsed = true;
        // The domain has NULL as a value like any other.
        _neverNull.Clear();
        PlanColumn[] columns = [.. _outer.Select(_context.Columns.CreateLike)];
        places = _outer.Zip(columns).ToDictionary(pair => pair.First, pair => pair.Second);
        return new CteReference(_cteId, "domain", columns.Select((c, i) => new ScanColumn(c, i)).ToPlanList());
    }

    private PlanList<NamedExpression> MoveAll(
        PlanList<NamedExpression> columns, Dictionary<PlanColumn, PlanColumn> places) =>
        [.. columns.Select(c => c.Map(e => Replace(e, places))),
            .. places.Values.Select(p => new NamedExpression(p, new ColumnUse(p)))];

    private static PlanList<SortKey> MoveAll(PlanList<SortKey> keys, Dictionary<PlanColumn, PlanColumn> places) =>
        keys.Map(k => k.Map(e => Replace(e, places)));

    private static PlanList<Expression> MoveAll(
        PlanList<Expression> expressions, Dictionary<PlanColumn, PlanColumn> places) =>
        expressions.Map(e => Replace(e, places));

    private static IEnumerable<Expression> Uses(Dictionary<PlanColumn, PlanColumn> places) =>
        places.Values.Select(p => (Expression)new ColumnUse(p));

    private LogicalNode PushFilter(Filter filter, out Dictionary<PlanColumn, PlanColumn> places)
    {
        if (!DependsOnDomain(filter.Input) && TryBind(filter, out places) is { } bound)
            return bound;
        LogicalNode input = Push(filter.Input, out places);
        return new Filter(input, Replace(filter.Predicate, places));
    }

    // inner = outer for every outer column: the inner values are the domain, as far as it matters.
    private Project? TryBind(Filter filter, out Dictionary<PlanColumn, PlanColumn> places)
    {
        Dictionary<PlanColumn, Expression> bindings = [];
        List<Expression> rest = [];
        foreach (Expression condition in Conjunction.Split(filter.Predicate))
        {
            if (condition is Comparison { Operator: ComparisonOperator.Equal, Collation: null } equal &&
                (TryBind(equal.Left, equal.Right, bindings) || TryBind(equal.Right, equal.Left, bindings)))
            {
                continue;
            }
            rest.Add(condition);
        }
        places = [];
        if (bindings.Count < _outer.Length) return null;
        List<NamedExpression> columns = [.. filter.Input.Output.Select(c => new NamedExpression(c, new ColumnUse(c)))];
        foreach (PlanColumn outer in _outer)
        {
            PlanColumn place = _context.Columns.CreateLike(outer);
            places.Add(outer, place);
            columns.Add(new NamedExpression(place, bindings[outer]));
        }
        LogicalNode input = new Project(filter.Input, columns.ToPlanList());
        foreach (Expression condition in Uses(places)) rest.Add(new IsNull(condition, true));
        Dictionary<PlanColumn, PlanColumn> found = places;
        Filter filtered = new(input, Conjunction.Of(rest.Select(e => Replace(e, found))));
        return new Project(filtered, filtered.Output.Map(c => new NamedExpression(c, new ColumnUse(c))));
    }

    private bool TryBind(Expression inner, Expression outer, Dictionary<PlanColumn, Expression> bindings)
    {
        if (outer is not ColumnUse use || !_outerSet.Contains(use.Column) || PlanColumns.Uses(inner, _outerSet))
            return false;
        if (inner.IsVolatile() || !inner.Type.Equals(use.Type)) return false;
        return bindings.TryAdd(use.Column, inner);
    }

    private LogicalNode PushAggregate(Aggregate aggregate, out Dictionary<PlanColumn, PlanColumn> places)
    {
        bool isScalar = aggregate.Keys.IsEmpty && aggregate.GroupingSets.IsEmpty;
        LogicalNode input = Push(aggregate.Input, out places);
        Dictionary<PlanColumn, PlanColumn> inner = places;
        PlanList<NamedExpression> keys =
            [.. aggregate.Keys.Select(k => k.Map(e => Replace(e, inner))),
                .. places.Values.Select(p => new NamedExpression(p, new ColumnUse(p)))];
        int[] added = [.. Enumerable.Range(aggregate.Keys.Count, _outer.Length)];
        PlanList<PlanList<int>> sets = aggregate.GroupingSets.Map(set => (PlanList<int>)[.. set, .. added]);
        PlanList<NamedAggregate> aggregates =
            aggregate.Aggregates.Map(a => a with { Call = a.Call.Map(e => Replace(e, inner)) });
        // The grouping id keeps its bits, since the domain's keys come last.
        Aggregate grouped = aggregate with { Input = input, Keys = keys, GroupingSets = sets, Aggregates = aggregates };
        bool hasEmptySet = aggregate.GroupingSets.Any(set => set.IsEmpty);
        return isScalar || hasEmptySet ? RestoreEmptyGroups(aggregate, grouped, ref places) : grouped;
    }

    // One group without keys exists even over no rows: every value of the domain gets its row back.
    private LogicalNode RestoreEmptyGroups(
        Aggregate original, Aggregate grouped, ref Dictionary<PlanColumn, PlanColumn> places)
    {
        if (!original.GroupingSets.IsEmpty)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                "A correlated subquery with grouping sets and a grand total is not supported");
        }
        CteReference domain = Domain(out Dictionary<PlanColumn, PlanColumn> ofDomain);
        Dictionary<PlanColumn, PlanColumn> ofGroups = places;
        PlanList<NamedAggregate> renamed =
            grouped.Aggregates.Map(a => a with { Column = _context.Columns.CreateLike(a.Column) });
        JoinKey[] keys =
            [.. _outer.Select(c => new JoinKey(new ColumnUse(ofDomain[c]), new ColumnUse(ofGroups[c]), true))];
        Join join = new(domain, grouped with { Aggregates = renamed }, JoinKind.Left, keys.ToPlanList(), null, null);
        List<NamedExpression> columns = [];
        for (int i = 0; i < renamed.Count; i++)
        {
            Expression value = new ColumnUse(renamed[i].Column);
            Value empty = EmptyAggregates.ValueOf(original.Aggregates[i].Call, _context.Session);
            if (!empty.IsNull) value = new Case([new CaseBranch(new IsNull(value, true), value)], new Constant(empty));
            columns.Add(new NamedExpression(original.Aggregates[i].Column, value));
        }
        columns.AddRange(ofDomain.Values.Select(p => new NamedExpression(p, new ColumnUse(p))));
        places = ofDomain;
        return new Project(join, columns.ToPlanList());
    }

    private LogicalNode PushCrossJoin(CrossJoin join, out Dictionary<PlanColumn, PlanColumn> places)
    {
        bool left = DependsOnDomain(join.Left);
        bool right = DependsOnDomain(join.Right);
        if (!right) return new CrossJoin(Push(join.Left, out places), join.Right);
        if (!left) return new CrossJoin(join.Left, Push(join.Right, out places));
        LogicalNode a = Push(join.Left, out places);
        LogicalNode b = Push(join.Right, out Dictionary<PlanColumn, PlanColumn> ofRight);
        return new Join(a, b, JoinKind.Inner, KeysBetween(places, ofRight), null, null);
    }

    private PlanList<JoinKey> KeysBetween(
        Dictionary<PlanColumn, PlanColumn> left, Dictionary<PlanColumn, PlanColumn> right) =>
        _outer.Select(c => new JoinKey(new ColumnUse(left[c]), new ColumnUse(right[c]), true)).ToPlanList();

    private LogicalNode PushJoin(Join join, out Dictionary<PlanColumn, PlanColumn> places)
    {
        if (join.AsOf is not null)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "A correlated subquery with an ASOF join is not supported");
        }
        bool left = DependsOnDomain(join.Left);
        bool right = DependsOnDomain(join.Right);
        bool condition = join.Expressions.Any(e => PlanColumns.Uses(e, _outerSet));
        if (join.Kind == JoinKind.Inner && !left && right && !condition)
        {
            LogicalNode pushed = Push(join.Right, out places);
            return join with { Right = pushed };
        }
        if (join.Kind == JoinKind.Right)
        {
            // The preserved side carries the domain, so it becomes the left one.
            PlanList<PlanColumn> output = join.Output;
            Join mirrored = Mirror(join);
            LogicalNode result = PushJoin(mirrored, out places);
            IEnumerable<NamedExpression> columns =
                output.Concat(places.Values).Select(c => new NamedExpression(c, new ColumnUse(c)));
            return new Project(result, columns.ToPlanList());
        }
        if (join.Kind == JoinKind.Full)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "A correlated subquery with a FULL join is not supported");
        }
        LogicalNode a = Push(join.Left, out places);
        Dictionary<PlanColumn, PlanColumn> ofLeft = places;
        if (!right)
        {
            // What the condition asks of the domain, the left side knows.
            return WithCondition(join, a, join.Right, default, ofLeft);
        }
        LogicalNode b = Push(join.Right, out Dictionary<PlanColumn, PlanColumn> ofRight);
        return WithCondition(join, a, b, KeysBetween(ofLeft, ofRight), ofLeft);
    }

    private static LogicalNode WithCondition(
        Join join, LogicalNode left, LogicalNode right, PlanList<JoinKey> added,
        Dictionary<PlanColumn, PlanColumn> places)
    {
        if (join.IsNullAware && !added.IsEmpty)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "NOT IN inside a correlated subquery needs columns that are NOT NULL",
                hint: "Write NOT EXISTS instead.");
        }
        PlanList<JoinKey> keys =
            join.Keys.Map(k => k with { Left = Replace(k.Left, places), Right = Replace(k.Right, places) });
        Join moved = join with
        {
            Left = left, Right = right, Keys = [.. keys, .. added],
            Residual = join.Residual is null ? null : Replace(join.Residual, places),
        };
        // Marks stand behind the left columns; semi and anti joins give only those.
        return moved;
    }

    private static Join Mirror(Join join) => join with
    {
        Left = join.Right, Right = join.Left, Kind = JoinKind.Left,
        Keys = join.Keys.Map(k => k with { Left = k.Right, Right = k.Left }),
    };

    // The first rows of each value of the domain: numbered, then filtered.
    private LogicalNode PushLimit(Limit limit, out Dictionary<PlanColumn, PlanColumn> places)
    {
        if (limit.IsPercent)
            throw new QueryException(
                SqlStates.FeatureNotSupported, "LIMIT with percent in a correlated subquery is not supported");
        PlanList<SortKey> order = default;
        LogicalNode below = limit.Input;
        if (below is Sort sort) (order, below) = (sort.Keys, sort.Input);
        LogicalNode input = Push(below, out places);
        PlanColumn number = _context.Columns.Create("row_number", LogicalType.BigInt, false);
        WindowCall call = new(
            WindowFunctionKind.RowNumber, null, default, Uses(places).ToPlanList(), MoveAll(order, places), Frame.Whole,
            LogicalType.BigInt);
        Window numbered = new(input, [new NamedWindow(number, call)]);
        Expression offset = limit.Offset ?? new Constant(Value.BigInt(0));
        List<Expression> conditions = [new Comparison(ComparisonOperator.Greater, new ColumnUse(number), offset)];
        if (limit.Count is { } count and not Constant { Value.IsNull: true })
        {
            Expression last = new Arithmetic(ArithmeticOperator.Add, offset, count, LogicalType.BigInt);
            conditions.Add(new Comparison(ComparisonOperator.LessOrEqual, new ColumnUse(number), last));
        }
        Filter filtered = new(numbered, Conjunction.Of(conditions));
        return new Project(filtered, input.Output.Map(c => new NamedExpression(c, new ColumnUse(c))));
    }

    private LogicalNode PushWindow(Window window, out Dictionary<PlanColumn, PlanColumn> places)
    {
        LogicalNode input = Push(window.Input, out places);
        Dictionary<PlanColumn, PlanColumn> found = places;
        PlanList<NamedWindow> calls = window.Calls.Map(c =>
        {
            WindowCall moved = c.Call.Map(e => Replace(e, found));
            return c with { Call = moved with { PartitionBy = [.. moved.PartitionBy, .. Uses(found)] } };
        });
        return new Window(input, calls);
    }

    private LogicalNode PushSetOperation(SetOperation set, out Dictionary<PlanColumn, PlanColumn> places)
    {
        List<LogicalNode> operands = [];
        foreach (LogicalNode operand in set.Operands) operands.Add(PushWithPlaces(operand));
        places = _outer.ToDictionary(c => c, _context.Columns.CreateLike);
        return set with { Operands = operands.ToPlanList(),
            Columns = [.. set.Columns, .. _outer.Select(places.GetValueOrDefault).OfType<PlanColumn>()] };
    }

    // All recursions side by side: each row says of which it is, and a step gives that on.
    private RecursiveCte PushRecursion(RecursiveCte recursion, out Dictionary<PlanColumn, PlanColumn> places)
    {
        int width = recursion.Columns.Count;
        LogicalNode anchor = PushWithPlaces(recursion.Anchor);
        _carriers.Add(recursion.CteId, width);
        if (recursion.AllCteId >= 0) _carriers.Add(recursion.AllCteId, width);
        LogicalNode step = PushWithPlaces(recursion.Step);
        _carriers.Remove(recursion.CteId);
        _carriers.Remove(recursion.AllCteId);
        PlanColumn[] added = [.. _outer.Select(_context.Columns.CreateLike)];
        places = _outer.Zip(added).ToDictionary(pair => pair.First, pair => pair.Second);
        return recursion with
        {
            Anchor = anchor, Step = step, Columns = [.. recursion.Columns, .. added],
            Key = recursion.Key.IsEmpty ? default : [.. recursion.Key, .. Enumerable.Range(width, added.Length)],
        };
    }

    private CteReference Extend(CteReference reference, int width, out Dictionary<PlanColumn, PlanColumn> places)
    {
        PlanColumn[] added = [.. _outer.Select(_context.Columns.CreateLike)];
        places = _outer.Zip(added).ToDictionary(pair => pair.First, pair => pair.Second);
        return reference with
        {
            Columns = [.. reference.Columns, .. added.Select((column, i) => new ScanColumn(column, width + i))],
        };
    }

    /// <summary>A plan for all values at once: its own columns, then those of the domain in their order.</summary>
    private Project PushWithPlaces(LogicalNode node)
    {
        LogicalNode pushed = Push(node, out Dictionary<PlanColumn, PlanColumn> places);
        IEnumerable<PlanColumn> columns = node.Output.Concat(_outer.Select(c => places[c]));
        return new Project(pushed, columns.Select(c => new NamedExpression(c, new ColumnUse(c))).ToPlanList());
    }

    private LogicalNode PushValues(Values values, out Dictionary<PlanColumn, PlanColumn> places)
    {
        CteReference domain = Domain(out places);
        if (values.Rows.Count == 1)
        {
            return new Project(domain, MoveAll(
                values.Columns.Select((c, i) => new NamedExpression(c, values.Rows[0][i])).ToPlanList(), places));
        }
        // A projection of the domain per row, one after another.
        List<LogicalNode> rows = [];
        foreach (PlanList<Expression> row in values.Rows)
        {
            CteReference own = Domain(out Dictionary<PlanColumn, PlanColumn> ofRow);
            IEnumerable<NamedExpression> cells = row.Select(
                (e, i) => new NamedExpression(_context.Columns.CreateLike(values.Columns[i]), Replace(e, ofRow)));
            rows.Add(new Project(
                own, [.. cells, .. _outer.Select(c => new NamedExpression(ofRow[c], new ColumnUse(ofRow[c])))]));
        }
        places = _outer.ToDictionary(c => c, _context.Columns.CreateLike);
        return new SetOperation(SetOperationKind.Union, true, rows.ToPlanList(),
            [.. values.Columns, .. _outer.Select(places.GetValueOrDefault).OfType<PlanColumn>()]);
    }

    // A series from a row's own bounds is the list of its values, unnested.
    private Unnest PushSeries(Series series, out Dictionary<PlanColumn, PlanColumn> places)
    {
        CteReference domain = Domain(out places);
        Expression list = Replace(LateralRebase.ListOf(series), places);
        return new Unnest(domain, [new NamedExpression(series.Column, list)], null, false);
    }
}
