using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Text.Json;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>
/// Rows in the JSON that implementations of Arrow test each other with, as texts of what a value is: numbers as they
/// are kept, blobs in hexadecimal, members of lists and structs in brackets. See apache/arrow, Integration Testing.
/// </summary>
sealed class GoldFile
{
    private const string Null = "∅";

    private readonly JsonElement[] _fields;
    private readonly Dictionary<long, JsonElement> _dictionaries = [];
    private readonly JsonElement _batches;

    private GoldFile(JsonElement root)
    {
        _fields = [.. root.GetProperty("schema").GetProperty("fields").EnumerateArray()];
        _batches = root.GetProperty("batches");
        if (!root.TryGetProperty("dictionaries", out JsonElement all)) return;
        foreach (JsonElement one in all.EnumerateArray())
            _dictionaries[one.GetProperty("id").GetInt64()] = one.GetProperty("data").GetProperty("columns")[0];
    }

    public static List<string> Rows(string path)
    {
        using GZipStream unpacked = new(File.OpenRead(path), CompressionMode.Decompress);
        using JsonDocument document = JsonDocument.Parse(unpacked);
        GoldFile file = new(document.RootElement);
        List<string> rows = [];
        foreach (JsonElement batch in file._batches.EnumerateArray())
        {
            JsonElement[] columns = [.. batch.GetProperty("columns").EnumerateArray()];
            string[][] texts = [.. columns.Select((c, i) => file.Column(file._fields[i], c))];
            for (int row = 0; row < batch.GetProperty("count").GetInt32(); row++)
                rows.Add(string.Join('|', texts.Select(t => t[row])));
        }
        return rows;
    }

