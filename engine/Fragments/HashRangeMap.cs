using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Fragments;

/// <summary>Ranges that partition the 64-bit space, in order: which range a position falls into.</summary>
internal sealed class HashRangeMap
{
    private readonly ulong[] _firsts;

    /// <summary>Checks that the ranges cover every position exactly once.</summary>
    public HashRangeMap(ImmutableArray<HashRange> ranges)
    {
        Invariant.Holds(ranges.Length > 0 && ranges[0].First == 0 && ranges[^1].Last == ulong.MaxValue);
        for (int i = 1; i < ranges.Length; i++) Invariant.Holds(ranges[i].First == ranges[i - 1].Last + 1);
        Ranges = ranges;
        _firsts = [.. ranges.Select(r => r.First)];
    }

    public ImmutableArray<HashRange> Ranges { get; }

    /// <summary>Index of the range that contains the position.</summary>
    public int IndexOf(ulong position)
    {
        int index = Array.BinarySearch(_firsts, position);
        return index >= 0 ? index : ~index - 1;
    }
}
