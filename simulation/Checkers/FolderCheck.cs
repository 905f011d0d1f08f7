using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Simulation.Cluster;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Checkers;

/// <summary>
/// Reads the folders of a cluster again with the shipped verification, from the catalog down to every value, and a
/// backup of it, which is a database by itself.
/// </summary>
internal sealed class FolderCheck(SimulatedCluster cluster, DiskInventory disks)
{
    /// <summary>True when a backup was made, and reads well.</summary>
    public bool IsBackedUp { get; private set; }

    /// <summary>What is not as it was written, though no fault flipped a bit there; null when there is none.</summary>
    public string? FindDamage()
    {
        foreach (SimulatedNode node in cluster.Nodes)
        {
            foreach (Damage damage in Verify(node.Disk.Files).Damages)
            {
                bool isKnown = disks.Damaged.Any(d => d.Node == node.Name && damage.File.Contains(
                    CatalogKeys.Hex(d.Segment), StringComparison.OrdinalIgnoreCase));
                if (!isKnown) return $"{node.Name}: {damage}";
            }
        }
        return null;
    }

    /// <summary>Has the coordinator make a backup, again and again until it can.</summary>
    public void StartBackup()
    {
        Incarnation life = cluster.Coordinator.Life!;
        SimulatedClock clock = new(life);
        life.Start(async () =>
        {
            while (!await TryBackUpAsync()) await clock.Delay(TimeSpan.FromSeconds(1));
            IsBackedUp = true;
        });
    }

    private async Task<bool> TryBackUpAsync()
    {
        if (cluster.Coordinator.Host is not { } host) return false;
        MemoryFileSystem target = new(tracksCrashes: false);
        try
        {
            await host.Store.BackUpAsync(target);
        }
        catch (ColFragException error) when (error is ClusterException or StorageException)
        {
            return false;
        }
        VerificationResult result = Verify(target);
        if (!result.Damages.IsEmpty) cluster.World.Fail("a backup is damaged", $"{result.Damages[0]}");
        return true;
    }

    private static VerificationResult Verify(MemoryFileSystem files) =>
        new FolderVerification(files, MemoryBroker.Unlimited).Run();
}
