using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Segments;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Checkers;

/// <summary>What lies on the disks, beside what the catalog says; looked at from outside, whoever runs.</summary>
internal sealed class DiskInventory(SimulatedCluster cluster)
{
    /// <summary>Segments of the newest versions; nothing while no coordinator is open.</summary>
    public IEnumerable<SegmentRecord> Newest => Catalog is not { } catalog ? [] : catalog.TableIds
        .Where(t => catalog.FindHead(t) is { DropTime: null })
        .SelectMany(t => catalog.GetTable(t).Segments.Values)
        .Where(s => s is { IsJournal: false, IsLocal: false });

    /// <summary>Copies that were damaged in silence: nobody finds out before they are read.</summary>
    public HashSet<(string Node, long Segment)> Damaged { get; } = [];

    private CatalogSnapshot? Catalog => cluster.Coordinator.Host?.Store.Tables.Follower.Newest;

    /// <summary>The workers on whose disks a segment lies whole, every file with its hash.</summary>
    public IEnumerable<WorkerNode> HoldersOf(SegmentRecord segment) =>
        cluster.Workers.Where(w => segment.Workers.Contains(w.Id) && Holds(w.Disk.Files, segment));

    /// <summary>
    /// True when all that would be lost with what a worker has of some segments is somewhere else besides: faults that
    /// the promised copies cannot survive prove nothing.
    /// </summary>
    public bool CanLose(WorkerNode worker, Func<SegmentRecord, bool> lost)
    {
        if (Catalog is null) return false;
        return Newest.Where(s => s.Workers.Contains(worker.Id) && lost(s))
            .All(s => HoldersOf(s).Any(w => w != worker));
    }

    /// <summary>What is missing, in words; null when every segment has its copies where the catalog says.</summary>
    public string? FindMissingCopy()
    {
        if (Catalog is not { } catalog) return "no coordinator";
        foreach (long table in catalog.TableIds.Where(t => catalog.FindHead(t) is { DropTime: null }))
        {
            int copies = Math.Min(catalog.GetDefinition(table).Copies, cluster.Workers.Count);
            foreach (SegmentRecord segment in catalog.GetTable(table).Segments.Values)
            {
                if (segment.IsJournal || segment.IsLocal) return $"segment {segment.Key} is not on workers";
                int found = HoldersOf(segment).Count() + CountUnread(segment);
                if (found < copies) return $"segment {segment.Key} has {found} of {copies} copies";
            }
        }
        return null;
    }

    /// <summary>A file that no kept version names; null when there is none.</summary>
    public string? FindOrphan()
    {
        if (Catalog is not { } catalog) return "no coordinator";
        SegmentRecord[] kept = [.. catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t))];
        foreach (WorkerNode worker in cluster.Workers)
        {
            HashSet<long> named = [.. kept.Where(s => s.Workers.Contains(worker.Id)).Select(s => s.Key.Id)];
            if (FindOrphan(worker.Name, worker.Disk.Files, named, kept) is { } orphan) return orphan;
        }
        // The coordinator keeps a copy of every delete vector, in the folders of their segments.
        return FindOrphan("coordinator", cluster.Coordinator.Disk.Files, [.. kept.Select(s => s.Key.Id)], kept);
    }

    private int CountUnread(SegmentRecord segment) => cluster.Workers.Count(w =>
        segment.Workers.Contains(w.Id) && Damaged.Contains((w.Name, segment.Key.Id)) && !Holds(w.Disk.Files, segment) &&
        w.Disk.Files.FolderExists(StorePaths.Segment(segment.FolderTable, segment.Key.Id)));

    private static string? FindOrphan(
        string node, MemoryFileSystem files, HashSet<long> named, IReadOnlyCollection<SegmentRecord> kept)
    {
        HashSet<long> vectors = [.. kept.Select(s => s.DeleteVector?.Id ?? 0)];
        foreach ((_, string tablePath) in StorePaths.List(files, StorePaths.Tables, folders: true))
        {
            foreach ((long segment, string path) in StorePaths.List(files, tablePath, folders: true))
            {
                if (!named.Contains(segment)) return $"{node}: {path} is named by no version";
                foreach (FileEntry entry in files.List(path))
                {
                    if (entry.Name.EndsWith(TempFile.Suffix, StringComparison.Ordinal))
                        return $"{node}: {path}/{entry.Name} was left half written";
                    if (StorePaths.ReadVectorId(entry.Name) is { } vector && !vectors.Contains(vector))
                        return $"{node}: {path}/{entry.Name} is named by no version";
                }
            }
        }
        return null;
    }

    private static bool Holds(IFileSystem files, SegmentRecord segment)
    {
        SegmentFetcher verifier = new(files);
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        return segment.Groups.All(
            g => verifier.TryVerify(folder, new GroupHash(g.Group, g.ManifestHash)) is not null);
    }
}
