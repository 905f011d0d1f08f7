using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>Everything is here: no workers to choose from.</summary>
internal sealed class LocalPlacement(IRandom random) : ISegmentPlacement
{
    public ImmutableArray<RangeRecord> PlaceRanges(TableDefinition definition, int rangeCount) =>
        [.. HashRange.Split(rangeCount).Select(range => new RangeRecord(NewId(random), range))];

    public ImmutableArray<HomeRecord> ChooseTargets(
        TableDefinition definition, RangeRecord range, Acknowledgement acknowledgement = Acknowledgement.Safe) => [];

    /// <summary>A random id, never 0.</summary>
    public static long NewId(IRandom random)
    {
        while (true)
        {
            long id = (long)(random.NextUInt64() >> 1);
            if (id != 0) return id;
        }
    }
}
