using ColFrag.Engine.Files;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Disk;

/// <summary>
/// A node's disk, which outlives its processes. What was not flushed when a life ends is lost, torn, or there after
/// all, as the seed says; a name is durable only after its folder was flushed.
/// </summary>
internal sealed class SimulatedDisk(World world, string node, SeededRandom random)
{
    private MemoryFileSystem _files = new(new NoTime());
    private Func<FileCall, FileFault>? _fault;
    private Action? _ambush;
    private int _flushesBefore;

    /// <summary>The node's name.</summary>
    public string Node => node;

    /// <summary>What lies on it now.</summary>
    public MemoryFileSystem Files => _files;

    /// <summary>The longest that a flush usually takes.</summary>
    public TimeSpan LongestFlush { get; set; } = TimeSpan.FromMilliseconds(3);

    /// <summary>Flushes that are told to be done and are not.</summary>
    public Func<FileAction, string, bool> Omits { get; set; } = (_, _) => false;

    /// <summary>How often it was left without what was not flushed.</summary>
    public int CrashCount { get; private set; }

    /// <summary>The disk as a process has it.</summary>
    public SimulatedFileSystem Open(Incarnation owner) => new(world, owner, this, _files);

    /// <summary>The machine stops: what the next life finds. A process that is killed alone loses nothing.</summary>
    /// <param name="losesUnflushed">True for a power cut.</param>
    public void Crash(bool losesUnflushed)
    {
        _files.Fault = null;
        if (!losesUnflushed)
        {
            // The system keeps what it was given, and may lose it later, when the power goes.
            _files.ReleaseLocks();
            _files.Fault = _fault;
            return;
        }
        CrashCount++;
        _files = _files.Crash(random);
        _files.Fault = _fault;
    }

    /// <summary>An empty disk in its place.</summary>
    public void Wipe()
    {
        _files = new MemoryFileSystem(new NoTime());
        _files.Fault = _fault;
    }

    /// <summary>Calls fail as told from now on; null ends that.</summary>
    public void FailWith(Func<FileCall, FileFault>? fault)
    {
        _fault = fault;
        _files.Fault = fault;
    }

    /// <summary>What a check of the file system after a power cut did not find again.</summary>
    public void Lose(string folder) => _files.DeleteFolder(folder);

    /// <summary>Flips a bit somewhere in a file.</summary>
    public void Corrupt(string path, long length) =>
        _files.Flip(path, random.Next((int)length), (byte)(1 << random.Next(8)));

    /// <summary>Has something happen in the middle of one of the next flushes.</summary>
    /// <param name="after">How many flushes before it.</param>
    /// <param name="action">What.</param>
    public void Ambush(int after, Action action)
    {
        _flushesBefore = after;
        _ambush = action;
    }

    internal TimeSpan NextFlush()
    {
        TimeSpan time = random.Between(TimeSpan.Zero, random.OneIn(30) ? LongestFlush * 30 : LongestFlush);
        if (_ambush is not { } action || --_flushesBefore >= 0) return time;
        _ambush = null;
        world.At(time / 2, null, action);
        return time;
    }

    /// <summary>Files that change have no date that anything depends on.</summary>
    private sealed class NoTime : Engine.Time.IClock
    {
        public DateTime UtcNow => default;

        public TimeSpan Monotonic => default;

        public Task Delay(TimeSpan time, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
