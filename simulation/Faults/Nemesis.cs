using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Simulation.Checkers;
using ColFrag.Simulation.Cluster;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Faults;

/// <summary>
/// Makes things go wrong, one after the other and often several at once, and right again after a while. It takes no
/// more from the cluster than the promised copies can bear: with all copies of something gone nothing would be proved.
/// </summary>
internal sealed class Nemesis
{
    private readonly SimulatedCluster _cluster;
    private readonly SeededRandom _random;
    private readonly World _world;
    private readonly DiskInventory _disks;
    private (int Weight, Func<bool> Act)[] _faults;
    private (int Weight, Func<bool> Act)[] _strikes = [];
    private readonly IReadOnlyList<string> _clients;
    private readonly HashSet<SimulatedNode> _failing = [];
    private bool _isOver;

    /// <summary>Prepares it; nothing happens before <see cref="Start"/>.</summary>
    public Nemesis(SimulatedCluster cluster, DiskInventory disks, IReadOnlyList<string> clients)
    {
        _cluster = cluster;
        _world = cluster.World;
        _random = cluster.World.Random.Fork(5);
        _disks = disks;
        _clients = clients;
        _faults =
        [
            (6, () => Kill(_random.Of(cluster.Workers))),
            (4, () => Kill(cluster.Coordinator)),
            (4, Pause),
            (4, Cut),
            (4, cluster.Network.BreakOne),
            (2, FailDisk),
            (2, SlowDown),
            (3, Corrupt),
            (2, Wipe),
        ];
    }

    /// <summary>
    /// Adds rarer faults, which aim: at flushes, at all copies but one, at single connections; and has some strike
    /// while a process stands still between a look and what relies on it.
    /// </summary>
    public void Sharpen(Mischief mischief)
    {
        (int Weight, Func<bool> Act)[] aimed =
        [
            (4, AmbushFlush), (4, TakeAllButOne), (4, LoseFiles), (4, () => Stall(null)), (4, Flap),
        ];
        _faults = Swarm([.. _faults, .. aimed]);
        _strikes = Swarm(
        [
            .. aimed, (3, Corrupt), (3, Wipe), (2, () => Kill(_random.Of(_cluster.Workers))), (2, Cut),
            (1, () => Kill(_cluster.Coordinator)),
        ]);
        mischief.Paused = (life, time) =>
        {
            if (_isOver || !_random.OneIn(2)) return;
            // What it is about to say may be what comes too late, and what it has looked at what has changed.
            if (_random.OneIn(2)) Later(0, time.TotalSeconds, () => Stall(life));
            if (life == _cluster.Coordinator.Life && _random.OneIn(2))
                Later(0, time.TotalSeconds, () => TakeAllButOne());
            for (int strikes = _random.Of([1, 1, 2, 4]); strikes > 0; strikes--)
                Later(0, time.TotalSeconds, () => Do(_strikes));
        };
    }

    /// <summary>
    /// Half of the kinds, others in every run: where all happen all the time, what takes a while without some of them
    /// never does (swarm testing, Groce et al., ISSTA 2012).
    /// </summary>
    private (int Weight, Func<bool> Act)[] Swarm((int Weight, Func<bool> Act)[] all)
    {
        (int, Func<bool>)[] chosen = [.. all.Where(_ => _random.OneIn(2))];
        return chosen.Length > 0 ? chosen : all;
    }

    /// <summary>How often each fault was made.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Faults so far.</summary>
    public int Count => Counts.Values.Sum();

