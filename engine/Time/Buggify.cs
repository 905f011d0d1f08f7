namespace ColFrag.Engine.Time;

/// <summary>
/// Points at which a simulation has happen what is possible and rare, so that it is met in minutes and not in years: a
/// process that stands still between a look and what relies on it, a patience that ends early. Outside a simulation
/// each is a look at one field of the thread. After FoundationDB's macro of this name.
/// </summary>
internal static class Buggify
{
    [ThreadStatic]
    private static IMischief? s_mischief;

    /// <summary>
    /// Lets others come in between: the code before has looked at something, and what follows must be right though it
    /// has changed meanwhile.
    /// </summary>
    /// <param name="point">Names the place.</param>
    public static Task PauseAsync(string point) => s_mischief?.PauseAsync(point) ?? Task.CompletedTask;

    /// <summary>A patience, or a part of it: who was given up may yet do what it was asked for.</summary>
    /// <param name="point">Names the place.</param>
    /// <param name="patience">How long it usually is.</param>
    public static TimeSpan Shorten(string point, TimeSpan patience) =>
        s_mischief?.Shorten(point, patience) ?? patience;

    /// <summary>Has a simulation decide for this thread until the result is disposed of.</summary>
    public static IDisposable With(IMischief? mischief)
    {
        Reign reign = new(s_mischief);
        s_mischief = mischief;
        return reign;
    }

    private sealed class Reign(IMischief? before) : IDisposable
    {
        public void Dispose() => s_mischief = before;
    }
}

/// <summary>Decides what happens at the points of <see cref="Buggify"/>.</summary>
internal interface IMischief
{
    /// <summary>Ends at once, or later.</summary>
    Task PauseAsync(string point);

    /// <summary>The patience that is had at a point.</summary>
    TimeSpan Shorten(string point, TimeSpan patience);
}
