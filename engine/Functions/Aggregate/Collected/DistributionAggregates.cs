using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>What histogram and entropy share: the distinct values of a group with their counts.</summary>
internal abstract unsafe class DistributionAggregate(LogicalType type, LogicalType result)
    : CollectingAggregate(type, result, keepsNulls: false)
{
    public override void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        Value[] results = new Value[count];
        for (int i = 0; i < count; i++)
        {
            int size = (int)((ElementChain*)states[i])->Count;
            NativeBuffer values = Gather(states[i], context);
            try
            {
                if (size > 0) Sort(values.Pointer, size);
                results[i] = ResultOf(Runs(values.Pointer, size), size);
            }
            finally
            {
                values.Release();
            }
        }
        context.BeginResultText();
        VectorBuilder.Build(result, results, context.ResultText);
        ElementWriter.KeepText(result, context.ResultText);
    }

    /// <summary>The result from the distinct values in order and how often each was there.</summary>
    protected abstract Value ResultOf(List<(Value Value, long Count)> runs, long total);

    private List<(Value Value, long Count)> Runs(byte* sorted, int count)
    {
        List<(Value Value, long Count)> runs = [];
        for (int first = 0; first < count;)
        {
            int next = first + 1;
            byte* run = sorted + ((long)first * Format.SizeBytes);
            while (next < count && Format.Compare(run, sorted + ((long)next * Format.SizeBytes)) == 0) next++;
            runs.Add((Format.ToValue(run), next - first));
            first = next;
        }
        return runs;
    }
}

/// <summary>histogram(x): a map from each value to how often it was there.</summary>
internal sealed class HistogramAggregate(LogicalType type)
    : DistributionAggregate(type, LogicalType.Map(type, LogicalType.BigInt))
{
    public static AggregateOverload Overload => AggregateEntries.Unary(
        new("histogram", "A map from each value to how often it was there, in order of the values.")
        {
            Category = "Aggregates", Example = "histogram(7)", Returns = "{7=1}",
        },
        AggregateShape.Other, ParameterPattern.Any, t => new HistogramAggregate(t));

    protected override Value ResultOf(List<(Value Value, long Count)> runs, long total)
    {
        if (total == 0) return Value.Null(ResultType);
        LogicalType entry = ResultType.Element!;
        return Value.Nested(ResultType, [.. runs.Select(r => Value.Nested(entry, [r.Value, Value.BigInt(r.Count)]))]);
    }
}

/// <summary>entropy(x): of the distribution of the values, in bits.</summary>
internal sealed class EntropyAggregate(LogicalType type) : DistributionAggregate(type, LogicalType.Double)
{
    public static AggregateOverload Overload => AggregateEntries.Unary(
        new("entropy", "Entropy of the distribution of the values, in bits.")
        {
            Category = "Aggregates", Example = "entropy(7)", Returns = "0",
        },
        AggregateShape.Other, ParameterPattern.Any, t => new EntropyAggregate(t));

    protected override Value ResultOf(List<(Value Value, long Count)> runs, long total)
    {
        double entropy = 0;
        foreach ((_, long count) in runs)
        {
            double share = (double)count / total;
            entropy -= share * Math.Log2(share);
        }
        // The negative zero of a single value is no news.
        return Value.Float(LogicalType.Double, entropy + 0.0);
    }
}

/// <summary>mad(x): the median of the distances to the median.</summary>
internal sealed class MedianDeviation() : DistributionAggregate(LogicalType.Double, LogicalType.Double)
{
    public static AggregateOverload Overload => AggregateEntries.Unary(
        new("mad", "Median of the distances of the values to their median.")
        {
            Category = "Aggregates", Example = "mad(7)", Returns = "0",
        },
        AggregateShape.Other, LogicalType.Double, _ => new MedianDeviation());

    protected override Value ResultOf(List<(Value Value, long Count)> runs, long total)
    {
        if (total == 0) return Value.Null(LogicalType.Double);
        double center = MiddleOf([.. runs.Select(r => (r.Value.AsDouble, r.Count))], total);
        List<(double Value, long Count)> distances = [.. runs.Select(r =>
            (Math.Abs(r.Value.AsDouble - center), r.Count))];
        distances.Sort((a, b) => a.Value.CompareTo(b.Value));
        return Value.Float(LogicalType.Double, MiddleOf(distances, total));
    }

    private static double MiddleOf(List<(double Value, long Count)> sorted, long total)
    {
        double low = At(sorted, (total - 1) / 2);
        double high = At(sorted, total / 2);
        return low + ((high - low) / 2);
    }

    private static double At(List<(double Value, long Count)> sorted, long rank)
    {
        foreach ((double value, long count) in sorted)
        {
            if (rank < count) return value;
            rank -= count;
        }
        return double.NaN;
    }
}
