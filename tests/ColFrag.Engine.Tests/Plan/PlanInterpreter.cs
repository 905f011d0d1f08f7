using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Plan;

/// <summary>
/// Runs logical plans as their documentation reads: nested loops over lists of values, dependent joins once per outer
/// row. The judge of every rewrite.
/// </summary>
internal sealed class PlanInterpreter
{
    private readonly Dictionary<int, List<Value[]>> _commonTables = [];
    private Dictionary<PlanColumn, Value> _outer = [];

    /// <summary>The rows of a plan with columns by identity.</summary>
    public List<Value[]> Run(LogicalNode node)
    {
        switch (node)
        {
            case Scan scan:
                return RunScan(scan);
            case Values values:
                return [.. values.Rows.Select(r => r.Select(e => Evaluate(e, [], [])).ToArray())];
            case Empty:
                return [];
            case Series series:
                return RunSeries(series);
            case CteReference reference:
                return [.. _commonTables[reference.CteId].Select(
                    r => reference.Columns.Select(c => r[c.TableColumn]).ToArray())];
            case Filter filter:
                PlanList<PlanColumn> filtered = filter.Output;
                return [.. Run(filter.Input).Where(r => IsTrue(Evaluate(filter.Predicate, filtered, r)))];
            case Project project:
                PlanList<PlanColumn> projected = project.Input.Output;
                return [.. Run(project.Input).Select(
                    r => project.Columns.Select(c => Evaluate(c.Expression, projected, r)).ToArray())];
            case Aggregate aggregate:
                return RunAggregate(aggregate);
            case Sort sort:
                return Sorted(Run(sort.Input), sort.Keys, sort.Output);
            case Limit limit:
                return Take(Run(limit.Input), limit.Count, limit.Offset);
            case TopN top:
                return Take(Sorted(Run(top.Input), top.Keys, top.Output), top.Count, top.Offset);
            case Distinct distinct:
                return RunDistinct(distinct);
            case Window window:
                return RunWindow(window);
            case SetOperation set:
                return RunSet(set);
            case MaterializedCte cte:
                _commonTables[cte.CteId] = Run(cte.Definition);
                return Run(cte.Body);
            case RecursiveCte cte:
                return RunRecursive(cte);
            case CrossJoin join:
                return Pair(join.Left, () => Run(join.Right), JoinKind.Inner, (_, _) =>
                    true, join.Right.Output.Count, false);
            case Join join:
                return RunJoin(join);
            case DependentJoin join:
                return RunDependent(join);
            default:
                throw new NotSupportedException(node.Describe());
        }
    }

    private List<Value[]> RunScan(Scan scan)
    {
        PlanList<PlanColumn> columns = scan.Columns.Map(c => c.Column);
        IEnumerable<Value[]> rows = ((SmallTable)scan.Table).Rows
            .Select(r => scan.Columns.Select(c => r[c.TableColumn]).ToArray())
            .Where(r => scan.Filters.All(f => IsTrue(Evaluate(f, columns, r))));
        return [.. rows.Select(r => r[..scan.OutputCount])];
    }

    private List<Value[]> RunSeries(Series series)
    {
        Value start = Evaluate(series.Start, [], []);
        Value end = Evaluate(series.End, [], []);
        Value step = Evaluate(series.Step, [], []);
        List<Value[]> rows = [];
        if (start.IsNull || end.IsNull || step.IsNull) return rows;
        Int128 last = series.IncludesEnd ? end.AsInteger : end.AsInteger - 1;
        for (Int128 i = start.AsInteger; i <= last; i += step.AsInteger)
            rows.Add([Value.Integer(series.Column.Type, i)]);
        return rows;
    }

    private List<Value[]> RunJoin(Join join)
    {
        PlanList<PlanColumn> left = join.Left.Output;
        PlanList<PlanColumn> right = join.Right.Output;
        bool? Matches(Value[] l, Value[] r)
        {
            bool? all = true;
            foreach (JoinKey key in join.Keys)
            {
                Value a = Evaluate(key.Left, left, l);
                Value b = Evaluate(key.Right, right, r);
                bool? equal = a.IsNull || b.IsNull
                    ? (key.NullsAreEqual ? a.IsNull == b.IsNull : null)
                    : ValueComparison.Compare(a, b) == 0;
                all = And(all, equal);
            }
            if (join.Residual is null) return all;
            Value residual = Evaluate(join.Residual, [.. left, .. right], [.. l, .. r]);
            return And(all, residual.IsNull ? null : residual.AsBoolean);
        }
        return Pair(join.Left, () => Run(join.Right), join.Kind, Matches, right.Count, join.IsNullAware);
    }