    /// <summary>Begins.</summary>
    public void Start() => _world.At(_random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(1)), null, Act);

    /// <summary>Ends, and makes everything right at once.</summary>
    public void Stop()
    {
        _isOver = true;
        _cluster.Network.HealAll();
        _cluster.Network.LongestDelay = TimeSpan.FromMilliseconds(2);
        foreach (SimulatedNode node in _cluster.Nodes)
        {
            node.Disk.FailWith(null);
            node.Disk.LongestFlush = TimeSpan.FromMilliseconds(3);
            if (_failing.Contains(node)) node.Kill(losesPower: false);
            node.Start();
        }
    }

    private void Act()
    {
        if (_isOver) return;
        Do(_faults);
        _world.At(_random.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)), null, Act);
    }

    private void Do((int Weight, Func<bool> Act)[] faults)
    {
        int chosen = _random.Next(faults.Sum(f => f.Weight));
        foreach ((int weight, Func<bool> act) in faults)
        {
            chosen -= weight;
            if (chosen >= 0) continue;
            act();
            break;
        }
    }

    private bool Kill(SimulatedNode node)
    {
        if (!node.IsRunning) return false;
        bool losesPower = _random.OneIn(2);
        Note(losesPower ? "power cut" : "kill");
        node.Kill(losesPower);
        Later(0.05, 4, node.Start);
        return true;
    }

    private bool Pause()
    {
        SimulatedNode node = _random.Of([.. _cluster.Nodes]);
        if (!node.IsRunning) return false;
        Note("pause");
        _cluster.Tell(node.Name, "stands still");
        node.Life!.PauseUntil(
            _world.Now + _random.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(6)));
        return true;
    }

    private bool Cut()
    {
        string[] names = [.. _cluster.Nodes.Select(n => n.Name), .. _clients];
        string from = _random.Of(names), to = _random.Of(names);
        if (from == to) return false;
        bool bothWays = _random.OneIn(2);
        Note(bothWays ? "cut" : "one-way cut");
        _cluster.Tell("", $"the network is cut: {from} {(bothWays ? "<->" : "->")} {to}");
        _cluster.Network.Cut(from, to);
        if (bothWays) _cluster.Network.Cut(to, from);
        Later(0.2, _random.OneIn(4) ? 30 : 5, () =>
        {
            _cluster.Network.Heal(from, to);
            _cluster.Network.Heal(to, from);
        });
        return true;
    }

    /// <summary>A disk that fails now and then; its process is started anew afterwards, as an operator would.</summary>
    private bool FailDisk()
    {
        SimulatedNode node = _random.Of([.. _cluster.Nodes]);
        FileFault fault = _random.OneIn(2) ? FileFault.Failure : FileFault.DiskFull;
        Note(fault == FileFault.Failure ? "disk error" : "disk full");
        _cluster.Tell(node.Name, $"its disk begins to fail: {fault}");
        int oneIn = _random.Of([3, 20]);
        node.Disk.FailWith(call =>
            IsWrite(call.Action, fault) && _random.OneIn(oneIn) ? fault : FileFault.None);
        _failing.Add(node);
        Later(0.2, 2, () =>
        {
            _failing.Remove(node);
            node.Disk.FailWith(null);
            node.Kill(losesPower: false);
            node.Start();
        });
        return true;
    }

    private bool SlowDown()
    {
        Note("slow");
        _cluster.Network.LongestDelay = TimeSpan.FromMilliseconds(_random.Of([1, 10, 100]));
        foreach (SimulatedNode node in _cluster.Nodes)
            node.Disk.LongestFlush = TimeSpan.FromMilliseconds(_random.Of([1, 3, 60]));
        return true;
    }

    /// <summary>Flips a bit in a file of a segment that lies whole on another disk too.</summary>
    private bool Corrupt()
    {
        WorkerNode worker = _random.Of(_cluster.Workers);
        SegmentRecord[] segments = [.. _disks.Newest.Where(s => s.Workers.Contains(worker.Id))];
        if (segments.Length == 0) return false;
        return TryCorrupt(worker, _random.Of(segments));
    }

    private bool TryCorrupt(WorkerNode worker, SegmentRecord segment)
    {
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        FileEntry[] files = [.. worker.Disk.Files.List(folder).Where(f => f is { IsFolder: false, Length: > 0 })];
        if (files.Length == 0 || !_disks.CanLose(worker, s => s.Key.Id == segment.Key.Id)) return false;
        FileEntry file = _random.Of(files);
        Note("bit flip");
        _cluster.Tell(worker.Name, $"a bit flips in {folder}/{file.Name}");
        _disks.Damaged.Add((worker.Name, segment.Key.Id));
        worker.Disk.Corrupt(FilePath.Combine(folder, file.Name), file.Length);
        return true;
    }

    /// <summary>A disk is replaced by an empty one, where nothing is only on it.</summary>
    private bool Wipe()
    {
        return TryWipe(_random.Of(_cluster.Workers));
    }

    private bool TryWipe(WorkerNode worker)
    {
        // Who was promised a second copy a moment ago may count on it: only what all others have can go.
        bool others = _cluster.Workers.All(w => w == worker || w.IsRunning);
        if (!others || !_disks.CanLose(worker, _ => true)) return false;
        Note("wipe");
        _cluster.Tell(worker.Name, "its disk is replaced by an empty one");
        worker.Kill(losesPower: true);
        worker.Disk.Wipe();
        Later(0.05, 4, worker.Start);
        return true;
    }

    /// <summary>
    /// A machine loses its power while something is being flushed; sometimes once more while its next process starts.
    /// </summary>
    private bool AmbushFlush()
    {
        SimulatedNode node = _random.Of([.. _cluster.Nodes]);
        if (!node.IsRunning) return false;
        Ambush(node, _random.Next(12), mayRepeat: true);
        return true;
    }

    private void Ambush(SimulatedNode node, int after, bool mayRepeat) => node.Disk.Ambush(after, () =>
    {
        if (_isOver || !node.IsRunning) return;
        Note("power cut in a flush");
        node.Kill(losesPower: true);
        Later(0.05, 1, node.Start);
        if (mayRepeat && _random.OneIn(2)) Ambush(node, _random.Next(6), mayRepeat: false);
    });

    /// <summary>
    /// Damages or empties all disks but one that have a segment, for some segments, which is as much as may happen. Of
    /// those that have more copies than usual some are about to go.
    /// </summary>
    private bool TakeAllButOne()
    {
        SegmentRecord[] segments =
            [.. _disks.Newest.OrderByDescending(s => s.Workers.Count()).Take(2 + _random.Next(4))];
        bool any = false;
        foreach (SegmentRecord segment in segments)
        {
            WorkerNode[] holders = [.. _cluster.Workers.Where(w => segment.Workers.Contains(w.Id))];
            if (holders.Length < 2) continue;
            WorkerNode spared = _random.Of(holders);
            foreach (WorkerNode holder in holders.Where(h => h != spared))
                any |= _random.OneIn(6) ? TryWipe(holder) : TryCorrupt(holder, segment);
        }
        return any;
    }

    /// <summary>A worker that comes and goes: its copies are made elsewhere, too many, and missing again.</summary>
    private bool Flap()
    {
        WorkerNode worker = _random.Of(_cluster.Workers);
        if (!worker.IsRunning) return false;
        Note("flapping");
        double at = 0;
        for (int times = 2 + _random.Next(3); times > 0; times--)
        {
            double down = 0.2 + (_random.Next(2_000) / 1e3), up = 0.5 + (_random.Next(3_000) / 1e3);
            Later(at, at + 0.1, () => worker.Kill(losesPower: false));
            Later(at + down, at + down + 0.1, worker.Start);
            at += down + up;
        }
        return true;
    }

    /// <summary>A power cut after which a segment's folder is not found again on its disk.</summary>
    private bool LoseFiles()
    {
        WorkerNode worker = _random.Of(_cluster.Workers);
        SegmentRecord[] segments = [.. _disks.Newest.Where(s => s.Workers.Contains(worker.Id))];
        if (segments.Length == 0) return false;
        SegmentRecord segment = _random.Of(segments);
        if (!worker.IsRunning || !_disks.CanLose(worker, s => s.Key.Id == segment.Key.Id)) return false;
        Note("lost files");
        worker.Kill(losesPower: true);
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        _cluster.Tell(worker.Name, $"{folder} is lost");
        worker.Disk.Lose(folder);
        Later(0.05, 4, worker.Start);
        return true;
    }

    private bool Stall(Incarnation? sender)
    {
        TimeSpan time = _random.Between(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(12));
        if (!_cluster.Network.Stall(time, sender)) return false;
        Note("stall");
        return true;
    }

    private void Later(double least, double most, Action action) => _world.At(
        _random.Between(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most)), null, () =>
        {
            if (!_isOver) action();
        });

    private void Note(string fault) => Counts[fault] = Counts.GetValueOrDefault(fault) + 1;

    private static bool IsWrite(FileAction action, FileFault fault) => action switch
    {
        FileAction.Create or FileAction.Append or FileAction.CreateFolder => true,
        FileAction.Flush or FileAction.FlushFolder or FileAction.Rename => fault == FileFault.Failure,
        _ => false,
    };
}
