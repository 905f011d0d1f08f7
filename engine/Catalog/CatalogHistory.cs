using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The latest revisions with what each changed, so that a read can go back a little and a watch can begin there.
/// Bounded in number and bytes; not safe for use by two threads at once.
/// </summary>
internal sealed class CatalogHistory
{
    private readonly int _maxRevisions;
    private readonly long _maxBytes;
    private readonly Queue<Step> _steps = new();
    private long _bytes;
    private CatalogState _oldest;

    /// <summary>Begins with a state, before which nothing is known.</summary>
    public CatalogHistory(CatalogState start, int maxRevisions = 8192, long maxBytes = 16 << 20)
    {
        _oldest = start;
        Newest = start;
        _maxRevisions = maxRevisions;
        _maxBytes = maxBytes;
    }

    public CatalogState Newest { get; private set; }

    /// <summary>Adds the state after the newest one.</summary>
    public CatalogChanges Add(CatalogState state, CatalogLogRecord record)
    {
        CatalogChange[] changes = [.. record.Writes.Select(w => new CatalogChange(w.Key, state.Find(w.Key)))];
        CatalogChanges step = new(state.Revision, changes);
        Newest = state;
        if (changes.Length == 0) return step;
        long bytes = record.Writes.Sum(w => w.Key.Bytes.Length + (long)(w.Value?.Length ?? 0));
        _steps.Enqueue(new Step(state, step, bytes));
        _bytes += bytes;
        while (_steps.Count > _maxRevisions || (_bytes > _maxBytes && _steps.Count > 1)) Forget();
        return step;
    }

    /// <summary>The state as it was at a revision.</summary>
    /// <exception cref="CatalogCompactedException">It is no longer kept.</exception>
    public CatalogState At(long revision)
    {
        if (revision >= Newest.Revision)
        {
            if (revision == Newest.Revision) return Newest;
            throw new QueryException(
                SqlStates.InvalidParameterValue,
                    $"The catalog has no revision {revision} yet; the newest is {Newest.Revision}");
        }
        CatalogState? found = _oldest.Revision <= revision ? _oldest : null;
        foreach (Step step in _steps)
        {
            if (step.State.Revision > revision) break;
            found = step.State;
        }
        return found ?? throw new CatalogCompactedException(_oldest.Revision);
    }

    /// <summary>Everything that changed from a revision on.</summary>
    /// <exception cref="CatalogCompactedException">Some of it is no longer kept.</exception>
    public List<CatalogChanges> From(long revision)
    {
        if (revision <= _oldest.Revision) throw new CatalogCompactedException(_oldest.Revision + 1);
        return [.. _steps.Where(s => s.Changes.Revision >= revision).Select(s => s.Changes)];
    }

    private void Forget()
    {
        Step oldest = _steps.Dequeue();
        _bytes -= oldest.Bytes;
        _oldest = oldest.State;
    }

    private readonly record struct Step(CatalogState State, CatalogChanges Changes, long Bytes);
}
