using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts of values that are not nested to text.</summary>
internal static class ToTextCasts
{
    /// <summary>The cast; null for nested types.</summary>
    public static ScalarFunction? Find(LogicalType from, LogicalType to)
    {
        // The same bytes under another name.
        if (from.Kind is TypeKind.Json or TypeKind.Bit)
            return CastFunctions.Row<Reinterpret<ReadOnlySpan<byte>>, ReadOnlySpan<byte>>(
                from, to, default, FunctionFlags.None);
        if (from.Kind == TypeKind.Enum)
            return CastFunctions.Row<EnumToText, ReadOnlySpan<byte>>(
                from, to, new(new EnumLabels(from)), FunctionFlags.None);
        if (WriterOf(from) is not { } writer) return null;
        FunctionFlags flags = from.Kind == TypeKind.TimestampTz ? FunctionFlags.Stable : FunctionFlags.None;
        return CastFunctions.Row<ValueToText, ReadOnlySpan<byte>>(from, to, new(writer), flags);
    }

    /// <summary>What appends a value of a type; null for nested types.</summary>
    public static ValueWriter? WriterOf(LogicalType type) => type.Kind switch
    {
        TypeKind.Boolean => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            target.Append(a.Get<bool>(0, row) ? "true"u8 : "false"u8),
        TypeKind.Decimal when type.Precision <= 18 => DecimalWriter<long>(type.Scale),
        TypeKind.Decimal => DecimalWriter<Int128>(type.Scale),
        TypeKind.TinyInt => IntegerWriter<sbyte>(),
        TypeKind.SmallInt => IntegerWriter<short>(),
        TypeKind.Integer => IntegerWriter<int>(),
        TypeKind.BigInt => IntegerWriter<long>(),
        TypeKind.HugeInt => IntegerWriter<Int128>(),
        TypeKind.UTinyInt => IntegerWriter<byte>(),
        TypeKind.USmallInt => IntegerWriter<ushort>(),
        TypeKind.UInteger => IntegerWriter<uint>(),
        TypeKind.UBigInt => IntegerWriter<ulong>(),
        TypeKind.Real => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            NumberText.Append(ref target, a.Get<float>(0, row)),
        TypeKind.Double => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            NumberText.Append(ref target, a.Get<double>(0, row)),
        TypeKind.Date => (in RowArguments a, int row, FunctionContext context, ref Utf8Writer target) =>
            AppendDate(a.Get<int>(0, row), context.Session.DateStyle, ref target),
        TypeKind.Time => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            DateTimeText.AppendTime(ref target, a.Get<long>(0, row)),
        TypeKind.TimeTz => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            DateTimeText.AppendTimeTz(ref target, TimeWithZone.Unpack(a.Get<long>(0, row))),
        TypeKind.TimestampSeconds => TimestampWriter(1),
        TypeKind.TimestampMilliseconds => TimestampWriter(1_000),
        TypeKind.Timestamp => TimestampWriter(1_000_000),
        TypeKind.TimestampNanoseconds => TimestampWriter(1_000_000_000),
        TypeKind.TimestampTz => (in RowArguments a, int row, FunctionContext context, ref Utf8Writer target) =>
            AppendTimestampTz(a.Get<long>(0, row), context, ref target),
        TypeKind.Interval => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            DateTimeText.AppendInterval(ref target, a.Get<Interval>(0, row)),
        TypeKind.Uuid => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            UuidText.Append(ref target, a.Get<Int128>(0, row)),
        TypeKind.Blob => (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            BlobText.Append(ref target, a.Get<ReadOnlySpan<byte>>(0, row)),
        TypeKind.Varchar or TypeKind.Json or TypeKind.Bit =>
            (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
                target.Append(a.Get<ReadOnlySpan<byte>>(0, row)),
        TypeKind.Enum => EnumWriter(type),
        _ => null,
    };

    private static ValueWriter IntegerWriter<T>() where T : unmanaged, IBinaryInteger<T> =>
        (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            NumberText.Append(ref target, Int128.CreateTruncating(a.Get<T>(0, row)));

    private static ValueWriter DecimalWriter<T>(int scale) where T : unmanaged, IBinaryInteger<T> =>
        (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            NumberText.AppendDecimal(ref target, Int128.CreateTruncating(a.Get<T>(0, row)), scale);

    private static ValueWriter TimestampWriter(long unitsPerSecond) =>
        (in RowArguments a, int row, FunctionContext context, ref Utf8Writer target) =>
            AppendTimestamp(a.Get<long>(0, row), unitsPerSecond, context.Session.DateStyle, ref target);

    private static ValueWriter EnumWriter(LogicalType type)
    {
        EnumLabels labels = new(type);
        return (in RowArguments a, int row, FunctionContext _, ref Utf8Writer target) =>
            target.Append(labels[(int)a.Get<uint>(0, row)]);
    }

    private static void AppendDate(int days, DateStyle style, ref Utf8Writer target)
    {
        if (style.Form == DateForm.Iso) DateTimeText.AppendDate(ref target, days);
        else AppendText(style.FormatDate(days), ref target);
    }

    private static void AppendTimestamp(long value, long unitsPerSecond, DateStyle style, ref Utf8Writer target)
    {
        if (style.Form == DateForm.Iso) DateTimeText.AppendTimestamp(ref target, value, unitsPerSecond);
        else AppendText(style.FormatTimestamp((Int128)value * NanosecondsOf(value, unitsPerSecond)), ref target);
    }

    // Infinity is the same number in every unit.
    private static long NanosecondsOf(long value, long unitsPerSecond) =>
        value is long.MaxValue or long.MinValue ? 1_000 : 1_000_000_000 / unitsPerSecond;

    private static void AppendText(string text, ref Utf8Writer target) =>
        target.Append(System.Text.Encoding.UTF8.GetBytes(text));

    private static void AppendTimestampTz(long utc, FunctionContext context, ref Utf8Writer target)
    {
        if (context.Session.DateStyle.Form != DateForm.Iso)
        {
            MomentText moments = context.Session.MomentText();
            AppendText(moments.TryFormat(Value.Integer(LogicalType.TimestampTz, utc))!, ref target);
            return;
        }
        if (utc is long.MaxValue or long.MinValue)
        {
            DateTimeText.AppendTimestampTz(ref target, utc, 0);
            return;
        }
        int offset = context.GetState<SessionZone>().Of(context.Session).OffsetAt(utc);
        DateTimeText.AppendTimestampTz(ref target, utc + (offset * DateTimeText.MicrosecondsPerSecond), offset);
    }
}
