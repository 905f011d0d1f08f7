using System.Collections.Immutable;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>
/// Finds the conditions that a scan can test on encoded data and by zone maps: one column against constants. The rest
/// is left to expressions.
/// </summary>
internal static class ScanFilterBuilder
{
    /// <summary>
    /// A filter that passes exactly the rows for which the condition is true; null when there is none.
    /// </summary>
    /// <param name="condition">A condition whose constants are bound.</param>
    /// <param name="columnIds">The id of each column that the condition can refer to; negative where it has
    /// none.</param>
    public static ScanFilter? TryBuild(Expression condition, IReadOnlyList<int> columnIds) => condition switch
    {
        Comparison comparison => FromComparison(comparison, columnIds),
        InList { IsNegated: false } list => FromList(list, columnIds),
        IsNull test when TryColumn(test.Operand, columnIds, out int id) =>
            test.IsNegated ? ScanFilter.IsNotNull(id) : ScanFilter.IsNull(id),
        Like { IsNegated: false } like => FromLike(like, columnIds),
        Conjunction and => FromRange(and, columnIds),
        Disjunction or => FromAlternatives(or, columnIds),
        ColumnReference { Type.Kind: TypeKind.Boolean } column when TryColumn(column, columnIds, out int id) =>
            ScanFilter.Compare(id, FilterOperator.Equal, Value.Boolean(true)),
        Not { Operand: ColumnReference column } when TryColumn(column, columnIds, out int id) =>
            ScanFilter.Compare(id, FilterOperator.Equal, Value.Boolean(false)),
        _ => null,
    };

    /// <summary>Puts x >= a AND x &lt;= b of one column together, which is one test instead of two.</summary>
    public static IReadOnlyList<Expression> JoinRanges(IReadOnlyList<Expression> conditions)
    {
        List<Expression> joined = [];
        Dictionary<(int Column, bool IsLower), Comparison> bounds = [];
        foreach (Expression condition in conditions)
        {
            if (condition is not Comparison { Left: ColumnReference column, Right: Constant } comparison ||
                comparison.Operator is ComparisonOperator.Equal or ComparisonOperator.NotEqual
                    || comparison.Collation is not null)
            {
                joined.Add(condition);
                continue;
            }
            bool isLower = comparison.Operator is ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;
            if (bounds.Remove((column.Index, !isLower), out Comparison? other))
            {
                joined.Remove(other);
                joined.Add(new Conjunction(isLower ? [comparison, other] : [other, comparison]));
                continue;
            }
            bounds[(column.Index, isLower)] = comparison;
            joined.Add(comparison);
        }
        return joined;
    }

    private static bool TryColumn(Expression expression, IReadOnlyList<int> columnIds, out int id)
    {
        id = expression is ColumnReference column && !column.Type.IsNested ? columnIds[column.Index] : -1;
        return id >= 0;
    }

    private static ScanFilter? FromComparison(Comparison comparison, IReadOnlyList<int> columnIds)
    {
        if (comparison.Collation is not null) return null;
        (Expression left, Expression right, ComparisonOperator op) =
            (comparison.Left, comparison.Right, comparison.Operator);
        if (left is Constant) (left, right, op) = (right, left, op.Mirror());
        return right is Constant { Value: var value } && TryColumn(left, columnIds, out int id)
            ? ScanFilter.Compare(id, (FilterOperator)op, value)
            : null;
    }

    private static ScanFilter? FromList(InList list, IReadOnlyList<int> columnIds)
    {
        if (!TryColumn(list.Operand, columnIds, out int id)) return null;
        ImmutableArray<Value>.Builder values = ImmutableArray.CreateBuilder<Value>();
        foreach (Expression item in list.Items)
        {
            if (item is not Constant constant) return null;
            values.Add(constant.Value);
        }
        return ScanFilter.In(id, values.ToImmutable());
    }

    private static ScanFilter? FromLike(Like like, IReadOnlyList<int> columnIds)
    {
        if (like.Pattern is not Constant { Value: var value } || !TryColumn(like.Operand, columnIds, out int id))
            return null;
        if (value.IsNull) return ScanFilter.In(id, []);
        LikePattern pattern = LikePattern.Compile(value.AsBytes, like.Escape, like.IsCaseInsensitive);
        return pattern.Shape switch
        {
            LikeShape.Exact =>
                ScanFilter.Compare(id, FilterOperator.Equal, Value.Bytes(value.Type, pattern.Literal.ToArray())),
            LikeShape.Prefix => ScanFilter.Prefix(id, pattern.Literal),
            LikeShape.Contains => ScanFilter.Contains(id, pattern.Literal),
            LikeShape.Everything => ScanFilter.IsNotNull(id),
            // A pattern in general keeps scratch of its own, while filters are shared by threads.
            _ => null,
        };
    }

    private static ScanFilter? FromRange(Conjunction and, IReadOnlyList<int> columnIds)
    {
        if (and.Operands.Count != 2 || and.Operands[0] is not Comparison low || and.Operands[1] is not Comparison high)
            return null;
        bool isRange = low is
            { Left: ColumnReference, Right: Constant,
                Operator: ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual } &&
            high is { Left: ColumnReference, Right: Constant,
                Operator: ComparisonOperator.Less or ComparisonOperator.LessOrEqual } &&
            low.Left.Equals(high.Left);
        if (!isRange || !TryColumn(low.Left, columnIds, out int id)) return null;
        return ScanFilter.Range(
            id, ((Constant)low.Right).Value, ((Constant)high.Right).Value,
            low.Operator == ComparisonOperator.GreaterOrEqual, high.Operator == ComparisonOperator.LessOrEqual);
    }

    private static ScanFilter? FromAlternatives(Disjunction or, IReadOnlyList<int> columnIds)
    {
        ImmutableArray<ScanFilter>.Builder filters = ImmutableArray.CreateBuilder<ScanFilter>();
        foreach (Expression operand in or.Operands)
        {
            if (TryBuild(operand, columnIds) is not { } filter) return null;
            if (filters.Count > 0 && filters[0].Column != filter.Column) return null;
            filters.Add(filter);
        }
        return ScanFilter.Or(filters.ToImmutable());
    }
}
