using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Storage;
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

    /// <summary>The workers on whose disks a column group of a segment lies whole, every file with its hash.</summary>
    public IEnumerable<WorkerNode> HoldersOf(SegmentRecord segment, GroupRecord group) =>
        cluster.Workers.Where(w => group.Workers.Contains(w.Id) && Holds(w.Disk.Files, segment, group));

    /// <summary>
    /// True when all that would be lost with what a worker has of some segments is somewhere else besides: faults that
    /// the promised copies cannot survive prove nothing.
    /// </summary>
    public bool CanLose(WorkerNode worker, Func<SegmentRecord, bool> lost)
    {
        if (Catalog is null) return false;
        return Newest.Where(s => s.Workers.Contains(worker.Id) && lost(s))
            .All(s => s.Groups.Where(g => g.Workers.Contains(worker.Id))
                .All(g => HoldersOf(s, g).Any(w => w != worker)));
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
                foreach (GroupRecord group in segment.Groups)
                {
                    int found = HoldersOf(segment, group).Count(w => HasVector(w.Disk.Files, segment)) +
                        CountUnread(segment, group);
                    if (found >= copies) continue;
                    return $"segment {segment.Key} group {group.Group} has {found} of {copies} copies" +
                        " with their delete vectors";
                }
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
            ILookup<long, int> groups = kept.SelectMany(s => s.Groups
                .Where(g => g.Workers.Contains(worker.Id)).Select(g => (Segment: s.Key.Id, g.Group)))
                .Distinct().ToLookup(g => g.Segment, g => g.Group);
            HashSet<long> named = [.. groups.Select(g => g.Key)];
            if (FindOrphan(worker.Name, worker.Disk.Files, named, kept) is { } orphan) return orphan;
            if (FindStrange(worker, groups) is { } strange) return strange;
        }
        // The coordinator keeps a copy of every delete vector, in the folders of their segments.
        return FindOrphan("coordinator", cluster.Coordinator.Disk.Files, [.. kept.Select(s => s.Key.Id)], kept);
    }

    private int CountUnread(SegmentRecord segment, GroupRecord group) => cluster.Workers.Count(w =>
        group.Workers.Contains(w.Id) && Damaged.Contains((w.Name, segment.Key.Id)) &&
        !(Holds(w.Disk.Files, segment, group) && HasVector(w.Disk.Files, segment)) &&
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

    /// <summary>A file of a column group that no kept version names on the worker; null when there is none.</summary>
    private static string? FindStrange(WorkerNode worker, ILookup<long, int> groups)
    {
        MemoryFileSystem files = worker.Disk.Files;
        foreach ((_, string tablePath) in StorePaths.List(files, StorePaths.Tables, folders: true))
        {
            foreach ((long segment, string path) in StorePaths.List(files, tablePath, folders: true))
            {
                HashSet<string> known = [];
                try
                {
                    foreach (int group in groups[segment])
                    {
                        string manifest = FilePath.Combine(path, SegmentFormat.ManifestName(group));
                        known.Add(SegmentFormat.ManifestName(group));
                        byte[] bytes = files.ReadAll(manifest, SegmentFormat.MaxManifestBytes);
                        known.UnionWith(Manifest.Read(bytes, manifest).Files.Select(f => f.Name));
                    }
                }
                catch (ColFragException)
                {
                    // Damaged or missing, and not found out yet: nobody can say whose the other files are.
                    continue;
                }
                FileEntry strange = files.List(path).FirstOrDefault(
                    e => StorePaths.ReadVectorId(e.Name) is null && !known.Contains(e.Name));
                if (strange.Name is not null)
                    return $"{worker.Name}: {path}/{strange.Name} is of no column group that is named there";
            }
        }
        return null;
    }

    /// <summary>True where the delete vector that the record names lies whole beside a copy, or there is none.</summary>
    private static bool HasVector(MemoryFileSystem files, SegmentRecord segment)
    {
        if (segment.DeleteVector is not { Journal: null } vector) return true;
        string path = StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, vector.Id);
        return files.FileExists(path) && XxHash128.Hash(files.ReadAll(path, (int)vector.Bytes)) == vector.Hash;
    }

    private static bool Holds(IFileSystem files, SegmentRecord segment, GroupRecord group) =>
        new SegmentFetcher(files).TryVerify(
            StorePaths.Segment(segment.FolderTable, segment.Key.Id),
            new GroupHash(group.Group, group.ManifestHash)) is not null;
}
