using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Estimates;

/// <summary>
/// Estimates the rows that nodes give and what their columns hold, from the statistics of tables upward.
/// </summary>
internal sealed class CardinalityEstimator
{
    private const double UnknownRows = 1000;
    private readonly Dictionary<LogicalNode, RelationEstimate> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, RelationEstimate> _commonTables = [];

    /// <summary>The estimate of a node, kept for the next time.</summary>
    public RelationEstimate Estimate(LogicalNode node)
    {
        if (_known.TryGetValue(node, out RelationEstimate? known)) return known;
        RelationEstimate estimate = Compute(node);
        if (!double.IsFinite(estimate.Rows) || estimate.Rows < 0) estimate = estimate with { Rows = UnknownRows };
        _known.Add(node, estimate);
        return estimate;
    }

    /// <summary>The rows of a join of two estimated inputs.</summary>
    public static RelationEstimate Join(
        RelationEstimate left, RelationEstimate right, PlanList<JoinKey> keys, Expression? residual)
    {
        Dictionary<PlanColumn, ColumnEstimate> columns = new(left.Columns);
        foreach ((PlanColumn column, ColumnEstimate estimate) in right.Columns) columns[column] = estimate;
        double rows = left.Rows * right.Rows * KeySelectivity(left, right, keys);
        RelationEstimate joined = new(Math.Max(rows, 1), columns);
        if (residual is not null)
            joined = joined with { Rows = Math.Max(1, joined.Rows * Selectivity.OfAll([residual], joined)) };
        return joined;
    }

    /// <summary>The share of pairs that are equal in the keys.</summary>
    public static double KeySelectivity(RelationEstimate left, RelationEstimate right, PlanList<JoinKey> keys)
    {
        double share = 1;
        double weight = 1;
        foreach (double one in keys.Select(
            k => 1 / Math.Max(1, Math.Max(left.DistinctOf(k.Left), right.DistinctOf(k.Right)))).Order())
        {
            share *= Math.Pow(one, weight);
            weight /= 2;
        }
        return share;
    }

    private RelationEstimate Compute(LogicalNode node)
    {
        switch (node)
        {
            case Scan scan:
                return OfScan(scan);
            case SourceScan scan:
                RelationEstimate source = new(Math.Max(scan.Source.EstimatedRows, 1), Empty);
                return source with { Rows = Math.Max(1, source.Rows * Selectivity.OfAll(scan.Filters, source)) };
            case Values values:
                return new(values.Rows.Count, Empty);
            case Series series:
                return new(SeriesRows(series), Empty);
            case Plan.Empty:
                return new(0, Empty);
            case CteReference reference:
                return OfReference(reference);
            case Filter filter:
                RelationEstimate input = Estimate(filter.Input);
                return Narrow(input, [filter.Predicate]);
            case Project project:
                return OfProject(project);
            case Aggregate aggregate:
                return OfAggregate(aggregate);
            case Limit limit:
                return Limited(Estimate(limit.Input), limit.IsPercent ? null : limit.Count);
            case TopN top:
                return Limited(Estimate(top.Input), top.Count);
            case Distinct distinct:
                RelationEstimate all = Estimate(distinct.Input);
                IEnumerable<Expression> keys = distinct.Keys.IsEmpty
                    ? distinct.Output.Select(c => (Expression)new ColumnUse(c)) : distinct.Keys;
                return all with { Rows = Groups(all, keys) };
            case Unnest unnest:
                RelationEstimate rows = Estimate(unnest.Input);
                return rows with { Rows = rows.Rows * 10 };
            case TableSample sample:
                RelationEstimate whole = Estimate(sample.Input);
                return whole with { Rows = sample.Method == SampleMethod.Reservoir
                    ? Math.Min(whole.Rows, sample.Size)
                    : whole.Rows * sample.Size / 100 };
            case CrossJoin join:
                return Join(Estimate(join.Left), Estimate(join.Right), default, null);
            case Join join:
                return OfJoin(join);
            case SetOperation set:
                return OfSetOperation(set);
            case MaterializedCte cte:
                _commonTables[cte.CteId] = Positional(Estimate(cte.Definition), cte.Definition);
                return Estimate(cte.Body);
            case RecursiveCte cte:
                RelationEstimate anchor = Estimate(cte.Anchor);
                _commonTables[cte.CteId] = new(anchor.Rows, Empty);
                return new(anchor.Rows * 10, Empty);
            case Sort or Window:
                return Estimate(node.Inputs[0]);
            case ChangeNode change:
                return change.Returned.IsEmpty ? new(1, Empty) : Estimate(change.Input);
            default:
                return node.Inputs.IsEmpty ? new(UnknownRows, Empty) : Estimate(node.Inputs[0]);
        }
    }

