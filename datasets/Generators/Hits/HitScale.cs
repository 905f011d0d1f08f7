using ColFrag.Engine.Errors;

namespace ColFrag.Datasets.Generators.Hits;

/// <summary>Rows of the table of hits, and how many users, phrases and pages they are spread over.</summary>
internal sealed class HitScale
{
    /// <summary>Sites that are counted.</summary>
    public const int Counters = 6_500;

    private const long MostRows = 1_000_000_000;

    public HitScale(double scale)
    {
        if (!(scale * 1e6 is >= 1_000 and <= MostRows))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"No scale of hits: {scale}",
                hint: "A scale of 1 is a million rows; it is a number from 0.001 to 1000.");
        }
        Rows = (long)Math.Round(scale * 1e6);
        Users = Math.Max(10, Rows / 4);
        Phrases = Math.Max(10, Rows * 15 / 100);
        Sessions = (Rows + 15) / 16 * HitSession.PerBlock;
        Runs = (int)Math.Max(8, (Rows + (1 << 20) - 1) >> 20);
    }

    public long Rows { get; }

    public long Users { get; }

    public long Phrases { get; }

    public long Sessions { get; }

    /// <summary>Sorted runs that the rows come in, like the parts that a database merged so far.</summary>
    public int Runs { get; }

    /// <summary>Pages of a site: in proportion to its share of the hits.</summary>
    public double PagesOf(int site) =>
        Math.Max(20, 0.2 * Rows * Math.Log((site + 1.0) / site) / Math.Log(Counters));
}
