using System.Text.RegularExpressions;

namespace ColFrag.Clients.Tests.Support;

/// <summary>Numbers of objects (oids), which every server gives as it likes, as names, which are equal.</summary>
static partial class CatalogNumbers
{
    /// <summary>Asks a server for its numbers and what they are, a pair in each row.</summary>
    public const string Query =
        """
        SELECT oid, 'class ' || relname FROM pg_class UNION ALL SELECT oid, 'schema ' || nspname FROM pg_namespace
        UNION ALL SELECT oid, 'constraint ' || conname FROM pg_constraint
        UNION ALL SELECT oid, 'database' FROM pg_database
        UNION ALL SELECT oid, 'type ' || typname FROM pg_type UNION ALL SELECT oid, 'role ' || rolname FROM pg_roles
        UNION ALL SELECT oid, 'default ' || adnum FROM pg_attrdef
        """;

    /// <summary>A text with names in place of the numbers that are known.</summary>
    public static string Rename(string text, IReadOnlyDictionary<string, string> names) =>
        Number().Replace(text, m => names.GetValueOrDefault(m.Value, m.Value));

    [GeneratedRegex(@"\b\d{3,}\b")]
    private static partial Regex Number();
}
