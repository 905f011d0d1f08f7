using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Estimates;

/// <summary>What is believed of a column of a plan's output.</summary>
/// <param name="Distinct">Number of different values, at least 1; positive infinity where unknown.</param>
/// <param name="NullFraction">Share of NULLs, 0 to 1.</param>
/// <param name="Min">Smallest value on the number line of the type, or null.</param>
/// <param name="Max">Largest value, or null.</param>
internal readonly record struct ColumnEstimate(double Distinct, double NullFraction, double? Min, double? Max)
{
    /// <summary>Nothing is known.</summary>
    public static ColumnEstimate Unknown { get; } = new(double.PositiveInfinity, 0, null, null);

    /// <summary>The different values that so many rows can have.</summary>
    public double DistinctOf(double rows) => Math.Max(1, Math.Min(Distinct, rows));

    /// <summary>A value on a number line that keeps the order of its type; null where there is none.</summary>
    public static double? Place(Value? value)
    {
        if (value is null || value.IsNull) return null;
        return value.Type.Physical switch
        {
            PhysicalType.Utf8 => PlaceText(value.AsBytes),
            PhysicalType.Float32 or PhysicalType.Float64 => double.IsFinite(value.AsDouble) ? value.AsDouble : null,
            PhysicalType.Interval => (double)value.AsInterval.Span,
            PhysicalType.List or PhysicalType.Struct or PhysicalType.Array or PhysicalType.None => null,
            _ => value.AsDouble,
        };
    }

    // The first six bytes as a number: enough to interpolate between names and dates written as text.
    private static double PlaceText(ReadOnlySpan<byte> text)
    {
        double place = 0;
        for (int i = 0; i < 6; i++) place = (place * 256) + (i < text.Length ? text[i] : 0);
        return place;
    }
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
