using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Text;

/// <summary>
/// The meaning of one field's text, without quotes or spaces around it. A struct type argument, so that it is inlined
/// into the loop over rows. False when the text is no value of the type; length may be 0.
/// </summary>
internal unsafe interface IFieldParser<T> where T : unmanaged
{
    bool TryParse(byte* text, int length, out T value);
}

/// <summary>Makes something of the parser of a type, whose own type is only known here.</summary>
internal interface IFieldParserUser<TResult>
{
    TResult Use<T, TParser>(TParser parser)
        where T : unmanaged
        where TParser : struct, IFieldParser<T>;
}

/// <summary>Which parser reads which type.</summary>
internal static class FieldParsers
{
    /// <summary>
    /// Gives the parser of a type to its user; default for text, nested types and others that have none.
    /// </summary>
    public static TResult? Use<TResult>(LogicalType type, TimePattern? pattern, IFieldParserUser<TResult> user) =>
        type.Kind switch
    {
        TypeKind.Boolean => user.Use<byte, BooleanParser>(default),
        TypeKind.TinyInt => user.Use<sbyte, BoundedParser<sbyte>>(new(sbyte.MinValue, sbyte.MaxValue)),
        TypeKind.SmallInt => user.Use<short, BoundedParser<short>>(new(short.MinValue, short.MaxValue)),
        TypeKind.Integer => user.Use<int, BoundedParser<int>>(new(int.MinValue, int.MaxValue)),
        TypeKind.BigInt => user.Use<long, BigIntParser>(default),
        TypeKind.HugeInt => user.Use<Int128, HugeIntParser>(default),
        TypeKind.UTinyInt => user.Use<byte, BoundedParser<byte>>(new(0, byte.MaxValue)),
        TypeKind.USmallInt => user.Use<ushort, BoundedParser<ushort>>(new(0, ushort.MaxValue)),
        TypeKind.UInteger => user.Use<uint, BoundedParser<uint>>(new(0, uint.MaxValue)),
        TypeKind.UBigInt => user.Use<ulong, UBigIntParser>(default),
        TypeKind.Decimal when type.Precision <= 18 => user.Use<long, DecimalParser>(new(type.Precision, type.Scale)),
        TypeKind.Decimal => user.Use<Int128, WideDecimalParser>(new(type.Precision, type.Scale)),
        TypeKind.Real => user.Use<float, RealParser>(default),
        TypeKind.Double => user.Use<double, DoubleParser>(default),
        TypeKind.Date when pattern is not null => user.Use<int, PatternDateParser>(new(pattern)),
        TypeKind.Date => user.Use<int, DateParser>(default),
        TypeKind.Time => user.Use<long, TimeParser>(default),
        TypeKind.TimestampSeconds => user.Use<long, UnitTimestampParser>(new(1_000_000_000, pattern)),
        TypeKind.TimestampMilliseconds => user.Use<long, UnitTimestampParser>(new(1_000_000, pattern)),
        TypeKind.TimestampNanoseconds => user.Use<long, UnitTimestampParser>(new(1, pattern)),
        TypeKind.Timestamp or TypeKind.TimestampTz when pattern is not null =>
            user.Use<long, UnitTimestampParser>(new(1_000, pattern)),
        TypeKind.Timestamp => user.Use<long, TimestampParser>(default),
        TypeKind.TimestampTz => user.Use<long, TimestampTzParser>(default),
        TypeKind.Uuid => user.Use<Int128, UuidParser>(default),
        TypeKind.Enum => user.Use<uint, EnumParser>(EnumParser.Of(type)),
        _ => default,
    };
}

/// <summary>BIGINT and the times kept as seconds or nanoseconds are made of this.</summary>
internal readonly unsafe struct BigIntParser : IFieldParser<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryParse(byte* text, int length, out long value) => TextNumber.TryParseInt64(text, length, out value);
}

/// <summary>An integer of at most 32 bits, or UBIGINT, between two bounds.</summary>
internal readonly unsafe struct BoundedParser<T>(long min, long max) : IFieldParser<T> where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryParse(byte* text, int length, out T value)
    {
        bool isValid = TextNumber.TryParseInt64(text, length, out long number);
        // The low bytes of a number in range are the number.
        value = Unsafe.As<long, T>(ref number);
        return isValid & number >= min & number <= max;
    }
}

/// <summary>UBIGINT</summary>
internal readonly unsafe struct UBigIntParser : IFieldParser<ulong>
{
    public bool TryParse(byte* text, int length, out ulong value)
    {
        bool isValid = TextNumber.TryParseInt128(text, length, out Int128 number) && number >= 0
            && number <= ulong.MaxValue;
        value = isValid ? (ulong)number : 0;
        return isValid;
    }
}

/// <summary>HUGEINT</summary>
internal readonly unsafe struct HugeIntParser : IFieldParser<Int128>
{
    public bool TryParse(byte* text, int length, out Int128 value) =>
        TextNumber.TryParseInt128(text, length, out value);
}

/// <summary>
/// DECIMAL of up to 18 digits: exactly as many digits after the point as the scale is the usual case.
/// </summary>
internal readonly unsafe struct DecimalParser(int precision, int scale) : IFieldParser<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryParse(byte* text, int length, out long value)
    {
        int sign = length > 0 && *text == '-' ? 1 : 0;
        int whole = length - sign - scale - 1;
        if (whole is >= 1 and <= 8 && whole + scale <= precision && scale is >= 1 and <= 8 && text[sign + whole] == '.')
        {
            bool isValid = TextNumber.TryParseDigits(text + sign, whole, out uint high) &
                TextNumber.TryParseDigits(text + length - scale, scale, out uint low);
            value = (high * (long)(ulong)TextNumber.PowerOfTen(scale)) + low;
            value = (value ^ -sign) + sign;
            if (isValid) return true;
        }
        bool isOther = TextNumber.TryParseDecimal(text, length, precision, scale, out Int128 unscaled);
        value = (long)unscaled;
        return isOther;
    }
}

