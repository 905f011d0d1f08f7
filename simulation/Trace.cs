namespace ColFrag.Simulation;

/// <summary>A step of a run that is worth showing.</summary>
/// <param name="Time">The virtual time.</param>
/// <param name="Node">Whose step; empty for the world's.</param>
/// <param name="Text">What happened.</param>
internal readonly record struct TraceLine(TimeSpan Time, string Node, string Text);

/// <summary>
/// What happened in a run: a hash over every step, so that two runs can be compared, and the last lines in words.
/// </summary>
internal sealed class Trace(int keptLines)
{
    private readonly Queue<TraceLine> _lines = new();
    private ulong _hash = 0xCBF29CE484222325;

    /// <summary>Over all steps so far.</summary>
    public ulong Hash => _hash;

    /// <summary>Steps so far.</summary>
    public long StepCount { get; private set; }

    /// <summary>True where lines are kept; else making their text is in vain.</summary>
    public bool KeepsLines => keptLines > 0;

    /// <summary>The last lines.</summary>
    public IEnumerable<TraceLine> Lines => _lines;

    /// <summary>Counts a step by its numbers.</summary>
    public void Add(long first, long second, long third = 0)
    {
        StepCount++;
        Mix((ulong)first);
        Mix((ulong)second);
        Mix((ulong)third);
    }

    /// <summary>Counts a text.</summary>
    public void Add(string text)
    {
        foreach (char c in text) Mix(c);
    }

    /// <summary>Keeps a line for people.</summary>
    public void Tell(TimeSpan time, string node, string text)
    {
        if (keptLines == 0) return;
        if (_lines.Count == keptLines) _lines.Dequeue();
        _lines.Enqueue(new TraceLine(time, node, text));
    }

    private void Mix(ulong value)
    {
        _hash = (_hash ^ value) * 0x9E3779B97F4A7C15;
        _hash ^= _hash >> 29;
    }
}
