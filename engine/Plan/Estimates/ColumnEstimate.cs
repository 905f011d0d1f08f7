using ColFrag.Engine.Filters;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Estimates;

/// <summary>What is believed of a column of a plan's output.</summary>
/// <param name="Distinct">Number of different values, at least 1; positive infinity where unknown.</param>
/// <param name="NullFraction">Share of NULLs, 0 to 1.</param>
internal readonly record struct ColumnEstimate(double Distinct, double NullFraction)
{
    /// <summary>Keys between which the values lie, both in; null where unknown.</summary>
    public (Int128 Min, Int128 Max)? Bounds { get; init; }

    /// <summary>How the values of the table lie; null where unknown.</summary>
    public Histogram? Histogram { get; init; }

    /// <summary>Rows of the table that it is from; 0 where unknown.</summary>
    public double SourceRows { get; init; }

    /// <summary>Nothing is known.</summary>
    public static ColumnEstimate Unknown { get; } = new(double.PositiveInfinity, 0);

    /// <summary>The different values that so many rows can have.</summary>
    public double DistinctOf(double rows) => Math.Max(1, Math.Min(Distinct, rows));

    /// <summary>The share of the values that lie between two keys, both in; null where nothing is known.</summary>
    public double? ShareOf(Int128 low, Int128 high)
    {
        if (Bounds is not { } bounds) return null;
        Int128 first = Int128.Max(low, bounds.Min);
        Int128 last = Int128.Min(high, bounds.Max);
        if (first > last) return 0;
        double inside = Width(first, last);
        double all = Width(bounds.Min, bounds.Max);
        if (Histogram is null) return inside / all;
        // Of what lies within the bounds: conditions met before have cut them.
        double cut = Histogram.EstimateShare(bounds.Min, bounds.Max);
        return cut <= 0 ? inside / all : Math.Min(1, Histogram.EstimateShare(first, last) / cut);
    }

    /// <summary>The key of a constant among the values of a column; null where they do not compare so.</summary>
    public static Int128? KeyOf(Value value, LogicalType column)
    {
        if (value.IsNull || !ZoneKey.Exists(column) || !ZoneKey.Exists(value.Type)) return null;
        if (value.Type.Equals(column) || value.Type.Physical == PhysicalType.Utf8)
            return value.Type.Physical == column.Physical ? ZoneKey.Of(value) : null;
        if (column.IsFloat && value.Type.IsNumeric) return ZoneKey.OfDouble(value.AsDouble);
        if (!column.IsNumeric || !value.Type.IsNumeric)
            return value.Type.Kind == column.Kind ? ZoneKey.Of(value) : null;
        double scaled = value.AsDouble * Math.Pow(10, column.Scale);
        return double.IsFinite(scaled) && Math.Abs(scaled) < 1e37 ? (Int128)Math.Floor(scaled) : null;
    }

    private static double Width(Int128 low, Int128 high) => (double)(UInt128)(high - low) + 1;
}

/// <summary>What is believed of a plan's output.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Its columns, as far as anything is known.</param>
internal sealed record RelationEstimate(double Rows, IReadOnlyDictionary<PlanColumn, ColumnEstimate> Columns)
{
    /// <summary>What is believed of one column.</summary>
    public ColumnEstimate this[PlanColumn column] =>
        Columns.TryGetValue(column, out ColumnEstimate estimate) ? estimate : ColumnEstimate.Unknown;

    /// <summary>How many different values an expression has.</summary>
    public double DistinctOf(Expression expression) => expression switch
    {
        ColumnUse use => this[use.Column].DistinctOf(Rows),
        Constant => 1,
        _ =>
            Math.Max(1, Math.Min(
                Rows, PlanColumns.UsedBy(expression).Distinct().Aggregate(
                    1.0, (product, c) => product * this[c].DistinctOf(Rows)))),
    };
}