    private List<Value[]> RunDependent(DependentJoin join)
    {
        PlanList<PlanColumn> left = join.Left.Output;
        PlanList<PlanColumn> right = join.Right.Output;
        List<Value[]> rows = [];
        foreach (Value[] l in Run(join.Left))
        {
            Dictionary<PlanColumn, Value> saved = _outer;
            _outer = new(saved);
            for (int i = 0; i < left.Count; i++) _outer[left[i]] = l[i];
            List<Value[]> inner = Run(join.Right);
            bool? Matches(Value[] a, Value[] b)
            {
                if (join.Condition is null) return true;
                Value value = Evaluate(join.Condition, [.. left, .. right], [.. a, .. b]);
                return value.IsNull ? null : value.AsBoolean;
            }
            rows.AddRange(PairRows([l], inner, join.Kind, Matches, right.Count, join.IsNullAware));
            _outer = saved;
        }
        return rows;
    }

    private List<Value[]> Pair(
        LogicalNode left, Func<List<Value[]>> right, JoinKind kind, Func<Value[], Value[], bool?> matches, int width,
        bool isNullAware) =>
        PairRows(Run(left), right(), kind, matches, width, isNullAware, left.Output.Count);

    private static List<Value[]> PairRows(
        List<Value[]> left, List<Value[]> right, JoinKind kind, Func<Value[], Value[], bool?> matches, int rightWidth,
        bool isNullAware, int leftWidth = 0)
    {
        List<Value[]> rows = [];
        bool[] isMatched = new bool[right.Count];
        foreach (Value[] l in left)
        {
            bool?[] found = [.. right.Select(r => matches(l, r))];
            int[] partners = [.. Enumerable.Range(0, right.Count).Where(i => found[i] == true)];
            foreach (int i in partners) isMatched[i] = true;
            bool? mark = partners.Length > 0 ? true : isNullAware && found.Contains(null) ? null : false;
            switch (kind)
            {
                case JoinKind.Semi:
                    if (mark == true) rows.Add(l);
                    break;
                case JoinKind.Anti:
                    if (mark == false) rows.Add(l);
                    break;
                case JoinKind.Mark:
                    rows.Add([.. l, mark is null ? Value.Null(LogicalType.Boolean) : Value.Boolean(mark.Value)]);
                    break;
                default:
                    if (kind == JoinKind.Single && partners.Length > 1)
                        throw new QueryException(SqlStates.CardinalityViolation, "More than one row");
                    rows.AddRange(partners.Select(i => (Value[])[.. l, .. right[i]]));
                    if (partners.Length == 0 && kind is JoinKind.Left or JoinKind.Full or JoinKind.Single)
                        rows.Add([.. l, .. Nulls(rightWidth)]);
                    break;
            }
        }
        if (kind is JoinKind.Right or JoinKind.Full)
        {
            rows.AddRange(right.Where((_, i) => !isMatched[i]).Select(r => (Value[])[.. Nulls(leftWidth), .. r]));
        }
        return rows;
    }

    private static IEnumerable<Value> Nulls(int count) => Enumerable.Repeat(Value.Null(LogicalType.Null), count);

    private List<Value[]> RunAggregate(Aggregate aggregate)
    {
        PlanList<PlanColumn> input = aggregate.Input.Output;
        List<Value[]> rows = Run(aggregate.Input);
        List<int[]> sets = aggregate.GroupingSets.IsEmpty
            ? [[.. Enumerable.Range(0, aggregate.Keys.Count)]] : [.. aggregate.GroupingSets.Select(s => s.ToArray())];
        List<Value[]> result = [];
        foreach (int[] set in sets)
        {
            IEnumerable<IGrouping<string, Value[]>> groups =
                rows.GroupBy(r => RowText(set.Select(k => Evaluate(aggregate.Keys[k].Expression, input, r))));
            List<Value[][]> members = [.. groups.Select(g => g.ToArray())];
            if (set.Length == 0 && members.Count == 0) members.Add([]);
            foreach (Value[][] group in members)
            {
                List<Value> output = [];
                for (int k = 0; k < aggregate.Keys.Count; k++)
                {
                    output.Add(set.Contains(k)
                        ? Evaluate(aggregate.Keys[k].Expression, input, group[0])
                        : Value.Null(aggregate.Keys[k].Column.Type));
                }
                output.AddRange(aggregate.Aggregates.Select(a => Aggregated(a.Call, group, input)));
                if (aggregate.GroupingId is not null)
                {
                    long id = Enumerable.Range(0, aggregate.Keys.Count).Sum(k => set.Contains(k) ? 0L : 1L << k);
                    output.Add(Value.BigInt(id));
                }
                result.Add([.. output]);
            }
        }
        return result;
    }

