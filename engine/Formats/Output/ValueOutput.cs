using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Output;

/// <summary>Appends the text of one value of a vector, which is not NULL and not text.</summary>
internal static class ValueOutput
{
    public static void Append(TextOutput output, ColumnVector column, int row)
    {
        switch (column.Type.Kind)
        {
            case TypeKind.Boolean: output.Append(column.GetInteger(row) != 0 ? "true"u8 : "false"u8); break;
            case TypeKind.Double: output.AppendDouble(column.GetDouble(row)); break;
            case TypeKind.Decimal: output.AppendDecimal(column.GetInteger(row), column.Type.Scale); break;
            case TypeKind.Date when column.GetInteger(row) is var days && days > int.MinValue && days < int.MaxValue:
                output.AppendDate((int)days);
                break;
            case TypeKind.Time: output.AppendTime((long)column.GetInteger(row)); break;
            case TypeKind.TimestampSeconds: AppendTimestamp(output, column, row, 1, 0); break;
            case TypeKind.TimestampMilliseconds: AppendTimestamp(output, column, row, 1_000, 3); break;
            case TypeKind.Timestamp: AppendTimestamp(output, column, row, 1_000_000, 6); break;
            case TypeKind.TimestampNanoseconds: AppendTimestamp(output, column, row, 1_000_000_000, 9); break;
            case TypeKind.TimestampTz:
                AppendTimestamp(output, column, row, 1_000_000, 6);
                output.Append("+00"u8);
                break;
            case TypeKind.Blob:
                output.Append("\\x"u8);
                output.AppendHex(column.GetUtf8(row).Span);
                break;
            case >= TypeKind.TinyInt and <= TypeKind.UBigInt: output.Append(column.GetInteger(row)); break;
            default: output.Append(column.GetValue(row).ToString()); break;
        }
    }

    /// <summary>Appends a date or moment in a format; one that is infinite as its own text.</summary>
    public static void Append(TextOutput output, ColumnVector column, int row, TimePattern pattern)
    {
        Int128 value = column.GetInteger(row);
        bool isDate = column.Type.Kind == TypeKind.Date;
        bool isFinite = isDate ? value > int.MinValue && value < int.MaxValue
            : value > long.MinValue && value < long.MaxValue;
        if (isFinite) pattern.Append(output, value * NanosecondsOf(column.Type));
        else output.Append(column.GetValue(row).ToString());
    }

    private static long NanosecondsOf(LogicalType type) => type.Kind switch
    {
        TypeKind.Date => 86_400_000_000_000,
        TypeKind.TimestampSeconds => 1_000_000_000,
        TypeKind.TimestampMilliseconds => 1_000_000,
        TypeKind.TimestampNanoseconds => 1,
        _ => 1_000,
    };

    private static void AppendTimestamp(
        TextOutput output, ColumnVector column, int row, long unitsPerSecond, int digits)
    {
        long value = (long)column.GetInteger(row);
        if (value is long.MaxValue or long.MinValue) output.Append(column.GetValue(row).ToString());
        else output.AppendTimestamp(value, unitsPerSecond, digits);
    }
}
