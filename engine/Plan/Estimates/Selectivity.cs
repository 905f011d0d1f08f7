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
        Dictionary<PlanColumn, (double Low, double High)> ranges = [];
        foreach (Expression condition in conditions.SelectMany(c => (IEnumerable<Expression>)Conjunction.Split(c)))
        {
            if (!TryNarrow(condition, input, ranges)) shares.Add(Of(condition, input));
        }
        // Both ends of a range on one column belong together.
        foreach ((PlanColumn column, (double low, double high)) in ranges)
        {
            ColumnEstimate estimate = input[column];
            double width = estimate.Max!.Value - estimate.Min!.Value;
            double share = width <= 0
                ? 1
                : (Math.Min(high, estimate.Max.Value) - Math.Max(low, estimate.Min.Value)) / width;
            shares.Add(Math.Clamp(share, 1 / Math.Max(input.Rows, 1), 1) * (1 - estimate.NullFraction));
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
                double member = Math.Min(1, list.Items.Count * OfEquality(list.Operand, null, input));
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

    private static bool TryNarrow(
        Expression condition, RelationEstimate input, Dictionary<PlanColumn, (double Low, double High)> ranges)
    {
        if (condition is not Comparison { Left: ColumnUse use, Right: Constant constant } comparison) return false;
        ColumnEstimate estimate = input[use.Column];
        if (estimate.Min is null || estimate.Max is null || ColumnEstimate.Place(constant.Value) is not { } place)
            return false;
        (double low, double high) =
            ranges.GetValueOrDefault(use.Column, (double.NegativeInfinity, double.PositiveInfinity));
        switch (comparison.Operator)
        {
            case ComparisonOperator.Less or ComparisonOperator.LessOrEqual:
                ranges[use.Column] = (low, Math.Min(high, place));
                return true;
            case ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual:
                ranges[use.Column] = (Math.Max(low, place), high);
                return true;
            default:
                return false;
        }
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
            bool isOutside = right is Constant constant && ColumnEstimate.Place(constant.Value) is { } place &&
                (place < estimate.Min || place > estimate.Max);
            if (isOutside) return 1 / Math.Max(input.Rows, 1);
            if (double.IsPositiveInfinity(estimate.Distinct))
                return right is null or Constant ? Equality : 1 / Math.Max(input.DistinctOf(right), 1 / Equality);
        }
        double distinct = input.DistinctOf(left);
        if (right is not null and not Constant) distinct = Math.Max(distinct, input.DistinctOf(right));
        return 1 / Math.Max(distinct, 1);
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