    private unsafe Value Aggregated(AggregateCall call, IReadOnlyList<Value[]> rows, PlanList<PlanColumn> input)
    {
        IEnumerable<Value[]> counted = rows.Where(r => call.Filter is null || IsTrue(Evaluate(call.Filter, input, r)));
        if (!call.OrderBy.IsEmpty) counted = Sorted([.. counted], call.OrderBy, input);
        List<Value[]> arguments = [.. counted.Select(r => call.Arguments.Select(a => Evaluate(a, input, r)).ToArray())];
        if (call.IsDistinct) arguments = [.. arguments.DistinctBy(RowText)];
        IAggregateKernel kernel = call.Function.Kernel;
        using AggregateContext context = new(SessionInfo.Default, MemoryAccount.Untracked);
        using Arena text = new(MemoryAccount.Untracked);
        using ColumnVector result = new(kernel.ResultType);
        byte* state = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(kernel.StateSizeBytes, 8), 16);
        try
        {
            kernel.Initialize(state);
            if (arguments.Count > 0)
            {
                ColumnVector[] vectors = new ColumnVector[call.Arguments.Count];
                for (int i = 0; i < vectors.Length; i++)
                {
                    vectors[i] = new ColumnVector(call.Arguments[i].Type);
                    VectorBuilder.Build(
                        vectors[i], [.. arguments.Select(a => Retype(a[i], call.Arguments[i].Type))], text);
                }
                kernel.UpdateAll(vectors, null, arguments.Count, state, context);
                foreach (ColumnVector vector in vectors) vector.Dispose();
            }
            kernel.Finish(&state, 1, result, context);
            return result.GetValue(0);
        }
        finally
        {
            NativeMemory.AlignedFree(state);
        }
    }

    private List<Value[]> RunDistinct(Distinct distinct)
    {
        PlanList<PlanColumn> output = distinct.Output;
        List<Value[]> rows = Run(distinct.Input);
        if (!distinct.OrderBy.IsEmpty) rows = Sorted(rows, distinct.OrderBy, output);
        return [.. rows.DistinctBy(
            r => RowText(distinct.Keys.IsEmpty ? r : distinct.Keys.Select(k => Evaluate(k, output, r))))];
    }

    private List<Value[]> RunWindow(Window window)
    {
        PlanList<PlanColumn> input = window.Input.Output;
        List<Value[]> rows = Run(window.Input);
        Value[][] added = [.. rows.Select(_ => new Value[window.Calls.Count])];
        for (int c = 0; c < window.Calls.Count; c++)
        {
            WindowCall call = window.Calls[c].Call;
            foreach (IGrouping<string, int> partition in Enumerable.Range(0, rows.Count)
                .GroupBy(i => RowText(call.PartitionBy.Select(p => Evaluate(p, input, rows[i])))))
            {
                int[] ordered = [.. Order([.. partition], i => rows[i], call.OrderBy, input)];
                for (int n = 0; n < ordered.Length; n++)
                {
                    added[ordered[n]][c] = call.Kind switch
                    {
                        WindowFunctionKind.RowNumber => Value.BigInt(n + 1),
                        WindowFunctionKind.Aggregate when call.OrderBy.IsEmpty => Aggregated(
                            new AggregateCall(call.Aggregate!, call.Arguments), [.. ordered.Select(i => rows[i])],
                            input),
                        _ => throw new NotSupportedException($"{call.Kind}"),
                    };
                }
            }
        }
        return [.. rows.Select((r, i) => (Value[])[.. r, .. added[i]])];
    }

    private List<Value[]> RunSet(SetOperation set)
    {
        List<List<Value[]>> operands = [.. set.Operands.Select(Run)];
        if (set.Kind == SetOperationKind.Union)
        {
            List<Value[]> all = [.. operands.SelectMany(o => o)];
            return set.IsAll ? all : [.. all.DistinctBy(RowText)];
        }
        Dictionary<string, int> right = operands[1].GroupBy(RowText).ToDictionary(g => g.Key, g => g.Count());
        List<Value[]> rows = [];
        foreach (Value[] row in set.IsAll ? operands[0] : [.. operands[0].DistinctBy(RowText)])
        {
            string text = RowText(row);
            bool isThere = right.GetValueOrDefault(text) > 0;
            if (isThere && set.IsAll) right[text]--;
            if (isThere == (set.Kind == SetOperationKind.Intersect)) rows.Add(row);
        }
        return rows;
    }

    private List<Value[]> RunRecursive(RecursiveCte cte)
    {
        List<Value[]> all = Run(cte.Anchor);
        if (!cte.IsUnionAll) all = [.. all.DistinctBy(RowText)];
        List<Value[]> round = all;
        for (int n = 0; round.Count > 0 && n < 100; n++)
        {
            _commonTables[cte.CteId] = round;
            round = Run(cte.Step);
            if (!cte.IsUnionAll)
                round = [.. round.DistinctBy(RowText).Where(r => !all.Any(a => RowText(a) == RowText(r)))];
            all = [.. all, .. round];
        }
        return all;
    }

    private List<Value[]> Sorted(List<Value[]> rows, PlanList<SortKey> keys, PlanList<PlanColumn> columns) =>
        [.. Order(rows, r => r, keys, columns)];

    private IEnumerable<T> Order<T>(
        IReadOnlyList<T> items, Func<T, Value[]> rowOf, PlanList<SortKey> keys, PlanList<PlanColumn> columns)
    {
        List<(T Item, Value[] Keys)> keyed =
            [.. items.Select(i => (i, keys.Select(k => Evaluate(k.Expression, columns, rowOf(i))).ToArray()))];
        Comparer<Value[]> comparer = Comparer<Value[]>.Create((a, b) =>
        {
            for (int k = 0; k < keys.Count; k++)
            {
                int order = a[k].IsNull || b[k].IsNull
                    ? (a[k].IsNull == b[k].IsNull ? 0 : a[k].IsNull == keys[k].NullsFirst ? -1 : 1)
                    : ValueComparison.Compare(a[k], b[k]) * (keys[k].IsDescending ? -1 : 1);
                if (order != 0) return order;
            }
            return 0;
        });
        return keyed.OrderBy(k => k.Keys, comparer).Select(k => k.Item);
    }

    private List<Value[]> Take(List<Value[]> rows, Expression? count, Expression? offset)
    {
        Value skip = offset is null ? Value.BigInt(0) : Evaluate(offset, [], []);
        Value take = count is null ? Value.Null(LogicalType.BigInt) : Evaluate(count, [], []);
        IEnumerable<Value[]> rest = rows.Skip(skip.IsNull ? 0 : (int)skip.AsInteger);
        return [.. take.IsNull ? rest : rest.Take((int)take.AsInteger)];
    }

    private Value Evaluate(Expression expression, PlanList<PlanColumn> columns, Value[] row)
    {
        Expression constant = expression.RewriteUp(e => e is ColumnUse use
            ? new Constant(Retype(Find(use.Column, columns, row), use.Type)) : e);
        return ExpressionEvaluator.EvaluateConstant(constant, SessionInfo.Default);
    }

    private Value Find(PlanColumn column, PlanList<PlanColumn> columns, Value[] row)
    {
        int position = columns.IndexOf(column);
        return position >= 0 ? row[position] : _outer[column];
    }

    private static Value Retype(Value value, LogicalType type) => value.IsNull ? Value.Null(type) : value;

    private static bool IsTrue(Value value) => !value.IsNull && value.AsBoolean;

    private static bool? And(bool? a, bool? b) =>
        a == false || b == false ? false : a is null || b is null ? null : true;

    /// <summary>A row as text; equal rows have equal texts.</summary>
    public static string RowText(IEnumerable<Value> row) => string.Join('|', row.Select(v => v.IsNull ? "∅" : $"{v}"));
}