    private static Dictionary<PlanColumn, ColumnEstimate> Empty => [];

    private static RelationEstimate Scale(RelationEstimate input, double share) =>
        input with { Rows = Math.Max(input.Rows > 0 ? 1 : 0, input.Rows * share) };

    private static RelationEstimate OfScan(Scan scan)
    {
        TableStatistics statistics = scan.Table.Statistics;
        double rows = Math.Max(statistics.RowCount, 0);
        Dictionary<PlanColumn, ColumnEstimate> columns = [];
        foreach (ScanColumn column in scan.Columns)
        {
            bool isUnique = scan.Table.UniqueKeys.Any(k => k.Count == 1 && k[0] == column.TableColumn)
                || column.TableColumn == PlanTableColumn.RowId;
            ColumnStatistics? known = statistics[column.TableColumn];
            double distinct = isUnique ? Math.Max(rows, 1) : known is { DistinctCount: > 0 } ? known.DistinctCount
                : GuessDistinct(column.Column.Type, rows);
            columns[column.Column] = new(distinct, known?.NullFraction ?? 0)
            {
                Bounds = known?.Bounds, Histogram = known?.Histogram, SourceRows = rows,
            };
        }
        RelationEstimate all = new(rows, columns);
        return scan.Filters.IsEmpty ? all : Narrow(all, scan.Filters);
    }

    // Equalities leave one value of their column, ranges a part of its values.
    private static RelationEstimate Narrow(RelationEstimate all, PlanList<Expression> filters)
    {
        RelationEstimate scaled = Scale(all, Selectivity.OfAll(filters, all));
        Dictionary<PlanColumn, ColumnEstimate> columns = new(all.Columns);
        foreach (Expression filter in filters.SelectMany(f => (IEnumerable<Expression>)Conjunction.Split(f)))
        {
            if (filter is Comparison { Operator: ComparisonOperator.Equal, Left: ColumnUse equal, Right: Constant })
            {
                columns[equal.Column] = all[equal.Column] with { Distinct = 1 };
            }
            else if (filter is InList { Operand: ColumnUse member, IsNegated: false } list)
            {
                columns[member.Column] =
                    all[member.Column] with { Distinct = Math.Min(list.Items.Count, all[member.Column].Distinct) };
            }
        }
        foreach ((PlanColumn column, (Int128 low, Int128 high)) in Selectivity.RangesOf(filters, all))
        {
            ColumnEstimate whole = columns[column];
            double share = whole.ShareOf(low, high)!.Value;
            (Int128 min, Int128 max) = whole.Bounds!.Value;
            (Int128 first, Int128 last) = (Int128.Max(min, low), Int128.Min(max, high));
            if (first > last) continue;
            columns[column] = whole with { Distinct = Math.Max(1, whole.Distinct * share), Bounds = (first, last) };
        }
        return new RelationEstimate(scaled.Rows, columns);
    }

    private static double GuessDistinct(LogicalType type, double rows) => type.Kind switch
    {
        TypeKind.Boolean => 2,
        TypeKind.TinyInt or TypeKind.UTinyInt => Math.Min(rows, 100),
        TypeKind.Date => Math.Min(rows, 2500),
        TypeKind.Enum => Math.Max(type.Labels.Length, 1),
        _ => Math.Max(1, rows / 10),
    };

    private static double SeriesRows(Series series)
    {
        bool isKnown = series.Start is Constant { Value.IsNull: false }
            && series.End is Constant { Value.IsNull: false } &&
            series.Step is Constant { Value.IsNull: false } && series.Column.Type.IsInteger;
        if (!isKnown) return UnknownRows;
        double start = (double)((Constant)series.Start).Value.AsInteger;
        double end = (double)((Constant)series.End).Value.AsInteger;
        double step = (double)((Constant)series.Step).Value.AsInteger;
        return step == 0 ? 0 : Math.Max(0, Math.Ceiling((end - start) / step));
    }

    private RelationEstimate OfReference(CteReference reference)
    {
        if (!_commonTables.TryGetValue(reference.CteId, out RelationEstimate? table)) return new(UnknownRows, Empty);
        return table with { Columns = Empty };
    }

