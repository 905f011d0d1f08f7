using System.Globalization;
using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Text to integer.</summary>
internal readonly struct TextToInteger<TTo>(CastFailure failure) : IRowKernel<TTo> where TTo : unmanaged,
    IBinaryInteger<TTo>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        bool isRead = NumberText.TryParseInteger(text, out Int128 value);
        result = TTo.CreateSaturating(value);
        if (isRead) return Int128.CreateSaturating(result) == value || failure.TextOutOfRange(text);
        return IsLongNumber(text) ? failure.TextOutOfRange(text) : failure.Unreadable(text);
    }

    private static bool IsLongNumber(ReadOnlySpan<byte> text)
    {
        text = NumberText.Trim(text);
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        return text.Length > 18 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}

/// <summary>Text to DECIMAL.</summary>
internal readonly struct TextToDecimal<TTo>(int precision, int scale, CastFailure failure) : IRowKernel<TTo>
    where TTo : unmanaged, IBinaryInteger<TTo>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        result = default;
        if (!NumberText.TryParseDecimal(text, scale, out Int128 value, out bool isOverflow))
        {
            return isOverflow ? failure.DecimalOverflow() : failure.Unreadable(text);
        }
        Int128 limit = PowersOfTen.Get(precision);
        result = TTo.CreateTruncating(value);
        return (value < limit && value > -limit) || failure.DecimalOverflow();
    }
}

/// <summary>Text to REAL or DOUBLE.</summary>
internal readonly struct TextToFloat<TTo>(CastFailure failure) : IRowKernel<TTo>
    where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        result = default;
        if (!NumberText.TryParseDouble(text, out double value, out bool isOverflow))
        {
            return isOverflow ? failure.TextOutOfRange(text) : failure.Unreadable(text);
        }
        // REAL is read as REAL: rounding to DOUBLE first would round twice.
        bool isReal = typeof(TTo) == typeof(float) && double.IsFinite(value);
        result = isReal
            ? TTo.CreateTruncating(float.Parse(NumberText.Trim(text), NumberStyles.Float, CultureInfo.InvariantCulture))
            : TTo.CreateTruncating(value);
        return TTo.IsFinite(result) == double.IsFinite(value) || failure.TextOutOfRange(text);
    }
}

/// <summary>Text to BOOLEAN.</summary>
internal readonly struct TextToBoolean(CastFailure failure) : IRowKernel<bool>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        return BooleanText.TryParse(text, out result) || failure.Unreadable(text);
    }
}

/// <summary>Text to UUID.</summary>
internal readonly struct TextToUuid(CastFailure failure) : IRowKernel<Int128>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out Int128 result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        return UuidText.TryParse(text, out result) || failure.Unreadable(text);
    }
}

/// <summary>Text to BLOB.</summary>
internal readonly struct TextToBlob(CastFailure failure) : IRowKernel<SqlBlob>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out SqlBlob result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        result = new SqlBlob(text);
        if (!text.Contains((byte)'\\')) return true;
        Utf8Writer target = new(context.Text);
        bool isRead = BlobText.TryParse(text, ref target);
        result = new SqlBlob(target.End());
        return isRead || failure.Unreadable(text);
    }
}

/// <summary>Text to INTERVAL.</summary>
internal readonly struct TextToInterval(CastFailure failure) : IRowKernel<Interval>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out Interval result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        return IntervalParser.Read(text, IntervalReadingRule.Seconds, out result) switch
        {
            IntervalReading.Read => true,
            IntervalReading.Malformed => failure.Unreadable(text),
            IntervalReading reading => failure.IntervalOutOfRange(text, reading),
        };
    }
}

/// <summary>Text to DATE.</summary>
internal readonly struct TextToDate(CastFailure failure) : IRowKernel<int>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out int result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        if (DateTimeParser.TryParseIsoDate(text, out result)) return true;
        if (!DateTimeParser.TryParse(text, context.Session.DateStyle.Order, out DateTimeParts parts))
            return failure.Unreadable(text, parts.HasWrongField);
        long days = parts.Days;
        if (parts.Relative != RelativeMoment.None)
        {
            days = Moments.Resolve(parts.Relative, context.Session) / DateTimeText.MicrosecondsPerDay;
        }
        else if (!parts.HasDate && parts.Infinity == 0)
        {
            return failure.Unreadable(text);
        }
        result = parts.Infinity switch { > 0 => int.MaxValue, < 0 => int.MinValue, _ => (int)days };
        return parts.Infinity != 0 || (days > int.MinValue && days < int.MaxValue) || failure.DateOutOfRange();
    }
}

