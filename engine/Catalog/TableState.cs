using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// A version of a table: its ranges and its segments. Immutable; the next version is this one with a delta.
/// </summary>
internal sealed record TableState(
    long TableId, long Version, int SchemaVersion, DateTime CommitTime, ImmutableArray<RangeRecord> Ranges,
    ImmutableSortedDictionary<SegmentKey, SegmentRecord> Segments)
{
    private HashRangeMap? _rangeMap;

    /// <summary>Which of the ranges a position falls into.</summary>
    public HashRangeMap RangeMap => _rangeMap ??= new HashRangeMap([.. Ranges.Select(r => r.Range)]);

    /// <summary>The range that a segment belongs to; of those that share it, the first.</summary>
    public RangeRecord RangeOf(SegmentRecord segment) => Ranges[RangeMap.IndexOf(segment.Range.First)];

    /// <summary>Rows that are not deleted.</summary>
    public long CountRows() => Segments.Values.Sum(s => (long)s.LiveRowCount);

    /// <summary>Bytes of files and journal extents.</summary>
    public long CountBytes() => Segments.Values.Sum(s => s.Bytes + (s.DeleteVector?.Bytes ?? 0));

    /// <summary>The empty table as it is created.</summary>
    public static TableState Create(TableDefinition definition, ImmutableArray<RangeRecord> ranges, DateTime now) =>
        new(
            definition.TableId, 0, definition.SchemaVersion, now, ranges,
            ImmutableSortedDictionary<SegmentKey, SegmentRecord>.Empty);

    /// <summary>True when it is cut as another version is.</summary>
    public bool HasRangesOf(TableState other) => Ranges.Select(r => r.Id).SequenceEqual(other.Ranges.Select(r => r.Id));

    /// <summary>The same with other ranges.</summary>
    public TableState With(ImmutableArray<RangeRecord> ranges) =>
        new(TableId, Version, SchemaVersion, CommitTime, ranges, Segments);

    /// <summary>The next version.</summary>
    /// <exception cref="CorruptDataException">The delta does not fit to this version.</exception>
    public TableState After(TableDelta delta)
    {
        Check(delta.Version == Version + 1, "a delta of another version");
        ImmutableSortedDictionary<SegmentKey, SegmentRecord>.Builder segments = Segments.ToBuilder();
        ImmutableArray<RangeRecord> ranges = Ranges;
        foreach (TableEdit edit in delta.Edits)
        {
            switch (edit)
            {
                case AddSegment add:
                    Check(segments.TryAdd(add.Segment.Key, add.Segment), "a segment that is there already");
                    break;
                case RemoveSegment remove:
                    Check(segments.Remove(remove.Key), "a removed segment that is not there");
                    break;
                case SetDeleteVector set:
                    segments[set.Key] = Find(segments, set.Key) with { DeleteVector = set.Vector };
                    break;
                case SetWorkers set:
                    segments[set.Key] = Find(segments, set.Key).With(set);
                    break;
                case ReplaceRanges replace:
                    ranges = Replace(ranges, replace);
                    break;
            }
        }
        return new TableState(
            TableId, delta.Version, delta.SchemaVersion, delta.CommitTime, ranges, segments.ToImmutable());
    }

    public bool Equals(TableState? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => HashCode.Combine(TableId, Version);

    private SegmentRecord Find(
        ImmutableSortedDictionary<SegmentKey, SegmentRecord>.Builder segments, SegmentKey key)
    {
        Check(segments.TryGetValue(key, out SegmentRecord? segment), "a changed segment that is not there");
        return segment!;
    }

    private ImmutableArray<RangeRecord> Replace(ImmutableArray<RangeRecord> ranges, ReplaceRanges replace)
    {
        ImmutableArray<RangeRecord> next =
            [.. ranges.Where(r => !replace.Removed.Contains(r.Id)).Concat(replace.Added).OrderBy(r => r.Range.First)];
        bool isCovered = next.Length > 0 && next[0].Range.First == 0 && next[^1].Range.Last == ulong.MaxValue;
        for (int i = 1; i < next.Length; i++) isCovered &= next[i].Range.First == next[i - 1].Range.Last + 1;
        Check(isCovered, "ranges with gaps or overlaps");
        return next;
    }

    private void Check(bool holds, string what) =>
        CorruptDataException.ThrowUnless(holds, what, $"table {TableId:x} version {Version + 1}", 0);
}
