using System.Collections;
using System.Globalization;
using System.Numerics;
using ColFrag.Packages.Tests.Support;
using Parquet.Data;

namespace ColFrag.Packages.Tests.Parquet;

/// <summary>Values of Parquet.Net as <see cref="PlainText"/>.</summary>
static class ParquetNetRows
{
    /// <summary>Rows, columns in the order of some names.</summary>
    public static IEnumerable<string> Of(
        IEnumerable<IDictionary<string, object?>> rows, IReadOnlyList<ColumnShape> columns) =>
        rows.Select(row => string.Join(
            '|', columns.Select(c => Of(row.TryGetValue(c.Name, out object? value) ? value : null, c))));

    private static string Of(object? value, ColumnShape shape) => value switch
    {
        null => PlainText.Null,
        bool b => b ? "1" : "0",
        string text => text,
        ReadOnlyMemory<char> text => text.ToString(),
        ReadOnlyMemory<byte> bytes => Convert.ToHexStringLower(bytes.Span),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        Guid id => id.ToString("N"),
        float or double => PlainText.Of((IFormattable)value),
        decimal number => Scaled(new BigInteger(number * Power(shape.Scale))),
        BigDecimal number => Scaled(number.UnscaledValue * BigInteger.Pow(10, shape.Scale - number.Scale)),
        DateOnly day => Text(day.DayNumber - new DateOnly(1970, 1, 1).DayNumber),
        DateTime moment when shape.IsDate => Text((moment - DateTime.UnixEpoch).Days),
        DateTime moment => Text((BigInteger)(moment.Ticks - DateTime.UnixEpoch.Ticks) * 100),
        TimeOnly time => Text(time.Ticks / 10),
        TimeSpan time => Text(time.Ticks / 10),
        IDictionary<string, object?> members => PlainText.Of(shape.Parts.Select(
            p => Of(members.TryGetValue(p.Name, out object? member) ? member : null, p))),
        IEnumerable pairs when shape.Parts.Count == 2 => PlainText.Of(pairs.Cast<object>().Select(
            pair => PlainText.Of([Of(Part(pair, "Key"), shape.Parts[0]), Of(Part(pair, "Value"), shape.Parts[1])]))),
        IEnumerable items => PlainText.Of(items.Cast<object?>().Select(item => Of(item, shape.Parts[0]))),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"{value.GetType()}"),
    };

    // The type of a pair is that of its parts, whichever they are.
    private static object? Part(object pair, string name) => pair.GetType().GetProperty(name)!.GetValue(pair);

    private static decimal Power(int scale) => (decimal)BigInteger.Pow(10, scale);

    private static string Scaled(BigInteger number) => Text(number);

    private static string Text<T>(T number) where T : INumber<T> => number.ToString(null, CultureInfo.InvariantCulture);
}

/// <summary>What is said of a column beyond its values.</summary>
sealed record ColumnShape(string Name, int Scale, bool IsDate, IReadOnlyList<ColumnShape> Parts);
