using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>
/// Which hash ranges of a table can have rows that pass the conditions of a scan, by its distribution key. Equality
/// with constants on every column of a HASH key leaves the ranges of those positions; on some of them it leaves all. A
/// RANGE key is ordered, so that bounds on it do too.
/// </summary>
/// <param name="Positions">Positions that rows can have; default where every range is read.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record RangePruning(ImmutableArray<HashRange> Positions, string Reason)
{
    /// <summary>More keys than this are not worth hashing one by one.</summary>
    private const int MaxKeys = 1_000;

    private const int MaxToldPositions = 4;

    /// <summary>True when some ranges need not be read.</summary>
    public bool Prunes => !Positions.IsDefault;

    /// <summary>True when a range can have rows that count.</summary>
    public bool CanContain(HashRange range) => !Prunes || Positions.Any(p => p.Overlaps(range));

    /// <summary>Looks at the conditions of a scan, over columns at these positions in the table.</summary>
    public static RangePruning Of(TableSnapshot table, PlanList<int> columns, PlanList<Expression> conditions)
    {
        FragmentScheme scheme = table.Definition.Scheme;
        string[] names =
            [.. scheme.ColumnIds.Select(id => table.Definition.Columns[table.Definition.IndexOf(id)].Name)];
        switch (scheme.Kind)
        {
            case Distribution.Hash when scheme.Salt > 0:
                return new RangePruning(default, "the key is salted: equal keys lie in several ranges");
            case Distribution.Hash:
                return ByHash(KeyValues(table, columns, conditions), names);
            case Distribution.Range:
                int key = table.Definition.IndexOf(scheme.ColumnIds[0]);
                return ByRange([.. conditions.Select(c => BoundsOf(c, columns, key)).OfType<HashRange>()], names[0]);
            case Distribution.Broadcast:
                return new RangePruning(default, "every worker has all rows");
            default:
                return new RangePruning(default, "the table has no distribution key");
        }
    }

    private static RangePruning ByHash(ImmutableArray<Value>?[] values, string[] names)
    {
        string[] missing = [.. names.Where((_, k) => values[k] is null)];
        if (missing.Length > 0)
        {
            return new RangePruning(
                default,
                $"no equality on {string.Join(", ", missing)}, which the key ({string.Join(", ", names)}) needs");
        }
        long count = values.Aggregate(1L, (product, some) => Math.Min(MaxKeys + 1L, product * some!.Value.Length));
        if (count > MaxKeys) return new RangePruning(default, $"more than {MaxKeys} keys are asked for");
        List<ImmutableArray<Value>> keys = [[]];
        foreach (ImmutableArray<Value>? some in values)
            keys = [.. keys.SelectMany(_ => some!.Value, (key, value) => key.Add(value))];
        ulong[] positions = [.. keys.Select(key => KeyPosition.Of(key)).Distinct().Order()];
        string told = positions.Length is 0 or > MaxToldPositions
            ? "" : $": {string.Join(", ", positions.Select(p => p.ToString("x16", CultureInfo.InvariantCulture)))}";
        return new RangePruning(
            [.. positions.Select(p => new HashRange(p, p))],
            $"equality on the whole key ({string.Join(", ", names)}){told}");
    }

    private static RangePruning ByRange(HashRange[] bounds, string name)
    {
        if (bounds.Length == 0) return new RangePruning(default, $"no bounds on {name}");
        ulong first = bounds.Max(b => b.First), last = bounds.Min(b => b.Last);
        return new RangePruning(first <= last ? [new HashRange(first, last)] : [], $"bounds on {name}");
    }

    /// <summary>
    /// Of each column of the key the values that equality allows; null where there is no such condition.
    /// </summary>
    private static ImmutableArray<Value>?[] KeyValues(
        TableSnapshot table, PlanList<int> columns, PlanList<Expression> conditions)
    {
        ImmutableArray<int> ids = table.Definition.Scheme.ColumnIds;
        ImmutableArray<Value>?[] values = new ImmutableArray<Value>?[ids.Length];
        foreach (Expression condition in conditions)
        {
            if (EqualValues(condition) is not var (column, some)) continue;
            int key = columns[column] == PlanTableColumn.RowId
                ? -1 : ids.IndexOf(table.Definition.Columns[columns[column]].Id);
            if (key >= 0 && (values[key] is not { } known || some.Length < known.Length)) values[key] = some;
        }
        return values;
    }

    /// <summary>A column and the constants one of which it must equal; NULLs among them match nothing.</summary>
    private static (int Column, ImmutableArray<Value> Values)? EqualValues(Expression condition)
    {
        switch (condition)
        {
            case Comparison { Operator: ComparisonOperator.Equal, Collation: null } equal:
                (Expression left, Expression right) = equal.Left is Constant
                    ? (equal.Right, equal.Left) : (equal.Left, equal.Right);
                return left is ColumnReference column && right is Constant { Value: var value }
                    ? (column.Index, value.IsNull ? [] : [value]) : null;
            case InList { IsNegated: false, Operand: ColumnReference listed } list
                when list.Items.All(i => i is Constant):
                IEnumerable<Value> items = list.Items.Select(i => ((Constant)i).Value);
                return (listed.Index, [.. items.Where(v => !v.IsNull).Take(MaxKeys + 1)]);
            default:
                return null;
        }
    }

    private static HashRange? BoundsOf(Expression condition, PlanList<int> columns, int key)
    {
        if (EqualValues(condition) is var (column, values) && columns[column] == key && values.Length > 0)
        {
            ulong[] positions = [.. values.Select(RangePosition.Of)];
            return new HashRange(positions.Min(), positions.Max());
        }
        if (condition is not Comparison { Collation: null } comparison) return null;
        (Expression left, Expression right, ComparisonOperator symbol) = comparison.Left is Constant
            ? (comparison.Right, comparison.Left, comparison.Operator.Mirror())
            : (comparison.Left, comparison.Right, comparison.Operator);
        if (left is not ColumnReference { Index: var index } || columns[index] != key) return null;
        if (right is not Constant { Value: { IsNull: false } bound }) return null;
        ulong position = RangePosition.Of(bound);
        return symbol switch
        {
            ComparisonOperator.Less or ComparisonOperator.LessOrEqual => new HashRange(0, position),
            ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual => new HashRange(position, ulong.MaxValue),
            _ => null,
        };
    }
}
