using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>Whether whole hash ranges can be read in one place.</summary>
internal static class RangeHolders
{
    /// <summary>True where of every range some worker has all that the scans below some nodes read of it.</summary>
    public static bool HaveAll(params ReadOnlySpan<PhysicalNode> nodes)
    {
        Dictionary<ulong, HashSet<long>> holders = [];
        foreach (PhysicalNode node in nodes)
        {
            foreach (SnapshotSegment segment in ScansOf(node).SelectMany(s => s.Snapshot.Segments))
            {
                ulong range = segment.Table.State.RangeOf(segment.Record).Range.First;
                foreach (Catalog.GroupRecord group in segment.Record.Groups)
                {
                    if (holders.TryGetValue(range, out HashSet<long>? some)) some.IntersectWith(group.Workers);
                    else holders.Add(range, [.. group.Workers]);
                }
            }
        }
        return holders.Values.All(h => h.Count > 0);
    }

    private static IEnumerable<TableScanNode> ScansOf(PhysicalNode node) => node switch
    {
        TableScanNode scan => [scan],
        ExchangeNode => [],
        _ => node.Inputs.SelectMany(ScansOf),
    };
}
