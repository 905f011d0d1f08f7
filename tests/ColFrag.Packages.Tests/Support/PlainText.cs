using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Packages.Tests.Support;

/// <summary>
/// Values as texts of what is kept, in which packages and we are compared: numbers without their scale, moments in
/// nanoseconds, blobs in hexadecimal, parts of lists, structs and maps in brackets.
/// </summary>
static class PlainText
{
    public const string Null = "∅";

    /// <summary>The rows of a query, values joined by '|'.</summary>
    public static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(value => Of(value))))];

    public static string Of(Value value)
    {
        if (value.IsNull) return Null;
        LogicalType type = value.Type;
        return type.Kind switch
        {
            TypeKind.Varchar or TypeKind.Json => value.AsText,
            TypeKind.Blob => Convert.ToHexStringLower(value.AsBytes),
            TypeKind.Uuid => value.ToString().Replace("-", "", StringComparison.Ordinal),
            TypeKind.Enum => type.Labels[(int)value.AsInteger],
            TypeKind.TimestampSeconds => Nanoseconds(value, 1_000_000_000),
            TypeKind.TimestampMilliseconds => Nanoseconds(value, 1_000_000),
            TypeKind.Timestamp or TypeKind.TimestampTz => Nanoseconds(value, 1_000),
            TypeKind.Real => Of((float)value.AsDouble),
            TypeKind.Double => Of(value.AsDouble),
            TypeKind.Interval => $"{value.AsInterval.Months}/{value.AsInterval.Days}/{value.AsInterval.Microseconds}",
            TypeKind.List or TypeKind.Array or TypeKind.Struct or TypeKind.Map => Of(value.Elements.Select(Of)),
            _ => value.AsInteger.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string Nanoseconds(Value value, long factor) =>
        (value.AsInteger * factor).ToString(CultureInfo.InvariantCulture);

    public static string Of<T>(T number) where T : IFormattable => number.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(IEnumerable<string> parts) => $"[{string.Join(", ", parts)}]";
}
