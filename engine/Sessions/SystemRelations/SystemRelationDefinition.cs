using ColFrag.Engine.Formats;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>Makes the rows of a relation.</summary>
internal delegate IEnumerable<SystemRow> SystemRows(SystemColumns columns, SystemObjects objects);

/// <summary>A relation that the system makes: its place, its columns, and how its rows are found.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Name">The name.</param>
/// <param name="Oid">Its number.</param>
/// <param name="Kind">PostgreSQL's letter: r for a table, v for a view.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Finds its rows; null for one that is always empty.</param>
internal sealed record SystemRelationDefinition(
    string Schema, string Name, uint Oid, char Kind, SystemColumns Columns, SystemRows? Rows)
{
    /// <summary>The relation as a source; rows are found when it is read.</summary>
    public ITableSource Open(SystemObjects objects) => new ValueSource(
        Columns.Schema, () => Rows is null ? [] : Rows(Columns, objects).Select(row => row.Values));
}
