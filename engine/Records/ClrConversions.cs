using System.Globalization;
using System.Numerics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>Values as other CLR types than their own, where nothing is lost.</summary>
internal static class ClrConversions
{
    /// <summary>The value, which is not NULL, as a type.</summary>
    /// <exception cref="InvalidCastException">The types do not go together.</exception>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    public static T To<T>(Value value)
    {
        object own = ClrValues.ToClr(value, isBasic: false);
        if (own is T same) return same;
        Type target = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return (T)(Convert(own, value, target) ?? throw new InvalidCastException(
            $"A value of type {value.Type} cannot be read as {target.Name}."));
    }

    private static object? Convert(object own, Value value, Type target)
    {
        if (own.GetType() == target) return own;
        if (target == typeof(string)) return value.ToString();
        if (own is DateTime moment) return FromMoment(moment, target);
        if (own is DateOnly date) return target == typeof(DateTime) ? date.ToDateTime(TimeOnly.MinValue) : null;
        if (own is TimeOnly time) return target == typeof(TimeSpan) ? time.ToTimeSpan() : null;
        if (value.Type.Kind == TypeKind.Interval && target == typeof(Interval)) return value.AsInterval;
        if (own is byte[] bytes && target == typeof(Stream)) return new MemoryStream(bytes, writable: false);
        if (own is string text)
        {
            if (target == typeof(TextReader)) return new StringReader(text);
            if (target == typeof(char[])) return text.ToCharArray();
            if (target == typeof(char) && text.Length == 1) return text[0];
            if (target.IsEnum && Enum.TryParse(target, text, ignoreCase: true, out object? label)) return label;
        }
        if (own is object?[] items && target.IsArray) return FromItems(items, value, target.GetElementType()!);
        return own is bool ? null : FromNumber(own, target);
    }

    private static object? FromMoment(DateTime moment, Type target) =>
        target == typeof(DateTimeOffset) ? new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc))
        : target == typeof(DateOnly) && moment.TimeOfDay == TimeSpan.Zero ? DateOnly.FromDateTime(moment)
        : null;

    private static Array FromItems(object?[] items, Value value, Type element)
    {
        Array converted = Array.CreateInstance(element, items.Length);
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i] is not { } item)
            {
                if (element.IsValueType && Nullable.GetUnderlyingType(element) is null)
                    throw new InvalidCastException($"An element is NULL: read the column as {element.Name}?[].");
                continue;
            }
            converted.SetValue(
                Convert(item, value.Elements[i], Nullable.GetUnderlyingType(element) ?? element) ??
                throw new InvalidCastException(
                    $"An element of type {value.Type.Element} cannot be read as {element.Name}."), i);
        }
        return converted;
    }

    // Whole numbers go through 128 bits, so that every narrowing is checked in one place.
    private static object? FromNumber(object own, Type target)
    {
        Int128? whole = own switch
        {
            sbyte n => n, short n => n, int n => n, long n => n, Int128 n => n,
            byte n => n, ushort n => n, uint n => n, ulong n => n,
            decimal n when decimal.Truncate(n) == n => (Int128)n,
            _ => null,
        };
        if (whole is { } number)
        {
            if (target == typeof(sbyte)) return checked((sbyte)number);
            if (target == typeof(short)) return checked((short)number);
            if (target == typeof(int)) return checked((int)number);
            if (target == typeof(long)) return checked((long)number);
            if (target == typeof(Int128)) return number;
            if (target == typeof(UInt128)) return checked((UInt128)number);
            if (target == typeof(byte)) return checked((byte)number);
            if (target == typeof(ushort)) return checked((ushort)number);
            if (target == typeof(uint)) return checked((uint)number);
            if (target == typeof(ulong)) return checked((ulong)number);
            if (target == typeof(BigInteger)) return (BigInteger)number;
            if (target.IsEnum) return Enum.ToObject(target, checked((long)number));
        }
        if (target == typeof(decimal) && own is not string) return System.Convert.ToDecimal(
            own is Int128 n128 ? (decimal)n128 : own, CultureInfo.InvariantCulture);
        if (target == typeof(double)) return own is float or decimal || whole is not null
            ? System.Convert.ToDouble(own is Int128 d ? (double)d : own, CultureInfo.InvariantCulture) : null;
        if (target == typeof(float)) return own is double or decimal || whole is not null
            ? System.Convert.ToSingle(own is Int128 f ? (float)f : own, CultureInfo.InvariantCulture) : null;
        return target == typeof(Half) && own is float single ? (Half)single : null;
    }
}
