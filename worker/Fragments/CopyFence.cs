using ColFrag.Engine.Errors;

namespace ColFrag.Worker.Fragments;

/// <summary>
/// Keeps a delete that comes late from a copy that was asked for after it was decided: the network may have held it up
/// for as long as it liked. What is remembered is gone with the process, and so is every delete that it had been sent.
/// </summary>
internal sealed class CopyFence
{
    private const int MaxRemembered = 1 << 14;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Dictionary<int, long>> _revisions = [];
    private readonly HashSet<long> _dead = [];
    private readonly Queue<long> _deaths = [];

    /// <summary>
    /// A segment was deleted: rows of it that are still on their way come too late. Ids are never used again.
    /// </summary>
    public void Bury(long segment)
    {
        lock (_lock)
        {
            if (!_dead.Add(segment)) return;
            _deaths.Enqueue(segment);
            if (_deaths.Count > MaxRemembered) _dead.Remove(_deaths.Dequeue());
        }
    }

    /// <summary>True for a segment that was given up before its rows came.</summary>
    public bool IsDead(long segment)
    {
        lock (_lock) return _dead.Contains(segment);
    }

    /// <summary>Copies of column groups are asked for, by the state of the catalog at a revision.</summary>
    public void Adopt(long segment, IEnumerable<int> groups, long revision)
    {
        lock (_lock)
        {
            if (!_revisions.TryGetValue(segment, out Dictionary<int, long>? adopted))
                _revisions.Add(segment, adopted = []);
            foreach (int group in groups) adopted[group] = Math.Max(revision, adopted.GetValueOrDefault(group));
        }
    }

    /// <summary>False for a delete that was decided before the copy was asked for, or at the same state.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="groups">The column groups that are to go; empty for all.</param>
    /// <param name="revision">By which state that was decided.</param>
    public bool TryDelete(long segment, IReadOnlyCollection<int> groups, long revision)
    {
        lock (_lock)
        {
            if (!_revisions.TryGetValue(segment, out Dictionary<int, long>? adopted)) return true;
            bool isLate = adopted.Any(
                a => (groups.Count == 0 || groups.Contains(a.Key)) && revision <= a.Value);
            if (isLate && Safeguards.Keep(Safeguard.DeleteFence)) return false;
            foreach (int group in groups) adopted.Remove(group);
            if (groups.Count == 0 || adopted.Count == 0) _revisions.Remove(segment);
            return true;
        }
    }
}
