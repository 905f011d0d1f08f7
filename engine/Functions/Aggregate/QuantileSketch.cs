using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// A merging t-digest (Dunning and Ertl 2019): values as weighted centers, many at the ends of the distribution and few
/// in its middle. 32 bytes, the centers in an arena.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct QuantileSketch
{
    /// <summary>Centers per half turn of the scale function: more are more exact.</summary>
    private const double Compression = 200;
    private const int Capacity = 1024;

    private Center* _centers;
    private int _count;
    private int _capacity;
    private double _weight;

    /// <summary>Adds a value of a weight.</summary>
    public void Add(double value, double weight, Arena arena)
    {
        if (_count == _capacity)
        {
            if (_capacity == Capacity) Compress();
            if (_count > Capacity / 2 || _count == _capacity) Grow(arena);
        }
        _centers[_count++] = new Center { Mean = value, Weight = weight };
        _weight += weight;
    }

    /// <summary>Adds the values of another.</summary>
    public void Add(in QuantileSketch other, Arena arena)
    {
        for (int i = 0; i < other._count; i++) Add(other._centers[i].Mean, other._centers[i].Weight, arena);
    }

    /// <summary>The centers as numbers: mean and weight of each.</summary>
    public readonly ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Center>(_centers, _count));

    /// <summary>Adds what <see cref="Bytes"/> of another gave.</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes, Arena arena)
    {
        CorruptDataException.ThrowUnless(bytes.Length % sizeof(Center) == 0, "quantile sketch", "aggregate state", 0);
        foreach (Center center in MemoryMarshal.Cast<byte, Center>(bytes))
        {
            CorruptDataException.ThrowUnless(center.Weight > 0, "weight of a center", "aggregate state", 0);
            Add(center.Mean, center.Weight, arena);
        }
    }

    /// <summary>The value below which a fraction of the values lies; false where there are none.</summary>
    public readonly bool TryQuantile(double fraction, out double result)
    {
        Span<Center> centers = new(_centers, _count);
        result = 0;
        if (_count == 0) return false;
        centers.Sort();
        double target = fraction * _weight;
        double before = 0;
        for (int i = 0; i < centers.Length; i++)
        {
            // A center stands for values around it: half of its weight lies on either side.
            double middle = before + (centers[i].Weight / 2);
            if (target <= middle || i == centers.Length - 1)
            {
                if (i == 0 || target >= middle)
                {
                    result = centers[i].Mean;
                    return true;
                }
                double left = before - (centers[i - 1].Weight / 2);
                double share = (target - left) / (middle - left);
                result = centers[i - 1].Mean + ((centers[i].Mean - centers[i - 1].Mean) * share);
                return true;
            }
            before += centers[i].Weight;
        }
        return true;
    }

    private void Grow(Arena arena)
    {
        int capacity = Math.Clamp(_capacity * 2, 16, Math.Max(Capacity, _capacity * 2));
        Center* grown = (Center*)arena.Allocate(capacity * sizeof(Center));
        new ReadOnlySpan<Center>(_centers, _count).CopyTo(new Span<Center>(grown, capacity));
        _centers = grown;
        _capacity = capacity;
    }

    // Neighbours join as long as the scale function says that they are within one step of each other.
    private void Compress()
    {
        Span<Center> centers = new(_centers, _count);
        centers.Sort();
        int last = 0;
        double before = 0;
        double limit = _weight * Limit(0);
        for (int i = 1; i < centers.Length; i++)
        {
            ref Center open = ref centers[last];
            double weight = open.Weight + centers[i].Weight;
            if (before + weight <= limit)
            {
                open.Mean += (centers[i].Mean - open.Mean) * centers[i].Weight / weight;
                open.Weight = weight;
                continue;
            }
            before += open.Weight;
            limit = _weight * Limit(before / _weight);
            centers[++last] = centers[i];
        }
        _count = last + 1;
    }

    // k(q) = δ / 2π · asin(2q - 1); the next limit is where k has grown by one.
    private static double Limit(double fraction)
    {
        double k = Math.Asin(Math.Clamp((2 * fraction) - 1, -1, 1)) + (2 * Math.PI / Compression);
        return k >= Math.PI / 2 ? 1 : (Math.Sin(k) + 1) / 2;
    }

    private struct Center : IComparable<Center>
    {
        public double Mean;
        public double Weight;

        public readonly int CompareTo(Center other) => ValueComparison.CompareFloats(Mean, other.Mean);
    }
}

/// <summary>approx_quantile(x, fraction)</summary>
internal readonly struct ApproximateQuantile(double fraction) : IAggregateOps<QuantileSketch, double, double>
{
    private static readonly LogicalType[] s_partialTypes = [LogicalType.Blob];

    public static AggregateOverload Overload => AggregateEntries.Many(
        new FunctionInfo("approx_quantile",
            "The value below which about a fraction of the values lies, from a sketch of fixed size.")
        {
            Category = "Aggregates", Aliases = ["approx_percentile"], Example = "approx_quantile(7, 0.5)",
            Returns = "7",
        },
        [LogicalType.Double, LogicalType.Double],
        (_, constants) => new UnaryAggregate<ApproximateQuantile, QuantileSketch, double, double>(
            LogicalType.Double, new(Checked(constants[0]))),
        constantCount: 1);

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public void Add(ref QuantileSketch state, double value, AggregateContext context) =>
        state.Add(value, 1, context.Arena);

    public void Combine(ref QuantileSketch target, in QuantileSketch source, AggregateContext context) =>
        target.Add(source, context.Arena);

    public bool Finish(in QuantileSketch state, AggregateContext context, out double result) =>
        state.TryQuantile(fraction, out result);

    public void WritePartial(in QuantileSketch state, in PartialWriter target, AggregateContext context) =>
        target.SetBytes(0, state.Bytes);

    public void MergePartial(ref QuantileSketch state, in PartialReader source, AggregateContext context) =>
        state.AddBytes(source.Get<ReadOnlySpan<byte>>(0), context.Arena);

    private static double Checked(Value fraction)
    {
        double p = fraction.IsNull ? double.NaN : fraction.AsDouble;
        if (p is >= 0 and <= 1) return p;
        throw new QueryException(
            SqlStates.NumericOutOfRange,
                FormattableString.Invariant($"Fraction of a quantile must be between 0 and 1: {p}"));
    }
}
