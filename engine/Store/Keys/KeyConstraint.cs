using System.Collections.Immutable;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store.Keys;

/// <summary>A PRIMARY KEY or UNIQUE of a table.</summary>
internal sealed record KeyConstraint(string Kind, ImmutableArray<TableColumn> Columns)
{
    /// <summary>All keys of a table, the primary one first.</summary>
    public static IEnumerable<KeyConstraint> Of(TableDefinition definition)
    {
        if (!definition.PrimaryKey.IsEmpty) yield return Make("PRIMARY KEY", definition, definition.PrimaryKey);
        foreach (ImmutableArray<int> unique in definition.UniqueKeys) yield return Make("UNIQUE", definition, unique);
    }

    /// <summary>True when a table has any.</summary>
    public static bool Exists(TableDefinition definition) =>
        !definition.PrimaryKey.IsEmpty || !definition.UniqueKeys.IsEmpty;

    /// <summary>Ids of the columns.</summary>
    public string ColumnIds { get; } = string.Join('-', Columns.Select(c => c.Id));

    /// <summary>True when a key is a number of at most 64 bits.</summary>
    public bool IsNumber => Columns.Length == 1 && KeyNumbers.IsNumber(Columns[0].Type);

    public override string ToString() => $"{Kind} ({string.Join(", ", Columns.Select(c => c.Name))})";

    private static KeyConstraint Make(string kind, TableDefinition definition, ImmutableArray<int> ids) =>
        new(kind, [.. ids.Select(id => definition.Columns[definition.IndexOf(id)])]);
}
