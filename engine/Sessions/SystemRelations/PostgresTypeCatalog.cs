using System.Collections.Frozen;
using System.Globalization;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>One of PostgreSQL's base types, as its pg_type describes it.</summary>
internal sealed record PostgresType(
    uint Oid, string Name, int Length, bool IsByValue, char Kind, char Category, bool IsPreferred, uint Element,
    uint Array, string Input, string Output, string Receive, string Send, char Alignment, char Storage, uint Collation,
    string SqlName);

/// <summary>PostgreSQL's base types, from types.txt.</summary>
internal static class PostgresTypeCatalog
{
    /// <summary>All of them, by number.</summary>
    public static FrozenDictionary<uint, PostgresType> ByOid { get; } = Read().ToFrozenDictionary(t => t.Oid);

    private static readonly FrozenDictionary<string, PostgresType> s_byName = ByOid.Values
        .SelectMany(t => new[] { (Name: t.Name, Type: t), (Name: t.SqlName, Type: t) })
        .DistinctBy(pair => pair.Name)
        .ToFrozenDictionary(pair => pair.Name, pair => pair.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The type of a name, PostgreSQL's own or that of SQL.</summary>
    public static PostgresType? Find(string name)
    {
        string plain = name.StartsWith("pg_catalog.", StringComparison.Ordinal) ? name["pg_catalog.".Length..] : name;
        return s_byName.GetValueOrDefault(plain);
    }

    private static readonly FrozenDictionary<string, uint> s_functions = ByOid.Values
        .SelectMany(t => new[] { t.Input, t.Output, t.Receive, t.Send })
        .Select(f => f.Split(':'))
        .Where(f => f[0] != "0")
        .DistinctBy(f => f[1])
        .ToFrozenDictionary(f => f[1], f => uint.Parse(f[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>The number of a function that reads or writes a type; null for others.</summary>
    public static uint? FindFunction(string name)
    {
        string plain = name.StartsWith("pg_catalog.", StringComparison.Ordinal) ? name["pg_catalog.".Length..] : name;
        return s_functions.TryGetValue(plain, out uint number) ? number : null;
    }

    /// <summary>The name in SQL with its modifier: <c>numeric(10,2)</c>.</summary>
    public static string? NameOf(uint oid, int modifier)
    {
        if (!ByOid.TryGetValue(oid, out PostgresType? type)) return null;
        const int Header = 4;
        if (modifier < Header) return type.SqlName;
        int size = modifier - Header;
        return type.Name switch
        {
            "numeric" => string.Create(CultureInfo.InvariantCulture, $"numeric({size >> 16},{size & 0xFFFF})"),
            "varchar" => string.Create(CultureInfo.InvariantCulture, $"character varying({size})"),
            "bpchar" => string.Create(CultureInfo.InvariantCulture, $"character({size})"),
            _ => type.SqlName,
        };
    }

    /// <summary>The number in <c>number:name</c>, as functions are written in types.txt.</summary>
    public static uint NumberOf(string function) =>
        uint.Parse(function.AsSpan(0, function.IndexOf(':', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    private static IEnumerable<PostgresType> Read()
    {
        foreach (string line in SystemText.Read("types.txt").Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] w = line.Split(' ', 17);
            yield return new PostgresType(
                Number(w[0]), w[1], int.Parse(w[2], CultureInfo.InvariantCulture), w[3] == "t", w[4][0], w[5][0],
                w[6] == "t", Number(w[7]), Number(w[8]), w[9], w[10], w[11], w[12], w[13][0], w[14][0], Number(w[15]),
                w[16]);
        }
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
