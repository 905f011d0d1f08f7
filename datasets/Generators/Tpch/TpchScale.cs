using ColFrag.Engine.Errors;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>How many rows the tables have at a scale factor.</summary>
internal sealed class TpchScale
{
    /// <summary>From here on keys need more than 31 bits, and another random generator.</summary>
    private const double Largest = 10_000;

    public TpchScale(double factor)
    {
        if (!(factor is > 0 and <= Largest) || (long)(10_000 * factor) < 4)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"No scale factor of TPC-H: {factor}",
                hint: "It is a number from 0.0004 to 10000, for instance 0.01, 1 or 10.");
        }
        Suppliers = (int)(10_000 * factor);
        Customers = (int)(150_000 * factor);
        Parts = (int)(200_000 * factor);
        Orders = (long)(1_500_000 * factor);
        Clerks = Math.Max(1_000, (int)(1_000 * factor));
    }

    public int Suppliers { get; }

    public int Customers { get; }

    public int Parts { get; }

    public long Orders { get; }

    public int Clerks { get; }

    /// <summary>One of the four suppliers of a part, number 0 to 3.</summary>
    public long SupplierOf(long part, int number) =>
        ((part + (number * ((Suppliers / 4) + ((part - 1) / Suppliers)))) % Suppliers) + 1;
}
