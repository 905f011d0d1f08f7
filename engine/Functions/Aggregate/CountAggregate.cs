using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>count(*) and count(x). The state is one Int64.</summary>
internal sealed unsafe class CountAggregate : IAggregateKernel
{
    public static FunctionInfo Info => new("count", "Number of rows, or of rows where the argument is not NULL.")
    {
        Category = "Aggregates", Example = "count(*)", Returns = "1",
    };

    public LogicalType ResultType => LogicalType.BigInt;

    public int StateSizeBytes => sizeof(long);

    public IReadOnlyList<LogicalType> PartialTypes { get; } = [LogicalType.BigInt];

    public void Initialize(byte* state) => *(long*)state = 0;

    public void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        if (arguments.Length > 0 && arguments[0].IsConstant && !arguments[0].IsValid(0)) return;
        ulong* validity = arguments.Length == 0 || arguments[0].IsConstant ? null : arguments[0].Validity;
        for (int row = 0; row < count; row++)
        {
            if (states[row] is null || (validity is not null && (validity[row >> 6] >> row & 1) == 0)) continue;
            ++*(long*)states[row];
        }
    }

    public void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context)
    {
        if (arguments.Length > 0 && arguments[0].IsConstant && !arguments[0].IsValid(0)) return;
        ulong* validity = arguments.Length == 0 || arguments[0].IsConstant ? null : arguments[0].Validity;
        long found = 0;
        for (int w = 0; w < (count + 63) >> 6; w++)
        {
            found += BitOperations.PopCount(RowWords.Word(w, count, mask is null ? null : mask.Words, validity));
        }
        *(long*)state += found;
    }

    public void Combine(byte** sources, byte** targets, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++) *(long*)targets[i] += *(long*)sources[i];
    }

    public void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        for (int i = 0; i < count; i++) ((long*)result.Data)[i] = *(long*)states[i];
    }

    public void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> into, AggregateContext context) =>
        Finish(states, count, into[0], context);

    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context)
    {
        ColumnVector counts = context.Flat(0, partials[0]);
        for (int i = 0; i < count; i++)
        {
            if (states[i] is not null) *(long*)states[i] += ((long*)counts.Data)[counts.IsConstant ? 0 : i];
        }
    }
}
