using ColFrag.Engine.Filters;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>
/// Conditions on a scan that operators above it find out while they run: keys of a join, the threshold of a top-n.
/// </summary>
internal sealed class RuntimeFilters
{
    private readonly List<LiveFilter> _filters = [];

    /// <summary>A new condition on a column, not yet known.</summary>
    public LiveFilter Add(int columnId)
    {
        LiveFilter filter = new(columnId);
        lock (_filters) _filters.Add(filter);
        return filter;
    }

    /// <summary>All conditions so far.</summary>
    public LiveFilter[] ToArray()
    {
        lock (_filters) return [.. _filters];
    }
}
