using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>How a new table is cut that does not say it itself.</summary>
/// <param name="Ranges">Its hash ranges.</param>
/// <param name="Groups">Its column groups; columns are dealt out in turn.</param>
/// <param name="Placement">Which groups lie on the same workers.</param>
internal sealed record TableCut(int Ranges, int Groups, GroupPlacement Placement)
{
    /// <summary>A definition with what it leaves open.</summary>
    public TableDefinition ApplyTo(TableDefinition table)
    {
        if (Groups < 2 || table.Groups.Length > 1 || table.Options.ContainsKey(TableDefinition.PlacementOption))
            return table;
        return table with
        {
            Columns = [.. table.Columns.Select((c, i) => c with { Group = i % Groups })],
            Options = table.Options.Add(TableDefinition.PlacementOption, Placement.ToString().ToLowerInvariant()),
        };
    }
}
