namespace ColFrag.Engine.Functions.Text;

/// <summary>What INTERVAL's fields (<c>YEAR TO MONTH</c>) say about numbers without a unit.</summary>
/// <param name="BareUnit">The unit of the last number.</param>
/// <param name="IsMinuteToSecond">True where <c>2:03</c> is minutes and seconds.</param>
internal readonly record struct IntervalReadingRule(DateTimeUnit BareUnit, bool IsMinuteToSecond = false)
{
    /// <summary>Bare numbers are seconds.</summary>
    public static IntervalReadingRule Seconds { get; } = new(DateTimeUnit.Second);
}
