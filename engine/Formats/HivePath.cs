using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>Column values in folder names: <c>sales/year=2024/month=2/part-0.parquet</c>.</summary>
internal static class HivePath
{
    private const string NullName = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>The keys and values of a path, outermost first; null = NULL.</summary>
    public static ImmutableArray<(string Key, string? Value)> Parse(string path)
    {
        ImmutableArray<(string, string?)>.Builder found = ImmutableArray.CreateBuilder<(string, string?)>();
        string[] parts = path.Split('/', '\\');
        foreach (string part in parts.AsSpan(0, parts.Length - 1))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) continue;
            string value = Uri.UnescapeDataString(part[(equals + 1)..]);
            found.Add((Uri.UnescapeDataString(part[..equals]), value == NullName ? null : value));
        }
        return found.ToImmutable();
    }

    /// <summary>The name of the folder of one value, which <see cref="Parse"/> reads again.</summary>
    public static string NameOf(string key, Value value) =>
        $"{Uri.EscapeDataString(key)}={(value.IsNull ? NullName : Uri.EscapeDataString(value.ToString()))}";

    /// <summary>The columns of the keys: BIGINT or DATE where every value is one, else VARCHAR.</summary>
    public static Field[] FindFields(ImmutableArray<(string Key, string? Value)>[] partitions)
    {
        List<string> keys = [];
        foreach ((string key, _) in partitions.SelectMany(p => p))
        {
            if (!keys.Contains(key, StringComparer.OrdinalIgnoreCase)) keys.Add(key);
        }
        return [.. keys.Select(key => new Field(key, FindType(partitions.Select(p => Find(p, key)).OfType<string>())))];
    }

    /// <summary>A file's value of a key column.</summary>
    public static Value ValueOf(ImmutableArray<(string Key, string? Value)> partition, Field key)
    {
        if (Find(partition, key.Name) is not string text) return Value.Null(key.Type);
        return key.Type.Kind switch
        {
            TypeKind.BigInt => Value.BigInt(long.Parse(text, CultureInfo.InvariantCulture)),
            TypeKind.Date => Value.Integer(
                LogicalType.Date, DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber
                    - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
            _ => Value.Text(text),
        };
    }

    private static string? Find(ImmutableArray<(string Key, string? Value)> partition, string key) =>
        partition.FirstOrDefault(p => p.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;

    private static LogicalType FindType(IEnumerable<string> values)
    {
        string[] all = [.. values];
        if (all.Length > 0 && all.All(IsNumber)) return LogicalType.BigInt;
        return all.Length > 0 && all.All(
            v => DateOnly.TryParseExact(v, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            ? LogicalType.Date
            : LogicalType.Varchar;
    }

    // month=02 is a number here, as everywhere: its zero only makes names sort.
    private static bool IsNumber(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}