/// <summary>Text to TIME.</summary>
internal readonly struct TextToTime(CastFailure failure) : IRowKernel<long>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        bool isRead =
            DateTimeParser.TryParse(text, context.Session.DateStyle.Order, out DateTimeParts parts) && parts.HasTime;
        result = (parts.Nanoseconds + 500) / 1000;
        return isRead || failure.Unreadable(text);
    }
}

/// <summary>Text to a timestamp of so many units per second, without zone or in UTC.</summary>
internal readonly struct TextToTimestamp(long unitsPerSecond, bool hasZone, CastFailure failure) : IRowKernel<long>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        result = 0;
        if (!DateTimeParser.TryParse(text, context.Session.DateStyle.Order, out DateTimeParts parts))
            return failure.Unreadable(text, parts.HasWrongField);
        if (parts.Infinity != 0)
        {
            result = parts.Infinity > 0 ? long.MaxValue : long.MinValue;
            return true;
        }
        if (parts.Relative != RelativeMoment.None)
        {
            long local = Moments.Resolve(parts.Relative, context.Session);
            result = hasZone
                ? TimeZoneRules.Find(context.Session.TimeZone).ToUtc(local)
                : Moments.Scale(local, unitsPerSecond);
            return true;
        }
        if (!parts.HasDate) return failure.Unreadable(text);
        // Rounded to the unit, half up; the count of days may be beyond what 64 bits of nanoseconds hold.
        long unit = 1_000_000_000 / unitsPerSecond;
        Int128 value = ((Int128)parts.Days * 86_400 * unitsPerSecond) + ((parts.Nanoseconds + (unit / 2)) / unit);
        if (hasZone && !TryShift(text, parts, context, ref value)) return failure.Unreadable(text);
        result = (long)value;
        return (value > long.MinValue && value < long.MaxValue) || failure.DateOutOfRange();
    }

    private static bool TryShift(
        ReadOnlySpan<byte> text, in DateTimeParts parts, FunctionContext context, ref Int128 local)
    {
        if (parts.HasOffset)
        {
            local -= (Int128)parts.OffsetSeconds * 1_000_000;
            return true;
        }
        if (local <= long.MinValue || local >= long.MaxValue) return true;
        TimeZoneRules? zone = parts.ZoneLength > 0
            ? TimeZoneRules.TryFindBehindTime(text.Slice(parts.ZoneStart, parts.ZoneLength))
            : TimeZoneRules.Find(context.Session.TimeZone);
        if (zone is null) return false;
        local = zone.ToUtc((long)local);
        return true;
    }
}

/// <summary>Text to ENUM: the label's index.</summary>
internal readonly struct TextToEnum(EnumLabels labels, CastFailure failure) : IRowKernel<uint>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out uint result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        int index = labels.IndexOf(text);
        result = (uint)Math.Max(index, 0);
        return index >= 0 || failure.Unreadable(text);
    }
}

/// <summary>ENUM to text.</summary>
internal readonly struct EnumToText(EnumLabels labels) : IRowKernel<ReadOnlySpan<byte>>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        Utf8Writer target = new(context.Text);
        target.Append(labels[(int)arguments.Get<uint>(0, row)]);
        result = target.End();
        return true;
    }
}

/// <summary>The labels of an ENUM in UTF-8.</summary>
internal sealed class EnumLabels
{
    private readonly byte[][] _labels;
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    public EnumLabels(LogicalType type)
    {
        _labels = [.. type.Labels.Select(System.Text.Encoding.UTF8.GetBytes)];
        for (int i = 0; i < type.Labels.Length; i++) _indexes[type.Labels[i]] = i;
    }

    public ReadOnlySpan<byte> this[int index] => _labels[index];

    /// <summary>Index of a label, or -1.</summary>
    public int IndexOf(ReadOnlySpan<byte> text)
    {
        if (text.Length > 256) return _indexes.GetValueOrDefault(System.Text.Encoding.UTF8.GetString(text), -1);
        Span<char> label = stackalloc char[256];
        int length = System.Text.Encoding.UTF8.GetChars(text, label);
        return _indexes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(label[..length], out int index)
            ? index : -1;
    }
}

/// <summary>Anything that is not nested, as text.</summary>
internal readonly struct ValueToText(ValueWriter writer) : IRowKernel<ReadOnlySpan<byte>>
{
    public unsafe bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        Utf8Writer target = new(context.Text);
        writer(arguments, row, context, ref target);
        result = target.End();
        return true;
    }
}

/// <summary>Appends the text of an argument.</summary>
internal delegate void ValueWriter(in RowArguments arguments, int row, FunctionContext context, ref Utf8Writer target);