    /// <summary>A value of ours in the same form.</summary>
    public static string Text(Value value)
    {
        if (value.IsNull) return Null;
        LogicalType type = value.Type;
        return type.Physical switch
        {
            PhysicalType.Utf8 when type.Kind == TypeKind.Blob => Convert.ToHexString(value.AsBytes),
            PhysicalType.Utf8 => value.AsText,
            _ when type.Kind == TypeKind.Uuid =>
                ((UInt128)value.AsInteger ^ (UInt128.One << 127)).ToString("X32", null),
            PhysicalType.Float32 => Number((float)value.AsDouble),
            PhysicalType.Float64 => Number(value.AsDouble),
            PhysicalType.Interval =>
                $"{value.AsInterval.Months}/{value.AsInterval.Days}/{value.AsInterval.Microseconds}",
            PhysicalType.List or PhysicalType.Array or PhysicalType.Struct =>
                $"[{string.Join(", ", value.Elements.Select(Text))}]",
            _ => value.AsInteger.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string Number<T>(T value) where T : IFloatingPoint<T> =>
        value.ToString("R", CultureInfo.InvariantCulture);

    private string[] Column(JsonElement field, JsonElement column)
    {
        int count = column.GetProperty("count").GetInt32();
        string[] texts = new string[count];
        Func<int, string> text = Reader(field, column);
        JsonElement[]? validity = column.TryGetProperty("VALIDITY", out JsonElement bits) ? Items(bits) : null;
        for (int i = 0; i < count; i++) texts[i] = validity?[i].GetInt32() == 0 ? Null : text(i);
        return texts;
    }

    private Func<int, string> Reader(JsonElement field, JsonElement column)
    {
        if (field.TryGetProperty("dictionary", out JsonElement dictionary) && column.TryGetProperty("DATA", out _))
        {
            JsonElement[] codes = Items(column.GetProperty("DATA"));
            string[] values = Values(field, _dictionaries[dictionary.GetProperty("id").GetInt64()]);
            return i => values[(int)Whole(codes[i])];
        }
        JsonElement type = field.GetProperty("type");
        string name = type.GetProperty("name").GetString()!;
        switch (name)
        {
            case "null":
                return _ => Null;
            case "list" or "largelist" or "map" or "listview" or "largelistview" or "fixedsizelist":
                return Lists(field, column, type, name);
            case "struct":
                string[][] members = Children(field, column);
                return i => $"[{string.Join(", ", members.Select(m => m[i]))}]";
            case "union":
                return Union(field, column, type);
            case "runendencoded":
                string[][] runs = Children(field, column);
                long[] ends = [.. runs[0].Select(e => long.Parse(e, CultureInfo.InvariantCulture))];
                return i => runs[1][Array.FindIndex(ends, e => e > i)];
            case "utf8view" or "binaryview":
                return Views(column, name == "binaryview");
            default:
                JsonElement[] data = Items(column.GetProperty("DATA"));
                return i => Scalar(type, name, data[i]);
        }
    }

    // The values of a dictionary are of the field's own type.
    private string[] Values(JsonElement field, JsonElement values)
    {
        int count = values.GetProperty("count").GetInt32();
        string name = field.GetProperty("type").GetProperty("name").GetString()!;
        JsonElement[] validity = Items(values.GetProperty("VALIDITY"));
        Func<int, string> text = name is "struct" or "list" ? Nested(field, values, name) : Plain(field, values, name);
        return [.. Enumerable.Range(0, count).Select(i => validity[i].GetInt32() == 0 ? Null : text(i))];

        Func<int, string> Plain(JsonElement field, JsonElement values, string name)
        {
            JsonElement[] data = Items(values.GetProperty("DATA"));
            return i => Scalar(field.GetProperty("type"), name, data[i]);
        }

        Func<int, string> Nested(JsonElement field, JsonElement values, string name)
        {
            string[][] members = Children(field, values);
            return name == "list"
                ? Lists(field, values, field.GetProperty("type"), name)
                : i => $"[{string.Join(", ", members.Select(m => m[i]))}]";
        }
    }

    private string[][] Children(JsonElement field, JsonElement column)
    {
        JsonElement[] types = Items(field.GetProperty("children")), columns = Items(column.GetProperty("children"));
        return [.. columns.Select((c, i) => Column(types[i], c))];
    }

    private Func<int, string> Lists(JsonElement field, JsonElement column, JsonElement type, string name)
    {
        string[] elements = Children(field, column)[0];
        if (name == "fixedsizelist")
        {
            int width = type.GetProperty("listSize").GetInt32();
            return i => $"[{string.Join(", ", elements.Skip(i * width).Take(width))}]";
        }
        JsonElement[] offsets = Items(column.GetProperty("OFFSET"));
        JsonElement[]? sizes = column.TryGetProperty("SIZE", out JsonElement size) ? Items(size) : null;
        return i =>
        {
            long first = Whole(offsets[i]), count = sizes is null ? Whole(offsets[i + 1]) - first : Whole(sizes[i]);
            return $"[{string.Join(", ", elements.Skip((int)first).Take((int)count))}]";
        };
    }

    private Func<int, string> Union(JsonElement field, JsonElement column, JsonElement type)
    {
        string[][] members = Children(field, column);
        JsonElement[] codes = Items(column.GetProperty("TYPE_ID")), known = Items(type.GetProperty("typeIds"));
        JsonElement[]? offsets = column.TryGetProperty("OFFSET", out JsonElement o) ? Items(o) : null;
        return i =>
        {
            int member = Array.FindIndex(known, k => k.GetInt32() == codes[i].GetInt32());
            int row = offsets is null ? i : (int)Whole(offsets[i]);
            return $"[{string.Join(", ", members.Select((m, n) => n == member ? m[row] : Null))}]";
        };
    }

    private static Func<int, string> Views(JsonElement column, bool isBinary)
    {
        JsonElement[] views = Items(column.GetProperty("VIEWS"));
        byte[][] buffers = [.. column.GetProperty("VARIADIC_DATA_BUFFERS").EnumerateArray()
            .Select(b => Convert.FromHexString(b.GetString()!))];
        return i =>
        {
            int size = views[i].GetProperty("SIZE").GetInt32();
            if (views[i].TryGetProperty("INLINED", out JsonElement inlined)) return inlined.GetString()!;
            byte[] bytes = buffers[views[i].GetProperty("BUFFER_INDEX").GetInt32()];
            Span<byte> text = bytes.AsSpan(views[i].GetProperty("OFFSET").GetInt32(), size);
            return isBinary ? Convert.ToHexString(text) : System.Text.Encoding.UTF8.GetString(text);
        };
    }

    private static string Scalar(JsonElement type, string name, JsonElement data) => name switch
    {
        "bool" => data.ValueKind is JsonValueKind.True || data.ToString() == "1" ? "1" : "0",
        "floatingpoint" => type.GetProperty("precision").GetString() switch
        {
            "DOUBLE" => Number(data.GetDouble()),
            "SINGLE" => Number(data.GetSingle()),
            _ => Number((float)(Half)data.GetSingle()),
        },
        "decimal" => Decimal(type, data.ToString()),
        "date" when type.GetProperty("unit").GetString() == "MILLISECOND" => Floor(Whole(data), 86_400_000),
        "time" => Microseconds(type, Whole(data)),
        "timestamp" when type.TryGetProperty("timezone", out JsonElement zone) && zone.GetString() is { Length: > 0 } =>
            Microseconds(type, Whole(data)),
        "duration" => "0/0/" + Microseconds(type, Whole(data)),
        "interval" => type.GetProperty("unit").GetString() switch
        {
            "YEAR_MONTH" => $"{data}/0/0",
            "DAY_TIME" => $"0/{data.GetProperty("days")}/{Whole(data.GetProperty("milliseconds")) * 1_000}",
            _ => $"{data.GetProperty("months")}/{data.GetProperty("days")}/" +
                Floor(Whole(data.GetProperty("nanoseconds")), 1_000),
        },
        _ => data.ToString(),
    };

    private static string Decimal(JsonElement type, string digits)
    {
        int scale = type.GetProperty("scale").GetInt32();
        if (type.GetProperty("precision").GetInt32() <= LogicalType.MaxDecimalPrecision) return digits;
        string sign = digits[0] == '-' ? "-" : "";
        digits = digits.TrimStart('-').PadLeft(scale + 1, '0');
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    private static string Microseconds(JsonElement type, long value) => type.GetProperty("unit").GetString() switch
    {
        "SECOND" => ((Int128)value * 1_000_000).ToString(CultureInfo.InvariantCulture),
        "MILLISECOND" => ((Int128)value * 1_000).ToString(CultureInfo.InvariantCulture),
        "NANOSECOND" => Floor(value, 1_000),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Floor(long value, long divisor) =>
        ((value / divisor) - (value % divisor < 0 ? 1 : 0)).ToString(CultureInfo.InvariantCulture);

    private static long Whole(JsonElement number) => long.Parse(number.ToString(), CultureInfo.InvariantCulture);

    private static JsonElement[] Items(JsonElement array) => [.. array.EnumerateArray()];
}
