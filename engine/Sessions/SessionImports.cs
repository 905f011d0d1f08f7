using ColFrag.Engine.Formats;

namespace ColFrag.Engine.Sessions;

/// <summary>Rows of other libraries of this process under names, which hide those of tables.</summary>
internal sealed class SessionImports : IDisposable
{
    private readonly Dictionary<string, ITableSource> _sources = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => _sources.Keys;

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    public ITableSource? Find(string name) => _sources.GetValueOrDefault(name);

    /// <summary>Gives rows a name; what had it is let go.</summary>
    public void Add(string name, ITableSource source)
    {
        Remove(name);
        _sources.Add(name, source);
        Version++;
    }

    /// <summary>Lets rows go; false where there are none of that name.</summary>
    public bool Remove(string name)
    {
        if (!_sources.Remove(name, out ITableSource? source)) return false;
        source.Dispose();
        Version++;
        return true;
    }

    public void Dispose()
    {
        foreach (ITableSource source in _sources.Values) source.Dispose();
        _sources.Clear();
    }
}
