using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>mode(x): the most frequent value; of several, the first in order.</summary>
internal sealed unsafe class ModeAggregate(LogicalType type, bool isDescending)
    : CollectingAggregate(type, type, keepsNulls: false)
{
    private static FunctionInfo Info => new("mode", "The most frequent value; the first in order where several are.")
    {
        Category = "Aggregates", Example = "mode(4)", Returns = "4", IsOrderedSet = true,
    };

    public static IEnumerable<AggregateOverload> Overloads =>
    [
        AggregateEntries.Unary(Info, AggregateShape.Other, ParameterPattern.Any, t => new ModeAggregate(t, false)),
        AggregateEntries.Many(
            Info, [ParameterPattern.Any, LogicalType.Boolean], (t, c) =>
                new ModeAggregate(t[0], c[0].AsBoolean), constantCount: 1),
    ];

    public override void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        context.BeginResultText();
        ElementWriter writer = new(Format, result, count, context);
        for (int i = 0; i < count; i++)
        {
            int size = (int)((ElementChain*)states[i])->Count;
            if (size == 0)
            {
                writer.SetNull(i);
                continue;
            }
            NativeBuffer values = Gather(states[i], context);
            try
            {
                Sort(values.Pointer, size);
                writer.Set(i, MostFrequent(values.Pointer, size));
            }
            finally
            {
                values.Release();
            }
        }
        writer.End();
    }

    private byte* MostFrequent(byte* sorted, int count)
    {
        byte* best = sorted;
        int bestLength = 0;
        for (int first = 0; first < count;)
        {
            int next = first + 1;
            byte* run = sorted + ((long)first * Format.SizeBytes);
            while (next < count && Format.Compare(run, sorted + ((long)next * Format.SizeBytes)) == 0) next++;
            int length = next - first;
            if (length > bestLength || (isDescending && length == bestLength))
            {
                best = run;
                bestLength = length;
            }
            first = next;
        }
        return best;
    }
}
