using System.Collections.Immutable;
using System.Numerics;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Fragments;

namespace ColFrag.Engine.Store;

/// <summary>Segments of one hash range that become one, and why.</summary>
/// <param name="Range">The range; null where rows go to the ranges of their keys, after a split.</param>
/// <param name="Inputs">The segments, in order.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record RewriteJob(RangeRecord? Range, ImmutableArray<SegmentRecord> Inputs, string Reason);

/// <summary>
/// Which segments of a table are worth writing anew. Sealing turns rows of the journal into column files; compaction
/// merges neighbours of like size, so that each row is rewritten a few times at most (once per factor of four), and
/// drops deleted rows.
/// </summary>
internal static class RewritePlan
{
    /// <summary>A segment with more deleted rows than this share is written without them.</summary>
    private const double MaxDeletedShare = 0.3;

    /// <summary>Rows of the journal below this are not worth a segment, unless they come in many pieces.</summary>
    private const int MinSealRows = 4096;

    /// <summary>What to do now.</summary>
    /// <param name="state">The newest version.</param>
    /// <param name="definition">Its definition.</param>
    /// <param name="options">The limits.</param>
    /// <param name="isOld">True when rows have been in the journal for long.</param>
    /// <param name="all">True to leave nothing in the journal, as CHECKPOINT asks.</param>
    public static IEnumerable<RewriteJob> Make(
        TableState state, TableDefinition definition, StoreOptions options, bool isOld = false, bool all = false)
    {
        bool isByKey = definition.Scheme.Kind is Distribution.Hash or Distribution.Range;
        foreach (RangeRecord range in state.Ranges)
        {
            SegmentRecord[] segments = [.. state.Segments.Values.Where(s => IsWithin(s.Range, range.Range, isByKey))];
            foreach (RewriteJob job in Seal(range, segments, options, isOld, all)) yield return job;
            foreach (RewriteJob job in Compact(range, segments, options)) yield return job;
        }
        if (!isByKey) yield break;
        foreach (SegmentRecord shared in state.Segments.Values)
        {
            if (state.Ranges.Any(r => IsWithin(shared.Range, r.Range, true))) continue;
            yield return new RewriteJob(null, [shared], "split");
        }
    }

    /// <summary>A segment without keys belongs to the range where it begins.</summary>
    private static bool IsWithin(HashRange segment, HashRange range, bool isByKey) =>
        range.Contains(segment.First) && (!isByKey || range.Contains(segment.Last));

    private static IEnumerable<RewriteJob> Seal(
        RangeRecord range, SegmentRecord[] segments, StoreOptions options, bool isOld, bool all)
    {
        SegmentRecord[] unsealed = [.. segments.Where(s => s.IsJournal)];
        long rows = unsealed.Sum(s => (long)s.LiveRowCount);
        bool isDue = rows >= options.SealRows || unsealed.Length >= options.SealSegments ||
            (all && unsealed.Length > 0) || (isOld && rows >= Math.Min(MinSealRows, options.SealRows));
        if (!isDue) yield break;
        foreach (ImmutableArray<SegmentRecord> run in Cut(unsealed, options.SegmentRows))
        {
            yield return new RewriteJob(range, run, "seal");
        }
    }

    private static IEnumerable<RewriteJob> Compact(RangeRecord range, SegmentRecord[] segments, StoreOptions options)
    {
        SegmentRecord[] sealedOnes = [.. segments.Where(s => !s.IsJournal)];
        HashSet<SegmentKey> taken = [];
        for (int tier = 0; tier <= Tier(options.SegmentRows / 2); tier++)
        {
            int highest = tier;
            bool IsSmall(SegmentRecord s) => !taken.Contains(s.Key) && Tier(s.LiveRowCount) <= highest;
            foreach (SegmentRecord[] run in Runs(sealedOnes, IsSmall))
            {
                foreach (ImmutableArray<SegmentRecord> some in Cut(run, options.SegmentRows))
                {
                    if (some.Length < options.CompactSegments) continue;
                    taken.UnionWith(some.Select(s => s.Key));
                    yield return new RewriteJob(range, some, "merge");
                }
            }
        }
        foreach (SegmentRecord segment in sealedOnes)
        {
            if (taken.Contains(segment.Key) || segment.DeleteVector is not { } deleted) continue;
            if (deleted.DeletedCount < segment.RowCount * MaxDeletedShare) continue;
            yield return new RewriteJob(range, [segment], "deleted rows");
        }
    }

    /// <summary>How many times four fits into the number of rows.</summary>
    private static int Tier(int rows) => BitOperations.Log2((uint)Math.Max(rows, 1)) / 2;

    /// <summary>Neighbours that all are as asked.</summary>
    private static IEnumerable<SegmentRecord[]> Runs(SegmentRecord[] segments, Func<SegmentRecord, bool> isAsked)
    {
        List<SegmentRecord> run = [];
        foreach (SegmentRecord segment in segments)
        {
            if (isAsked(segment))
            {
                run.Add(segment);
                continue;
            }
            if (run.Count > 1) yield return [.. run];
            run.Clear();
        }
        if (run.Count > 1) yield return [.. run];
    }

    /// <summary>Cuts into runs whose rows fit into one segment.</summary>
    private static IEnumerable<ImmutableArray<SegmentRecord>> Cut(SegmentRecord[] segments, int maxRows)
    {
        List<SegmentRecord> run = [];
        long rows = 0;
        foreach (SegmentRecord segment in segments)
        {
            if (run.Count > 0 && rows + segment.LiveRowCount > maxRows)
            {
                yield return [.. run];
                run.Clear();
                rows = 0;
            }
            run.Add(segment);
            rows += segment.LiveRowCount;
        }
        if (run.Count > 0) yield return [.. run];
    }
}
