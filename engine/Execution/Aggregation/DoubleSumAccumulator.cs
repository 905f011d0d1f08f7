using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// The sum of REAL or DOUBLE, compensated after Neumaier (1974), so that its error does not grow with the number of
/// rows.
/// <code>
///   bytes    field
///   8        the sum as added up
///   8        what rounding took off it
/// </code>
/// </summary>
internal sealed unsafe class DoubleSumAccumulator(int column, int filter, LogicalType type, MemoryAccount account)
    : Accumulator
{
    private readonly ColumnVector _flat = new(type, account);

    public override int SizeBytes => 16;

    public override int Filter => filter;

    public override IReadOnlyList<LogicalType> PartialTypes => [LogicalType.Double, LogicalType.Double];

    /// <summary>The sum in a state.</summary>
    public double Get(byte* state)
    {
        double* sum = (double*)(state + Offset);
        // An infinite sum makes its compensation NaN.
        return double.IsFinite(sum[0]) ? sum[0] + sum[1] : sum[0];
    }

    public override void Update(in AggregateRows rows)
    {
        ColumnVector vector = rows.Columns[column];
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        uint* offsets = rows.Offsets[filter];
        byte* states = rows.States + Offset;
        int step = vector.IsConstant ? 0 : 1;
        if (vector.HasNulls || type.Physical == PhysicalType.Float32)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                if (vector.IsValid(i)) Add((double*)(states + offsets[i]), vector.GetDouble(i));
            }
            return;
        }
        double* values = (double*)vector.Data;
        for (int i = 0; i < rows.Count; i++) Add((double*)(states + offsets[i]), values[i * step]);
    }

    public override void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state)
    {
        ColumnVector vector = columns[column];
        double* sum = (double*)(state + Offset);
        if (vector.Shape == VectorShape.Flat && type.Physical == PhysicalType.Float64 && !vector.HasNulls)
        {
            Add(sum, mask is null
                ? Sums.Sum((double*)vector.Data, count)
                : Sums.SumMasked((double*)vector.Data, mask.Words, count));
            return;
        }
        for (int i = 0; i < count; i++)
        {
            if ((mask is null || mask[i]) && vector.IsValid(i)) Add(sum, vector.GetDouble(i));
        }
    }

    public override void Combine(Accumulator from, byte** sources, byte** targets, int count)
    {
        for (int i = 0; i < count; i++)
        {
            double* source = (double*)(sources[i] + from.Offset);
            double* target = (double*)(targets[i] + Offset);
            Add(target, source[0]);
            target[1] += source[1];
        }
    }

    public override void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets)
    {
        for (int part = 0; part < 2; part++)
        {
            targets[part].ResetFlat(Math.Max(count, 1));
            targets[part].Count = count;
            for (int i = 0; i < count; i++) ((double*)targets[part].Data)[i] = ((double*)(states[i] + Offset))[part];
        }
    }

    public override void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count)
    {
        for (int i = 0; i < count; i++)
        {
            double* target = (double*)(states[i] + Offset);
            Add(target, partials[0].GetDouble(i));
            target[1] += partials[1].GetDouble(i);
        }
    }

    public override void Dispose() => _flat.Dispose();

    private static void Add(double* state, double value)
    {
        double sum = state[0];
        double next = sum + value;
        // What the addition rounded away, whichever of the two is larger; the form of Knuth needs no branch.
        double taken = next - sum;
        state[1] += (sum - (next - taken)) + (value - taken);
        state[0] = next;
    }
}
