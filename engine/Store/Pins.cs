using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>
/// Which versions readers of this process use, so that their files stay. Whoever holds a catalog snapshot may yet open
/// any table as it is there.
/// </summary>
internal sealed class Pins
{
    private readonly Lock _lock = new();
    private readonly HashSet<Pin> _pins = [];

    /// <summary>Number of readers.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _pins.Count;
        }
    }

    /// <summary>
    /// Pins what a function gives. It is called inside, so that nothing is collected between the look at the newest
    /// snapshot and its pin.
    /// </summary>
    public Pin Add(Func<CatalogSnapshot> take)
    {
        lock (_lock)
        {
            Pin pin = new(this, take());
            _pins.Add(pin);
            return pin;
        }
    }

    /// <summary>The lowest version of a table that is in use; the newest one where none is.</summary>
    public long LowestVersion(long table, long newest)
    {
        lock (_lock)
        {
            foreach (Pin pin in _pins) newest = Math.Min(newest, pin.LowestVersion(table));
            return newest;
        }
    }

    /// <summary>True when a reader has a snapshot of which something holds.</summary>
    public bool Any(Func<CatalogSnapshot, bool> holds)
    {
        lock (_lock) return _pins.Any(p => holds(p.Catalog));
    }

    private void Remove(Pin pin)
    {
        lock (_lock) _pins.Remove(pin);
    }

    /// <summary>The use of a snapshot by one reader.</summary>
    internal sealed class Pin(Pins owner, CatalogSnapshot catalog) : IDisposable
    {
        private readonly Dictionary<long, long> _older = [];

        public CatalogSnapshot Catalog => catalog;

        /// <summary>Pins an older version of a table, for time travel.</summary>
        public void Include(long table, long version)
        {
            lock (owner._lock) _older[table] = Math.Min(version, _older.GetValueOrDefault(table, long.MaxValue));
        }

        public void Dispose() => owner.Remove(this);

        internal long LowestVersion(long table) => Math.Min(
            catalog.FindHead(table)?.Version ?? long.MaxValue, _older.GetValueOrDefault(table, long.MaxValue));
    }
}
