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
        (SegmentRecord Segment, SegmentPart Part)[] parts =
            [.. segments.SelectMany(s => SegmentPart.Of(s).Select(p => (s, p)))];
        foreach ((_, SegmentPart part) in parts)
        {
            foreach (long worker in part.Workers.Where(bytes.ContainsKey)) bytes[worker] += part.Bytes;
        }
        KnownWorker full = live.OrderByDescending(w => bytes[w.Id]).ThenBy(w => w.Number).First();
        KnownWorker empty = live.OrderBy(w => bytes[w.Id]).ThenBy(w => w.Number).First();
        long difference = bytes[full.Id] - bytes[empty.Id];
        if (difference < leastBytes) return null;
        // What is placed apart stays apart: nothing moves to where other columns of the same rows are.
        (SegmentRecord Segment, SegmentPart Part)[] movable =
        [
            .. parts.Where(p => p.Part.Bytes < difference && homeless.Contains(table.RangeOf(p.Segment).Id))
                .Where(p => p.Part.Workers.Contains(full.Id) && !p.Segment.Workers.Contains(empty.Id)),
        ];
        if (movable.Length == 0) return null;
        (SegmentRecord best, SegmentPart moved) = movable.MinBy(p => Math.Abs((p.Part.Bytes * 2) - difference));
        return new RepairJob(
            best, moved, [empty], full, [.. moved.Workers.Select(w => w == full.Id ? empty.Id : w)]);
    }
}
