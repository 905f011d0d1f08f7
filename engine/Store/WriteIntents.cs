namespace ColFrag.Engine.Store;

/// <summary>
/// Tables whose rows a transaction is about to delete or replace by their places. Rewriting waits for them, so that a
/// long UPDATE does not lose its rows to a merge; only a courtesy: a commit checks in any case.
/// </summary>
internal sealed class WriteIntents
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, int> _counts = [];

    /// <summary>True when a transaction works on the rows of a table.</summary>
    public bool Has(long table)
    {
        lock (_lock) return _counts.ContainsKey(table);
    }

    /// <summary>Announces work on a table until disposed of.</summary>
    public IDisposable Begin(long table)
    {
        lock (_lock) _counts[table] = _counts.GetValueOrDefault(table) + 1;
        return new Intent(this, table);
    }

    private void End(long table)
    {
        lock (_lock)
        {
            if (--_counts[table] == 0) _counts.Remove(table);
        }
    }

    private sealed class Intent(WriteIntents owner, long table) : IDisposable
    {
        private bool _isEnded;

        public void Dispose()
        {
            if (_isEnded) return;
            _isEnded = true;
            owner.End(table);
        }
    }
}
