namespace ColFrag.Engine.Types;

/// <summary>How a session prints dates and times: in its style, and instants in the time of its zone.</summary>
/// <param name="style">The session's DateStyle.</param>
/// <param name="offsetAt">
/// Seconds east of Greenwich at a moment in microseconds since 1970 UTC; null = always UTC.
/// </param>
internal sealed class MomentText(DateStyle style, Func<long, int>? offsetAt)
{
    /// <summary>ISO, in UTC.</summary>
    public static MomentText Iso { get; } = new(default, null);

    /// <summary>True where files are written so: ISO, in UTC.</summary>
    public bool IsIso => style.Form == DateForm.Iso && offsetAt is null;

    /// <summary>The text of a date or time with a date; null for a value of another type.</summary>
    public string? TryFormat(Value value) => value.Type.Kind switch
    {
        TypeKind.Date => style.FormatDate((int)value.AsInteger),
        TypeKind.TimestampSeconds => style.FormatTimestamp(value.AsInteger * 1_000_000_000),
        TypeKind.TimestampMilliseconds => style.FormatTimestamp(value.AsInteger * 1_000_000),
        TypeKind.Timestamp => style.FormatTimestamp(value.AsInteger * 1_000),
        TypeKind.TimestampNanoseconds => style.FormatTimestamp(value.AsInteger),
        TypeKind.TimestampTz => FormatInstant((long)value.AsInteger),
        _ => null,
    };

    private string FormatInstant(long microseconds)
    {
        // Infinity has no time of day, and its text no zone.
        if (offsetAt is null || microseconds is long.MaxValue or long.MinValue)
            return style.FormatTimestamp((Int128)microseconds * 1_000, style.Form == DateForm.Iso ? "+00" : "UTC");
        int offset = offsetAt(microseconds);
        Int128 local = ((Int128)microseconds * 1_000) + ((Int128)offset * 1_000_000_000);
        return style.FormatTimestamp(local, FormatOffset(offset));
    }

    /// <summary>An offset as PostgreSQL prints it: +01, -03:30.</summary>
    private static string FormatOffset(int seconds)
    {
        int absolute = Math.Abs(seconds);
        string text = $"{(seconds < 0 ? '-' : '+')}{absolute / 3600:00}";
        if (absolute % 3600 != 0) text += $":{absolute / 60 % 60:00}";
        return absolute % 60 != 0 ? $"{text}:{absolute % 60:00}" : text;
    }
}