    private static RelationEstimate Positional(RelationEstimate estimate, LogicalNode definition) =>
        estimate with { Columns = definition.Output.Distinct().ToDictionary(c => c, c => estimate[c]) };

    private RelationEstimate OfProject(Project project)
    {
        RelationEstimate input = Estimate(project.Input);
        Dictionary<PlanColumn, ColumnEstimate> columns = [];
        foreach (NamedExpression column in project.Columns)
        {
            columns[column.Column] = column.Expression is ColumnUse use
                ? input[use.Column] : new(input.DistinctOf(column.Expression), 0);
        }
        return new(input.Rows, columns);
    }

    private RelationEstimate OfAggregate(Aggregate aggregate)
    {
        RelationEstimate input = Estimate(aggregate.Input);
        if (aggregate.Keys.IsEmpty) return new(Math.Max(1, aggregate.GroupingSets.Count), Empty);
        double rows = aggregate.GroupingSets.IsEmpty
            ? Groups(input, aggregate.Keys.Select(k => k.Expression))
            : aggregate.GroupingSets.Sum(
                set => set.IsEmpty ? 1 : Groups(input, set.Select(i => aggregate.Keys[i].Expression)));
        Dictionary<PlanColumn, ColumnEstimate> columns = [];
        foreach (NamedExpression key in aggregate.Keys)
        {
            columns[key.Column] = key.Expression is ColumnUse use
                ? input[use.Column]
                : new(input.DistinctOf(key.Expression), 0);
        }
        return new(rows, columns);
    }

    private static double Groups(RelationEstimate input, IEnumerable<Expression> keys)
    {
        double product = 1;
        double weight = 1;
        // Keys depend on each other more often than not, so the largest counts whole and the others less and less.
        foreach (double distinct in keys.Select(input.DistinctOf).OrderDescending())
        {
            product *= Math.Pow(distinct, weight);
            weight = Math.Max(weight * 0.75, 0.25);
        }
        return Math.Max(1, Math.Min(product, input.Rows));
    }

    private static RelationEstimate Limited(RelationEstimate input, Expression? count) =>
        count is Constant { Value.IsNull: false } constant
            ? input with { Rows = Math.Min(input.Rows, (double)constant.Value.AsInteger) } : input;

    private RelationEstimate OfJoin(Join join)
    {
        RelationEstimate left = Estimate(join.Left);
        RelationEstimate right = Estimate(join.Right);
        RelationEstimate inner = Join(left, right, join.Keys, join.Residual);
        if (join.AsOf is not null) return left;
        if (join.EstimatedRows >= 0) return inner with { Rows = join.EstimatedRows };
        switch (join.Kind)
        {
            case JoinKind.Inner:
                return inner;
            case JoinKind.Left:
                return inner with { Rows = Math.Max(inner.Rows, left.Rows) };
            case JoinKind.Right:
                return inner with { Rows = Math.Max(inner.Rows, right.Rows) };
            case JoinKind.Full:
                return inner with { Rows = Math.Max(inner.Rows, left.Rows + right.Rows) };
            case JoinKind.Semi or JoinKind.Anti:
                double share = PartnerShare(left, right, join);
                return Scale(left, join.Kind == JoinKind.Semi ? share : Math.Max(1 - share, 0.1));
            default:
                return left;
        }
    }

    private static double PartnerShare(RelationEstimate left, RelationEstimate right, Join join)
    {
        double share = join.Residual is null ? 1 : 0.5;
        foreach (JoinKey key in join.Keys)
        {
            share = Math.Min(share, right.DistinctOf(key.Right) / Math.Max(1, left.DistinctOf(key.Left)));
        }
        return Math.Clamp(share, 0.0001, 1);
    }

    private RelationEstimate OfSetOperation(SetOperation set)
    {
        RelationEstimate[] operands = [.. set.Operands.Select(Estimate)];
        double sum = operands.Sum(o => o.Rows);
        double rows = (set.Kind, set.IsAll) switch
        {
            (SetOperationKind.Union, true) => sum,
            (SetOperationKind.Union, false) => Math.Max(1, sum * 0.7),
            (SetOperationKind.Intersect, _) => Math.Max(1, operands.Min(o => o.Rows) * 0.5),
            _ => Math.Max(1, operands[0].Rows * 0.7),
        };
        return new(rows, Empty);
    }
}