/// <summary>DECIMAL of up to 38 digits.</summary>
internal readonly unsafe struct WideDecimalParser(int precision, int scale) : IFieldParser<Int128>
{
    public bool TryParse(byte* text, int length, out Int128 value) =>
        TextNumber.TryParseDecimal(text, length, precision, scale, out value);
}

/// <summary>DOUBLE</summary>
internal readonly unsafe struct DoubleParser : IFieldParser<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryParse(byte* text, int length, out double value) =>
        TextNumber.TryParseDouble(text, length, out value);
}

/// <summary>REAL</summary>
internal readonly unsafe struct RealParser : IFieldParser<float>
{
    public bool TryParse(byte* text, int length, out float value) => TextNumber.TryParseSingle(text, length, out value);
}

/// <summary>DATE, ISO</summary>
internal readonly unsafe struct DateParser : IFieldParser<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryParse(byte* text, int length, out int value) => TextTime.TryParseDate(text, length, out value);
}

/// <summary>TIME, ISO</summary>
internal readonly unsafe struct TimeParser : IFieldParser<long>
{
    public bool TryParse(byte* text, int length, out long value) => TextTime.TryParseTime(text, length, out value);
}

/// <summary>TIMESTAMP, ISO</summary>
internal readonly unsafe struct TimestampParser : IFieldParser<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryParse(byte* text, int length, out long value) => TextTime.TryParseTimestamp(text, length, out value);
}

/// <summary>TIMESTAMPTZ, ISO; without a zone UTC</summary>
internal readonly unsafe struct TimestampTzParser : IFieldParser<long>
{
    public bool TryParse(byte* text, int length, out long value) =>
        TextTime.TryParseTimestampTz(text, length, out value);
}

/// <summary>TIMESTAMP_S, TIMESTAMP_MS and TIMESTAMP_NS, ISO, or any timestamp in a pattern.</summary>
internal readonly unsafe struct UnitTimestampParser(long nanosecondsPerUnit, TimePattern? pattern) : IFieldParser<long>
{
    public bool TryParse(byte* text, int length, out long value)
    {
        bool isValid = pattern is not null
            ? pattern.TryParse(text, length, out Int128 nanoseconds)
            : TextTime.TryParseTimestamp(text, length, out nanoseconds, out _, out _);
        Int128 units = nanoseconds >= 0
            ? nanoseconds / nanosecondsPerUnit
            : (nanoseconds - nanosecondsPerUnit + 1) / nanosecondsPerUnit;
        isValid &= units > long.MinValue && units < long.MaxValue;
        value = isValid ? (long)units : 0;
        return isValid;
    }
}

/// <summary>DATE in a pattern</summary>
internal readonly unsafe struct PatternDateParser(TimePattern pattern) : IFieldParser<int>
{
    public bool TryParse(byte* text, int length, out int value)
    {
        bool isValid = pattern.TryParse(text, length, out Int128 nanoseconds);
        long days = (long)(nanoseconds / ((Int128)TextTime.MicrosecondsPerDay * 1_000));
        if (nanoseconds < days * (Int128)TextTime.MicrosecondsPerDay * 1_000) days--;
        value = (int)days;
        return isValid;
    }
}

/// <summary>BOOLEAN as PostgreSQL reads it: true, t, yes, y, on, 1, and the opposites, in any case.</summary>
internal readonly unsafe struct BooleanParser : IFieldParser<byte>
{
    public bool TryParse(byte* text, int length, out byte value)
    {
        value = 1;
        ReadOnlySpan<byte> span = new(text, Math.Max(length, 0));
        switch (length)
        {
            case 1:
                value = (byte)(*text | 0x20) switch { (byte)'t' or (byte)'y' or (byte)'1' => 1, _ => 0 };
                return value == 1 || (byte)(*text | 0x20) is (byte)'f' or (byte)'n' or (byte)'0';
            case 2 when Is(span, "on"u8): return true;
            case 3 when Is(span, "yes"u8): return true;
            case 4 when Is(span, "true"u8): return true;
        }
        value = 0;
        return Is(span, "false"u8) || Is(span, "no"u8) || Is(span, "off"u8);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        System.Text.Ascii.EqualsIgnoreCase(text, word);
}

/// <summary>UUID with or without dashes and braces</summary>
internal readonly unsafe struct UuidParser : IFieldParser<Int128>
{
    public bool TryParse(byte* text, int length, out Int128 value)
    {
        value = 0;
        if (length is < 32 or > 38 || !Guid.TryParse(new ReadOnlySpan<byte>(text, length), null, out Guid guid))
            return false;
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        // The first bit is flipped, so that signed order is text order.
        value = (Int128)(BinaryPrimitives.ReadUInt128BigEndian(bytes) ^ (UInt128.One << 127));
        return true;
    }
}

/// <summary>ENUM: the index of the label</summary>
internal readonly unsafe struct EnumParser(Dictionary<string, uint> labels) : IFieldParser<uint>
{
    public bool TryParse(byte* text, int length, out uint value)
    {
        value = 0;
        return length >= 0 &&
            labels.TryGetValue(System.Text.Encoding.UTF8.GetString(new ReadOnlySpan<byte>(text, length)), out value);
    }

    public static EnumParser Of(LogicalType type) =>
        new(type.Labels.Select((label, i) => (label, i)).ToDictionary(
            l => l.label, l => (uint)l.i, StringComparer.Ordinal));
}
