using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;

namespace ColFrag.Coordinator.Repair;

/// <summary>
/// Gives a worker that joined later its share: moves one copy after the other from the fullest worker of a table to the
/// emptiest, as long as that makes their difference smaller. Bytes are those that the catalog names, not those on disk,
/// where what was moved away stays as long as old versions are kept.
/// </summary>
internal sealed class BalancePlan(WorkerList workers, long leastBytes)
{
    /// <summary>The next copy to move; null when a table is balanced, or when this is not the time for it.</summary>
    public RepairJob? For(TableState table)
    {
        KnownWorker[] live = [.. workers.Live];
        // Ranges with homes were shared out when the table was made, and new segments go home again.
        HashSet<long> homeless = [.. table.Ranges.Where(r => r.Homes.IsEmpty).Select(r => r.Id)];
        SegmentRecord[] segments = [.. table.Segments.Values.Where(s => !s.IsJournal && !s.Groups.IsEmpty)];
        if (live.Length < 2 || live.Length < workers.All.Length) return null;
        if (homeless.Count == 0 || segments.Any(s => s.IsLocal)) return null;
        Dictionary<long, long> bytes = live.ToDictionary(w => w.Id, _ => 0L);
        foreach (SegmentRecord segment in segments)
        {
            foreach (long worker in segment.Workers.Where(bytes.ContainsKey)) bytes[worker] += segment.Bytes;
        }
        KnownWorker full = live.OrderByDescending(w => bytes[w.Id]).ThenBy(w => w.Number).First();
        KnownWorker empty = live.OrderBy(w => bytes[w.Id]).ThenBy(w => w.Number).First();
        long difference = bytes[full.Id] - bytes[empty.Id];
        if (difference < leastBytes) return null;
        SegmentRecord? best = segments
            .Where(s => s.Bytes < difference && homeless.Contains(table.RangeOf(s).Id))
            .Where(s => s.Workers.Contains(full.Id) && !s.Workers.Contains(empty.Id))
            .MinBy(s => Math.Abs((s.Bytes * 2) - difference));
        return best is null ? null : new RepairJob(
            best, [empty], full, [.. best.Workers.Select(w => w == full.Id ? empty.Id : w)]);
    }
}
