using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Store;

namespace ColFrag.Coordinator.Planning;

/// <summary>A table in a stage: its rows are scanned, or fetched by their numbers, where its segments are.</summary>
/// <param name="Table">Name of the table, for people.</param>
/// <param name="Snapshot">The segments.</param>
/// <param name="Columns">The columns that are read.</param>
internal sealed record StageRead(string Table, TableSnapshot Snapshot, ImmutableArray<TableColumn> Columns)
{
    /// <summary>True where all of a hash range is read by one task.</summary>
    public bool KeepsRanges { get; init; }

    /// <summary>What a node reads of a table; null for one that reads none.</summary>
    public static StageRead? Of(PhysicalNode node) => node switch
    {
        TableScanNode scan => new StageRead(scan.Name, scan.Snapshot, [.. ScanGroups.ColumnsOf(scan)])
        {
            KeepsRanges = scan.KeepsRanges,
        },
        FetchNode fetch => new StageRead(
            fetch.Name, fetch.Snapshot, [.. fetch.Fetched.Map(c => fetch.Snapshot.Definition.Columns[c])]),
        _ => null,
    };
}
