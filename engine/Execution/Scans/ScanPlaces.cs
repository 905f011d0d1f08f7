using System.Collections.Immutable;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>Where a plan reads what lies on workers.</summary>
/// <param name="Readers">
/// The workers that read a column group of a segment, by the ids of both: several where it is read several times.
/// </param>
/// <param name="Fetched">
/// The column groups of tables of which only rows that passed conditions on other groups are read.
/// </param>
/// <param name="Together">
/// The tables whose ranges are read where other tables' ranges are, with those tables' names.
/// </param>
internal sealed record ScanPlaces(
    ILookup<(long Segment, int Group), long> Readers, ImmutableHashSet<(long Table, int Group)> Fetched,
    ILookup<long, string> Together)
{
    /// <summary>Nothing lies on workers.</summary>
    public static ScanPlaces None { get; } = new(
        Array.Empty<long>().ToLookup(_ => (0L, 0)), [], Array.Empty<string>().ToLookup(_ => 0L));
}
