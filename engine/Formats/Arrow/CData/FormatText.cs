using System.Globalization;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>Types as the C data interface writes them: <c>i</c> is an INTEGER, <c>tsu:UTC</c> a moment.</summary>
internal static class FormatText
{
    private const string Units = "smun";

    /// <summary>The text of a field's type.</summary>
    public static string Write(ArrowField field) => field.Kind switch
    {
        ArrowKind.Null => "n",
        ArrowKind.Bool => "b",
        ArrowKind.Int => OfInteger(field.Width, field.IsSigned),
        ArrowKind.Float => field.Precision switch { 0 => "e", 1 => "f", _ => "g" },
        ArrowKind.Decimal when field.Width == 128 => $"d:{field.Precision},{field.Scale}",
        ArrowKind.Decimal => $"d:{field.Precision},{field.Scale},{field.Width}",
        ArrowKind.Date => field.Unit == 0 ? "tdD" : "tdm",
        ArrowKind.Time => "tt" + Units[field.Unit],
        ArrowKind.Timestamp => $"ts{Units[field.Unit]}:{field.TimeZone}",
        ArrowKind.Duration => "tD" + Units[field.Unit],
        ArrowKind.Interval => "ti" + "MDn"[field.Unit],
        ArrowKind.Utf8 => "u",
        ArrowKind.Binary => "z",
        ArrowKind.FixedBinary => $"w:{field.Width}",
        ArrowKind.List => "+l",
        ArrowKind.FixedList => $"+w:{field.Width}",
        ArrowKind.Struct => "+s",
        ArrowKind.Map => "+m",
        _ => throw Invariant.Unreachable($"Arrow type {field.Kind} is not written"),
    };

    /// <summary>The text of the codes of a dictionary.</summary>
    public static string OfInteger(int bits, bool isSigned) => (bits, isSigned) switch
    {
        (8, true) => "c", (8, false) => "C",
        (16, true) => "s", (16, false) => "S",
        (32, true) => "i", (32, false) => "I",
        (_, true) => "l", (_, false) => "L",
    };

    /// <summary>The kind and numbers that a text stands for; null where it is none of ours.</summary>
    public static ArrowField? Read(ArrowField field, string text)
    {
        string[] parts = text.Split(':', 2);
        string rest = parts.Length > 1 ? parts[1] : "";
        return parts[0] switch
        {
            "n" => field with { Kind = ArrowKind.Null },
            "b" => field with { Kind = ArrowKind.Bool },
            "c" or "s" or "i" or "l" => Integer(field, "csil".IndexOf(text[0], StringComparison.Ordinal), true),
            "C" or "S" or "I" or "L" => Integer(field, "CSIL".IndexOf(text[0], StringComparison.Ordinal), false),
            "e" => field with { Kind = ArrowKind.Float, Precision = 0 },
            "f" => field with { Kind = ArrowKind.Float, Precision = 1 },
            "g" => field with { Kind = ArrowKind.Float, Precision = 2 },
            "d" => ReadDecimal(field, rest),
            "w" => ReadWidth(field with { Kind = ArrowKind.FixedBinary }, rest),
            "z" => field with { Kind = ArrowKind.Binary },
            "Z" => field with { Kind = ArrowKind.LargeBinary },
            "vz" => field with { Kind = ArrowKind.BinaryView },
            "u" => field with { Kind = ArrowKind.Utf8 },
            "U" => field with { Kind = ArrowKind.LargeUtf8 },
            "vu" => field with { Kind = ArrowKind.Utf8View },
            "+l" => field with { Kind = ArrowKind.List },
            "+L" => field with { Kind = ArrowKind.LargeList },
            "+vl" => field with { Kind = ArrowKind.ListView },
            "+vL" => field with { Kind = ArrowKind.LargeListView },
            "+w" => ReadWidth(field with { Kind = ArrowKind.FixedList }, rest),
            "+s" => field with { Kind = ArrowKind.Struct },
            "+m" => field with { Kind = ArrowKind.Map },
            "+r" => field with { Kind = ArrowKind.RunEndEncoded },
            "+us" => ReadUnion(field, rest, isDense: false),
            "+ud" => ReadUnion(field, rest, isDense: true),
            _ => ReadTime(field, parts[0], rest),
        };
    }

    private static ArrowField Integer(ArrowField field, int power, bool isSigned) =>
        field with { Kind = ArrowKind.Int, Width = 8 << power, IsSigned = isSigned };

    private static ArrowField? ReadTime(ArrowField field, string text, string zone)
    {
        if (text.Length != 3 || text[0] != 't') return null;
        int unit = Units.IndexOf(text[2], StringComparison.Ordinal);
        return text[..2] switch
        {
            "td" when text[2] is 'D' or 'm' => field with { Kind = ArrowKind.Date, Unit = text[2] == 'D' ? 0 : 1 },
            "ti" when text[2] is 'M' or 'D' or 'n' =>
                field with { Kind = ArrowKind.Interval, Unit = "MDn".IndexOf(text[2], StringComparison.Ordinal) },
            "tt" when unit >= 0 => field with { Kind = ArrowKind.Time, Unit = unit, Width = unit < 2 ? 32 : 64 },
            "tD" when unit >= 0 => field with { Kind = ArrowKind.Duration, Unit = unit },
            "ts" when unit >= 0 =>
                field with { Kind = ArrowKind.Timestamp, Unit = unit, TimeZone = zone.Length > 0 ? zone : null },
            _ => null,
        };
    }

    private static ArrowField? ReadDecimal(ArrowField field, string text)
    {
        string[] numbers = text.Split(',');
        if (numbers.Length is < 2 or > 3 || !TryNumber(numbers[0], out int precision)) return null;
        if (!int.TryParse(numbers[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int scale))
            return null;
        int width = 128;
        if (numbers.Length == 3 && (!TryNumber(numbers[2], out width) || width is not (32 or 64 or 128 or 256)))
            return null;
        return field with { Kind = ArrowKind.Decimal, Precision = precision, Scale = scale, Width = width };
    }

    private static ArrowField? ReadWidth(ArrowField field, string text) =>
        TryNumber(text, out int width) && width <= ArrowSchema.MaxWidth ? field with { Width = width } : null;

    private static ArrowField? ReadUnion(ArrowField field, string text, bool isDense)
    {
        string[] numbers = text.Length == 0 ? [] : text.Split(',');
        int[] codes = new int[numbers.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            if (!TryNumber(numbers[i], out codes[i]) || codes[i] > sbyte.MaxValue) return null;
        }
        return field with { Kind = ArrowKind.Union, Unit = isDense ? 1 : 0, UnionCodes = codes };
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
