using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Segments;

namespace ColFrag.Coordinator.Loading;

/// <summary>The workers that a new segment goes to, each as it was when the write began.</summary>
/// <param name="Workers">All of them; the first one encodes.</param>
/// <param name="Parts">Which column groups go to which of them, each group once.</param>
internal sealed record PlacedSegment(
    ImmutableArray<KnownWorker> Workers,
    ImmutableArray<(ImmutableArray<int> Groups, ImmutableArray<long> Workers)> Parts)
{
    /// <summary>Ids of all workers.</summary>
    public IEnumerable<long> Ids => Workers.Select(w => w.Id);

    /// <summary>Looks up the workers that were chosen for each column group.</summary>
    /// <exception cref="ClusterException">One is gone.</exception>
    public static PlacedSegment Of(ImmutableArray<HomeRecord> homes, WorkerList workers)
    {
        List<(ImmutableArray<int> Groups, ImmutableArray<long> Workers)> parts = [];
        foreach (HomeRecord home in homes)
        {
            int same = parts.FindIndex(p => p.Workers.AsSpan().SequenceEqual(home.Workers.AsSpan()));
            if (same < 0) parts.Add(([home.Group], home.Workers));
            else parts[same] = (parts[same].Groups.Add(home.Group), home.Workers);
        }
        return new PlacedSegment(
            [
                .. homes.SelectMany(h => h.Workers).Distinct().Select(id => workers.Find(id) ??
                    throw new ClusterException(
                        $"Worker {CatalogKeys.Hex(id)} is gone", hint: "Run the statement again.")),
            ],
            [.. parts]);
    }

    /// <summary>The same for who writes it.</summary>
    public SegmentTargets ToTargets() => new(
        [.. Workers.Select(w => w.Address)],
        Parts.Length == 1 ? [] : [.. Parts.Select(p => new PartTargets(p.Groups, p.Workers))]);
}
