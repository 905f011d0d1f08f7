using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Simulation.Checkers;
using ColFrag.Simulation.Cluster;
using ColFrag.Simulation.Faults;
using ColFrag.Simulation.Workloads;

namespace ColFrag.Simulation.Runs;

/// <summary>
/// One seed: a cluster is started, clients work while things go wrong, everything is healed, and then all that was
/// acknowledged must be there, whole and on enough disks, and nothing else.
/// </summary>
internal sealed class SimulationRun
{
    /// <summary>Virtual time after which a healed cluster must have got everything in order.</summary>
    private static readonly TimeSpan s_healing = TimeSpan.FromMinutes(10);

    /// <summary>Virtual time after which versions that a restarted cluster still kept have ended.</summary>
    private static readonly TimeSpan s_retention = TimeSpan.FromSeconds(30);

    /// <summary>More steps than any run needs: who takes more goes round in circles.</summary>
    private const long MaxSteps = 20_000_000;

    private readonly SimulationOptions _options;
    private readonly SimulatedCluster _cluster;
    private readonly BatchesWorkload _batches;
    private readonly BankWorkload _bank = new();
    private readonly DiskInventory _disks;
    private readonly Mischief? _mischief;
    private Nemesis? _nemesis;
    private readonly IWorkload[] _workloads;
    private readonly World _world;
    private readonly ulong _seed;
    private int _busyClients;

    private SimulationRun(ulong seed, SimulationOptions options)
    {
        _seed = seed;
        _options = options;
        _world = new World(seed, options.KeptLines);
        ClusterShape shape = ClusterShape.Choose(_world.Random.Fork(4));
        // An eleventh of the seeds part the columns of their tables; the others stay as they were.
        if (options.IsSpread || (options.HasMore && seed % 11 == 10))
            shape = shape.Spread(new SeededRandom(seed ^ 0x5EED));
        if (options.IsProvoked) shape = shape.Impatient(new SeededRandom(seed ^ 0x1A7));
        _cluster = new SimulatedCluster(_world, options.IsHurried ? shape.Hurried() : shape);
        _disks = new DiskInventory(_cluster);
        if (options.Mutant is { } mutant)
        {
            foreach (SimulatedNode node in _cluster.Nodes) node.Disk.Omits = mutant.Omits;
        }
        // Half of the seeds: those who wait for each other do less besides.
        // A third of the seeds have more to do; the others, and what they have found, stay as they were.
        SeededRandom choice = new(~seed);
        bool hasBesides = options.IsWide || (options.HasMore && seed % 3 == 0);
        IWorkload[] besides = hasBesides ? [new RivalsWorkload(), new PatientWorkload()] : [];
        if (options.IsWide) besides = [.. besides, new KeysWorkload(), new VarietyWorkload()];
        if (options.IsWide || options.IsProvoked) besides = [.. besides, new ThinningWorkload()];
        // A seventh of the seeds load files that workers read; the others stay as they were.
        _batches = new BatchesWorkload(options.HasMore && seed % 7 == 5);
        // Of these half have files that only the coordinator sees.
        if (seed % 14 == 5) _cluster.HideFiles();
        _workloads = [_batches, _bank, new DefinitionsWorkload(), .. besides];
        // On slow disks what is on its way to them meets what came later.
        bool isSlow = besides.Length > 0 && choice.OneIn(2);
        foreach (SimulatedNode node in isSlow ? _cluster.Nodes : [])
            node.Disk.LongestFlush = TimeSpan.FromMilliseconds(60);
        if (options.IsHurried) _cluster.Coordinator.Disk.LongestFlush = TimeSpan.FromMilliseconds(40);
        if (options.IsProvoked) _mischief = new Mischief(_world, new SeededRandom(seed ^ 0xB0661F1)) { IsOver = true };
        _cluster.IsCalm = !options.HasFaults || (besides.Length > 0 && choice.OneIn(8));
    }

    /// <summary>Runs a seed to its end.</summary>
    public static SimulationReport Run(ulong seed, SimulationOptions? options = null)
    {
        options ??= new SimulationOptions();
        // One thread does everything of a run: nobody else misses what is left out here.
        using IDisposable omission = Safeguards.Omit(options.Mutant?.Safeguard ?? Safeguard.None);
        SimulationRun run = new(seed, options);
        using IDisposable mischief = Buggify.With(run._mischief);
        run.RunPhases();
        return run.Report();
    }

