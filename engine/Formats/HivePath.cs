using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Errors;
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

    /// <summary>
    /// The columns of the keys: of the types that were named, or BIGINT or DATE where every value is one, else VARCHAR.
    /// </summary>
    public static Field[] FindFields(ImmutableArray<(string Key, string? Value)>[] partitions, HiveColumns columns)
    {
        List<string> keys = [];
        foreach ((string key, _) in partitions.SelectMany(p => p))
        {
            if (!keys.Contains(key, StringComparer.OrdinalIgnoreCase)) keys.Add(key);
        }
        return [.. keys.Select(key => new Field(key, TypeOf(key)))];

        LogicalType TypeOf(string key)
        {
            LogicalType? named = columns.Types.FirstOrDefault(
                t => t.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;
            if (named is not null) return named;
            return columns.FindsTypes
                ? FindType(partitions.Select(p => Find(p, key)).OfType<string>())
                : LogicalType.Varchar;
        }
    }

    /// <summary>A file's value of a key column.</summary>
    /// <exception cref="QueryException">22P02: a folder has a value that the named type does not.</exception>
    public static Value ValueOf(ImmutableArray<(string Key, string? Value)> partition, Field key, string path)
    {
        if (Find(partition, key.Name) is not string text) return Value.Null(key.Type);
        if (key.Type.Kind == TypeKind.Varchar) return Value.Text(text);
        if (key.Type.Kind == TypeKind.Date && TryParseDate(text, out DateOnly date))
        {
            return Value.Integer(
                LogicalType.Date, date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
        }
        bool isNumber = Int128.TryParse(
            text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 number);
        if (isNumber && Holds(key.Type, number))
            return Value.Integer(key.Type, number);
        throw new QueryException(
            SqlStates.InvalidTextRepresentation, $"The folder has no {key.Type}: {key.Name}={text}: {path}",
            hint: $"hive_types = {{'{key.Name}': 'VARCHAR'}} takes it as text.");
    }

    private static bool Holds(LogicalType type, Int128 number) => type.Kind switch
    {
        TypeKind.TinyInt => number >= sbyte.MinValue && number <= sbyte.MaxValue,
        TypeKind.SmallInt => number >= short.MinValue && number <= short.MaxValue,
        TypeKind.Integer => number >= int.MinValue && number <= int.MaxValue,
        TypeKind.BigInt => number >= long.MinValue && number <= long.MaxValue,
        TypeKind.UTinyInt => number >= 0 && number <= byte.MaxValue,
        TypeKind.USmallInt => number >= 0 && number <= ushort.MaxValue,
        TypeKind.UInteger => number >= 0 && number <= uint.MaxValue,
        TypeKind.UBigInt => number >= 0 && number <= ulong.MaxValue,
        _ => type.Kind == TypeKind.HugeInt,
    };

    private static bool TryParseDate(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    private static string? Find(ImmutableArray<(string Key, string? Value)> partition, string key) =>
        partition.FirstOrDefault(p => p.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;

    private static LogicalType FindType(IEnumerable<string> values)
    {
        string[] all = [.. values];
        if (all.Length > 0 && all.All(IsNumber)) return LogicalType.BigInt;
        return all.Length > 0 && all.All(v => TryParseDate(v, out _))
            ? LogicalType.Date
            : LogicalType.Varchar;
    }

    // month=02 is a number here, as everywhere: its zero only makes names sort.
    private static bool IsNumber(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}
