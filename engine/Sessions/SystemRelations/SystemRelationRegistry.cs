using System.Globalization;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>
/// Every relation that the system makes. The columns of PostgreSQL's stand in relations.txt, and who makes rows of one
/// has a line in its family's list; ColFrag's own are the lines of <see cref="OwnRelations"/>.
/// </summary>
internal static class SystemRelationRegistry
{
    /// <summary>PostgreSQL's catalog.</summary>
    public const string PgCatalog = "pg_catalog";

    /// <summary>The catalog of the SQL standard.</summary>
    public const string Information = "information_schema";

    /// <summary>What only ColFrag has.</summary>
    public const string Own = "colfrag";

    private static readonly Dictionary<string, SystemRows> s_rows = new(
    [
        .. ClassRelations.All, .. ConstraintRelations.All, .. SequenceRelations.All, .. TypeRelations.All,
        .. ServerRelations.All,
        .. InformationRelations.All,
    ]);

    private static readonly SystemRelationDefinition[] s_all =
        [.. ReadDefinitions(), .. OwnRelations.All, .. DuckDbRelations.All];

    private static readonly Dictionary<string, SystemRelationDefinition> s_byName =
        s_all.ToDictionary(r => $"{r.Schema}.{r.Name}", StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SystemRelationDefinition> All => s_all;

    /// <summary>Their schemas.</summary>
    public static IReadOnlyList<string> Schemas { get; } = [PgCatalog, Information, Own];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => s_all.Select(r => r.Name);

    /// <summary>The relation of that name; those of pg_catalog and of ColFrag need no schema.</summary>
    public static SystemRelationDefinition? Find(string? schema, string name) => schema is null
        ? Find(PgCatalog, name) ?? Find(Own, name)
        : s_byName.GetValueOrDefault($"{schema}.{name}");

    // A relation is a line and the indented ones that follow: schema.name number kind (column type, ...)
    private static IEnumerable<SystemRelationDefinition> ReadDefinitions()
    {
        string text = SystemText.Read("relations.txt");
        foreach (string entry in text.Replace("\n  ", " ", StringComparison.Ordinal).Split('\n'))
        {
            if (entry.Length == 0 || entry[0] == '#') continue;
            int open = entry.IndexOf('(', StringComparison.Ordinal);
            string[] words = entry[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] name = words[0].Split('.');
            yield return new SystemRelationDefinition(
                name[0], name[1], uint.Parse(words[1], CultureInfo.InvariantCulture), words[2][0],
                new SystemColumns(entry[(open + 1)..^1]), s_rows.GetValueOrDefault(words[0]));
        }
    }
}
