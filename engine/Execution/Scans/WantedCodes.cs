namespace ColFrag.Engine.Execution.Scans;

/// <summary>Columns of a scan, by position in the table, whose texts operators above tell apart.</summary>
internal sealed class WantedCodes
{
    private readonly HashSet<int> _positions = [];

    /// <summary>One more column.</summary>
    public void Add(int position)
    {
        lock (_positions) _positions.Add(position);
    }

    /// <summary>True where somebody asked for the column.</summary>
    public bool Contains(int position)
    {
        lock (_positions) return _positions.Contains(position);
    }
}
