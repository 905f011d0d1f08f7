using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Tells whoever fills a table that is cut by value when one range gets far more rows than the others.
/// </summary>
internal static class RangeSkew
{
    /// <summary>A range with more rows than this many times the mean is worth a warning.</summary>
    public const double Limit = 3;

    /// <summary>The warning; null where rows are spread well enough.</summary>
    public static string? Describe(double skew) => skew <= Limit ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"Warning: the largest range has {skew:F1} times the mean; a key with more values spreads better.");

    /// <summary>Looks at a table after rows were added.</summary>
    public static void Tell(Session session, TableWriter writer, TableSnapshot table)
    {
        if (table.Definition.Scheme.Kind != Distribution.Range || writer.Ranges.Length == 1) return;
        double skew = writer.Sample is { Seen: > 0 } sample
            ? sample.SkewOf(table.State.RangeMap, writer.Ranges.Length) : SkewOf(table);
        if (writer.Sample is null && skew > Limit)
        {
            session.AddNotice(string.Create(
                CultureInfo.InvariantCulture,
                $"Warning: the largest range has {skew:F1} times the mean; " +
                $"ALTER TABLE … SET (ranges = {writer.Ranges.Length}) cuts the table where its values are now."));
        }
        else if (writer.RowCount >= MinRows && Describe(skew) is { } warning)
        {
            session.AddNotice(warning);
        }
    }

    /// <summary>Fewer rows than this say nothing.</summary>
    private const int MinRows = 1000;

    /// <summary>By segments; one that several ranges share counts where it begins.</summary>
    private static double SkewOf(TableSnapshot table)
    {
        HashRangeMap map = table.State.RangeMap;
        long[] rows = new long[map.Ranges.Length];
        foreach (SnapshotSegment segment in table.Segments)
            rows[map.IndexOf(segment.Record.Range.First)] += segment.LiveRowCount;
        long all = rows.Sum();
        return all < MinRows ? 1 : rows.Max() * (double)rows.Length / all;
    }
}
