using System.Globalization;
using ColFrag.Engine.Errors;

namespace ColFrag.Datasets.Generators.H2o;

/// <summary>Rows and key values of db-benchmark's tables.</summary>
internal sealed class H2oScale
{
    /// <summary>Rows that one piece makes.</summary>
    public const int PieceRows = 65_536;

    /// <summary>Values of the small keys of the table to group; the large keys have rows / this.</summary>
    public const int Groups = 100;

    private const long MostRows = 1_000_000_000;

    public H2oScale(double scale)
    {
        if (!(scale * 1e6 is >= 1_000 and <= MostRows))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"No scale of h2o: {scale}",
                hint: "A scale of 1 is a million rows; it is a number from 0.001 to 1000.");
        }
        Rows = (long)Math.Round(scale * 1e6);
        SmallRows = Math.Max(10, Rows / 1_000_000);
        MediumRows = Math.Max(10, Rows / 1_000);
    }

    public long Rows { get; }

    public long SmallRows { get; }

    public long MediumRows { get; }

    /// <summary>A number of rows as in file names: 1e7.</summary>
    public static string Text(long rows)
    {
        string digits = rows.ToString(CultureInfo.InvariantCulture);
        string leading = digits.TrimEnd('0');
        return leading.Length == 1 ? $"{leading}e{digits.Length - 1}" : digits;
    }
}
