using System.Runtime.InteropServices;

namespace ColFrag.Engine.Types;

/// <summary>
/// A span of calendar time as PostgreSQL keeps it: months, days and microseconds do not mix, since months and days
/// have no fixed length. Comparison takes a month as 30 days and a day as 24 hours.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Interval(int Months, int Days, long Microseconds) : IComparable<Interval>
{
    /// <summary>The length by which intervals compare, in microseconds.</summary>
    public Int128 Span => (((Int128)Months * 30) + Days) * 86_400_000_000L + Microseconds;

    /// <inheritdoc/>
    public int CompareTo(Interval other) => Span.CompareTo(other.Span);
}
