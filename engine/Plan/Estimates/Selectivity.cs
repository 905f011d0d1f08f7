using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Estimates;

/// <summary>The share of rows that meet conditions. Guesses where statistics are silent are PostgreSQL's.</summary>
internal static class Selectivity
{
    private const double Inequality = 1.0 / 3;
    private const double Equality = 0.005;
    private const double Pattern = 0.05;
    private const double Other = 0.25;

    /// <summary>The share for conditions that must all hold.</summary>
    public static double OfAll(IEnumerable<Expression> conditions, RelationEstimate input)
    {
        List<double> shares = [];
        Dictionary<PlanColumn, (Int128 Low, Int128 High)> ranges = [];
        foreach (Expression condition in conditions.SelectMany(c => (IEnumerable<Expression>)Conjunction.Split(c)))
        {
            if (!TryNarrow(condition, input, ranges)) shares.Add(Of(condition, input));
        }
        // Both ends of a range on one column belong together.
        foreach ((PlanColumn column, (Int128 low, Int128 high)) in ranges)
        {
            double share = input[column].ShareOf(low, high)!.Value;
            shares.Add(Math.Clamp(share, 1 / Math.Max(input.Rows, 1), 1) * (1 - input[column].NullFraction));
        }
        // Conditions are seldom independent: each further one counts less.
        shares.Sort();
        double product = 1;
        double weight = 1;
        foreach (double share in shares)
        {
            product *= Math.Pow(Math.Clamp(share, 0, 1), weight);
            weight = Math.Max(weight / 2, 0.125);
        }
        return product;
    }

    /// <summary>The share for one condition.</summary>
    public static double Of(Expression condition, RelationEstimate input)
    {
        switch (condition)
        {
            case Constant constant:
                return !constant.Value.IsNull && constant.Value.AsBoolean ? 1 : 0;
            case Conjunction conjunction:
                return OfAll(conjunction.Operands, input);
            case Disjunction disjunction:
                return 1 - disjunction.Operands.Aggregate(1.0, (none, o) => none * (1 - Of(o, input)));
            case Not not:
                return 1 - Of(not.Operand, input);
            case IsNull test:
                double nulls = test.Operand is ColumnUse tested ? input[tested.Column].NullFraction : 0.05;
                return test.IsNegated ? 1 - nulls : nulls;
            case Comparison comparison:
                return OfComparison(comparison, input);
            case IsDistinct { Left: var left, Right: var right } distinct:
                double same = 1 / Math.Max(input.DistinctOf(left), input.DistinctOf(right));
                return distinct.IsNegated ? same : 1 - same;
            case InList list:
                double member = Math.Min(1, list.Items.Sum(i => OfEquality(list.Operand, i, input)));
                return list.IsNegated ? 1 - member : member;
            case Like like:
                double match = OfLike(like);
                return like.IsNegated ? 1 - match : match;
            case ColumnUse { Type.Kind: TypeKind.Boolean }:
                return 0.5;
            default:
                return Other;
        }
    }

    /// <summary>The keys that a condition leaves of each column it compares with constants, both in.</summary>
    public static Dictionary<PlanColumn, (Int128 Low, Int128 High)> RangesOf(
        IEnumerable<Expression> conditions, RelationEstimate input)
    {
        Dictionary<PlanColumn, (Int128 Low, Int128 High)> ranges = [];
        foreach (Expression condition in conditions.SelectMany(c => (IEnumerable<Expression>)Conjunction.Split(c)))
            TryNarrow(condition, input, ranges);
        return ranges;
    }

    private static bool TryNarrow(
        Expression condition, RelationEstimate input, Dictionary<PlanColumn, (Int128 Low, Int128 High)> ranges)
    {
        if (RangeOf(condition, input) is not { } range) return false;
        (Int128 low, Int128 high) =
            ranges.GetValueOrDefault(range.Column, (Int128.MinValue, Int128.MaxValue));
        ranges[range.Column] = (Int128.Max(low, range.Low), Int128.Min(high, range.High));
        return true;
    }

