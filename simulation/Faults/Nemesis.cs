using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Simulation.Checkers;
using ColFrag.Simulation.Cluster;

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
    private readonly (int Weight, Func<bool> Act)[] _faults;
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
        int chosen = _random.Next(_faults.Sum(f => f.Weight));
        foreach ((int weight, Func<bool> act) in _faults)
        {
            chosen -= weight;
            if (chosen >= 0) continue;
            act();
            break;
        }
        _world.At(_random.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)), null, Act);
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
        SegmentRecord segment = _random.Of(segments);
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
        WorkerNode worker = _random.Of(_cluster.Workers);
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
