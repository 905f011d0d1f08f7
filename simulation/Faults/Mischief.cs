using ColFrag.Engine.Time;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Faults;

/// <summary>
/// What happens at the points that the product has for a simulation: some never have anything happen in a run, some now
/// and then, some often. While a process stands still between a look and what relies on it, other things go wrong.
/// </summary>
internal sealed class Mischief(World world, SeededRandom random) : IMischief
{
    /// <summary>A pause that is long enough for something else to happen in it.</summary>
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(30);

    private readonly SortedDictionary<string, int> _oneIn = new(StringComparer.Ordinal);

    /// <summary>Told of every long pause.</summary>
    public Action<Incarnation, TimeSpan> Paused { get; set; } = (_, _) => { };

    /// <summary>True when nothing is to happen any more.</summary>
    public bool IsOver { get; set; }

    /// <inheritdoc/>
    public Task PauseAsync(string point)
    {
        if (world.Running is not { } life || !Happens(point)) return Task.CompletedTask;
        TimeSpan time = random.Next(12) switch
        {
            0 => random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(4)),
            < 4 => random.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(400)),
            _ => random.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(20)),
        };
        if (world.Trace.KeepsLines)
            world.Trace.Tell(world.Now, life.Name, $"stands still for {time.TotalSeconds:F3} s: {point}");
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.At(time, life, () => over.TrySetResult());
        if (time >= s_window) Paused(life, time);
        return over.Task;
    }

    /// <inheritdoc/>
    public TimeSpan Shorten(string point, TimeSpan patience) =>
        Happens(point) ? random.Between(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2)) : patience;

    private bool Happens(string point)
    {
        if (IsOver) return false;
        if (!_oneIn.TryGetValue(point, out int oneIn)) _oneIn.Add(point, oneIn = random.Of([0, 2, 10, 20]));
        return oneIn > 0 && random.OneIn(oneIn);
    }
}