    private static (PlanColumn Column, Int128 Low, Int128 High)? RangeOf(Expression condition, RelationEstimate input)
    {
        if (condition is Like { IsNegated: false, IsCaseInsensitive: false, Operand: ColumnUse text } like &&
            input[text.Column].Bounds is not null)
        {
            return PrefixOf(like) is { Length: > 0 } prefix
                ? (text.Column, ZoneKey.OfText(prefix), LastKeyOf(prefix)) : null;
        }
        if (condition is not Comparison { Left: ColumnUse use, Right: Constant constant } comparison) return null;
        if (input[use.Column].Bounds is null || ColumnEstimate.KeyOf(constant.Value, use.Type) is not { } key)
            return null;
        // Texts with the same key may lie on either side.
        int step = ZoneKey.IsExact(use.Type) ? 1 : 0;
        return comparison.Operator switch
        {
            ComparisonOperator.Less => (use.Column, Int128.MinValue, key - step),
            ComparisonOperator.LessOrEqual => (use.Column, Int128.MinValue, key),
            ComparisonOperator.Greater => (use.Column, key + step, Int128.MaxValue),
            ComparisonOperator.GreaterOrEqual => (use.Column, key, Int128.MaxValue),
            _ => null,
        };
    }

    /// <summary>What every text that matches begins with.</summary>
    private static byte[] PrefixOf(Like like)
    {
        if (like.Pattern is not Constant { Value.IsNull: false } constant) return [];
        ReadOnlySpan<byte> pattern = constant.Value.AsBytes;
        int length = pattern.IndexOfAny("%_\\"u8);
        return pattern[..(length < 0 ? pattern.Length : length)].ToArray();
    }

    private static Int128 LastKeyOf(ReadOnlySpan<byte> prefix)
    {
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        last.Fill(byte.MaxValue);
        prefix[..Math.Min(prefix.Length, last.Length)].CopyTo(last);
        return ZoneKey.OfText(last);
    }

    private static double OfComparison(Comparison comparison, RelationEstimate input)
    {
        switch (comparison.Operator)
        {
            case ComparisonOperator.Equal:
                return OfEquality(comparison.Left, comparison.Right, input);
            case ComparisonOperator.NotEqual:
                return 1 - OfEquality(comparison.Left, comparison.Right, input);
            default:
                return Inequality;
        }
    }

    private static double OfEquality(Expression left, Expression? right, RelationEstimate input)
    {
        if (left is ColumnUse use)
        {
            ColumnEstimate estimate = input[use.Column];
            if (right is Constant constant && ColumnEstimate.KeyOf(constant.Value, use.Type) is { } key)
                return OfKey(key, constant.Value, use.Type, estimate, input.Rows);
            if (double.IsPositiveInfinity(estimate.Distinct))
                return right is null or Constant ? Equality : 1 / Math.Max(input.DistinctOf(right), 1 / Equality);
        }
        double distinct = input.DistinctOf(left);
        // What is computed of a column has fewer values, nobody knows how many: a part of a text, a year.
        if (left is not ColumnUse && right is null or Constant) distinct = Math.Min(distinct, 1 / Equality);
        if (right is not null and not Constant) distinct = Math.Max(distinct, input.DistinctOf(right));
        return 1 / Math.Max(distinct, 1);
    }

    private static double OfKey(Int128 key, Value value, LogicalType type, ColumnEstimate estimate, double rows)
    {
        if (estimate.Bounds is { } bounds && (key < bounds.Min || key > bounds.Max)) return 1 / Math.Max(rows, 1);
        double even = double.IsPositiveInfinity(estimate.Distinct)
            ? Equality : 1 / Math.Max(estimate.DistinctOf(rows), 1);
        // The key of a longer text is also that of others.
        bool isWhole = ZoneKey.IsExact(type) ||
            (type.Physical == PhysicalType.Utf8 && value.AsBytes.Length < sizeof(ulong));
        if (estimate.Histogram is null || !isWhole) return even * (1 - estimate.NullFraction);
        return estimate.Histogram.EstimateEqual(key, estimate.Distinct) * (1 - estimate.NullFraction);
    }

    private static double OfLike(Like like)
    {
        if (like.Pattern is not Constant { Value.IsNull: false } constant) return Pattern;
        int letters = 0;
        foreach (byte b in constant.Value.AsBytes) letters += b is (byte)'%' or (byte)'_' ? 0 : 1;
        // The longer what must be found, the rarer.
        return Math.Clamp(Pattern * Math.Pow(0.8, Math.Max(0, letters - 4)), 0.0005, 0.3);
    }
}
