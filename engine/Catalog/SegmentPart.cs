using System.Collections.Immutable;

namespace ColFrag.Engine.Catalog;

/// <summary>The column groups of a segment that lie on the same workers: what is copied and moved together.</summary>
/// <param name="Groups">The groups, one at least.</param>
internal sealed record SegmentPart(ImmutableArray<GroupRecord> Groups)
{
    /// <summary>Who has them; empty where one process holds the data.</summary>
    public ImmutableArray<long> Workers => Groups[0].Workers;

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Groups.Sum(g => g.Bytes);

    /// <summary>The parts of a segment, in the order of their first groups.</summary>
    public static ImmutableArray<SegmentPart> Of(SegmentRecord segment)
    {
        if (segment.Groups.Length == 1) return [new SegmentPart(segment.Groups)];
        List<List<GroupRecord>> parts = [];
        foreach (GroupRecord group in segment.Groups)
        {
            List<GroupRecord>? same = parts.Find(p => p[0].Workers.AsSpan().SequenceEqual(group.Workers.AsSpan()));
            if (same is null) parts.Add([group]);
            else same.Add(group);
        }
        return [.. parts.Select(p => new SegmentPart([.. p]))];
    }
}