    private void RunPhases()
    {
        // Half of the wide runs begin as a folder without workers, and grow.
        bool grows = _options.IsWide && _seed % 2 == 0;
        if (grows) _cluster.Coordinator.Start();
        else _cluster.StartAll();
        if (!Until(
            () => grows ? _cluster.Coordinator.Host is not null : _cluster.IsWhole, TimeSpan.FromMinutes(1),
            "the cluster does not start")) return;
        int clientCount = _options.ClientCount + (_options.IsProvoked ? 2 : 0);
        SimulatedClient[] clients =
            [.. Enumerable.Range(1, clientCount).Select(i => _cluster.AddClient($"client{i}"))];
        if (!Await(clients[0], () => PrepareAsync(clients[0]), "tables cannot be made")) return;
        if (grows)
        {
            TimeSpan alone = new SeededRandom(_seed ^ 0x6120).Between(TimeSpan.Zero, _options.Duration / 3);
            _world.At(alone, null, _cluster.StartAll);
        }
        TimeSpan end = _world.Now + _options.Duration;
        _busyClients = clients.Length;
        foreach (SimulatedClient client in clients) client.Start(() => WorkAsync(client, end));
        _nemesis = new Nemesis(_cluster, _disks, [.. clients.Select(c => c.Name)]);
        if (_mischief is not null)
        {
            _mischief.IsOver = false;
            if (!_cluster.IsCalm) _nemesis.Sharpen(_mischief);
        }
        if (!_cluster.IsCalm) _nemesis.Start();
        if (!Until(() => _world.Now >= end, _options.Duration * 2, "time stands still")) return;
        _cluster.Tell("", "everything heals");
        _nemesis.Stop();
        if (_mischief is not null) _mischief.IsOver = true;
        if (!Until(() => _busyClients == 0, s_healing, "clients wait for ever")) return;
        if (!Until(() => _cluster.IsWhole, s_healing, "a worker does not come back")) return;
        if (!Await(clients[0], () => CheckAsync(clients[0]), "queries are not answered after healing")) return;
        if (!UntilFound(_disks.FindMissingCopy, "copies are missing for ever")) return;
        // Who could not be told to delete something finds out when he registers the next time: also what old versions
        // named until the first time.
        if (!RestartAll()) return;
        if (!Pass(s_retention)) return;
        if (_disks.FindOrphan() is not null && !RestartAll()) return;
        if (!UntilFound(_disks.FindOrphan, "files stay that nobody needs")) return;
        if (!Await(clients[0], () => CheckAsync(clients[0]), "queries are not answered in the end")) return;
        if (_options.IsWide && !CheckFolders()) return;
        _cluster.Tell("", "the end");
    }

    /// <summary>Everything on the disks reads well, and so does a backup that is made of it.</summary>
    private bool CheckFolders()
    {
        FolderCheck check = new(_cluster, _disks);
        if (check.FindDamage() is { } damage) _world.Fail("a folder is damaged that nobody harmed", damage);
        check.StartBackup();
        return Until(() => check.IsBackedUp, s_healing, "no backup can be made");
    }

    private bool RestartAll()
    {
        foreach (SimulatedNode node in _cluster.Nodes)
        {
            node.Kill(losesPower: false);
            node.Start();
        }
        return Until(() => _cluster.IsWhole, s_healing, "a worker does not come back");
    }

    private bool Pass(TimeSpan time)
    {
        TimeSpan end = _world.Now + time;
        return Until(() => _world.Now >= end, time * 2, "time stands still");
    }

    private async Task PrepareAsync(SimulatedClient client)
    {
        foreach (IWorkload workload in _workloads) await workload.PrepareAsync(client);
    }

    private async Task WorkAsync(SimulatedClient client, TimeSpan end)
    {
        while (_world.Now < end && _world.Failure is null)
        {
            await client.Random.Of(_workloads).StepAsync(client);
            await client.Clock.Delay(TimeSpan.FromMilliseconds(client.Random.Next(1_500)));
        }
        await client.CloseAsync();
        _busyClients--;
    }

    private async Task CheckAsync(SimulatedClient client)
    {
        foreach (IWorkload workload in _workloads)
        {
            while (!await workload.CheckAsync(client)) await client.Clock.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private bool Await(SimulatedClient client, Func<Task> work, string otherwise)
    {
        bool isDone = false;
        client.Start(async () =>
        {
            await work();
            isDone = true;
        });
        return Until(() => isDone, s_healing, otherwise);
    }

    /// <summary>Lets time pass until nothing is found any more; looks once a second, since looking is dear.</summary>
    private bool UntilFound(Func<string?> find, string otherwise)
    {
        TimeSpan limit = _world.Now + s_healing;
        while (find() is { } found)
        {
            if (_world.Now > limit) _world.Fail(otherwise, found);
            if (!Pass(TimeSpan.FromSeconds(1))) return false;
        }
        return true;
    }

    /// <summary>Lets time pass until something is so; false when the run has failed.</summary>
    private bool Until(Func<bool> isSo, TimeSpan patience, string otherwise)
    {
        TimeSpan limit = _world.Now + patience;
        while (_world.Failure is null && !isSo())
        {
            if (_world.Now > limit || _world.Trace.StepCount > MaxSteps || !_world.Step())
                _world.Fail("no progress", otherwise);
        }
        return _world.Failure is null;
    }

    private SimulationReport Report() => new(_seed, _world.Trace.Hash, _world.Failure)
    {
        Steps = _world.Trace.StepCount, Time = _world.Now, Frames = _cluster.Network.FrameCount,
        Faults = _nemesis?.Counts ?? [], AcknowledgedTransfers = _bank.AcknowledgedCount,
        AcknowledgedRows = _batches.AcknowledgedRows, AcknowledgedBatches = _batches.AcknowledgedCount,
        UnknownBatches = _batches.UnknownCount, Lines = [.. _world.Trace.Lines],
    };
}
