using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>Rows of the group that pass a filter.</summary>
internal sealed unsafe class CountAccumulator(int filter) : Accumulator
{
    public override int SizeBytes => sizeof(long);

    public override int Filter => filter;

    public override IReadOnlyList<LogicalType> PartialTypes => [LogicalType.BigInt];

    public override void Update(in AggregateRows rows)
    {
        byte* states = rows.States + Offset;
        if (rows.Masks is { } masks)
        {
            for (int g = 1; g <= masks.GroupCount; g++)
                *(long*)(states + ((long)g * rows.Stride)) += masks.CountOf(filter, g);
            return;
        }
        uint* offsets = rows.Offsets[filter];
        for (int i = 0; i < rows.Count; i++) ++*(long*)(states + offsets[i]);
    }

    public override void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state) =>
        *(long*)(state + Offset) += mask is null ? count : mask.CountSet();

    public override void Combine(Accumulator from, byte** sources, byte** targets, int count) =>
        AddStates(sources, targets, from.Offset, Offset, count);

    public override void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets) =>
        WriteStates(states, Offset, count, targets[0]);

    public override void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count)
    {
        for (int i = 0; i < count; i++) *(long*)(states[i] + Offset) += (long)partials[0].GetInteger(i);
    }

    internal static void AddStates(byte** sources, byte** targets, int sourceOffset, int targetOffset, int count)
    {
        for (int i = 0; i < count; i++) *(long*)(targets[i] + targetOffset) += *(long*)(sources[i] + sourceOffset);
    }

    internal static void WriteStates(byte** states, int offset, int count, ColumnVector target)
    {
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        for (int i = 0; i < count; i++) ((long*)target.Data)[i] = *(long*)(states[i] + offset);
    }
}

/// <summary>
/// Rows of the group that pass a filter and have no value in a column: what count(x) takes off the count of rows. Costs
/// nothing while no NULL comes.
/// </summary>
internal sealed unsafe class NullCountAccumulator(int column, int filter) : Accumulator
{
    public override int SizeBytes => sizeof(long);

    public override int Filter => filter;

    public override IReadOnlyList<LogicalType> PartialTypes => [LogicalType.BigInt];

    public override void Update(in AggregateRows rows)
    {
        ColumnVector vector = rows.Columns[column];
        if (!vector.HasNulls && vector.Type.Kind != TypeKind.Null) return;
        byte* states = rows.States + Offset;
        uint* offsets = rows.Offsets[filter];
        if (vector.IsConstant || vector.Type.Kind == TypeKind.Null)
        {
            if (vector.IsValid(0)) return;
            for (int i = 0; i < rows.Count; i++) ++*(long*)(states + offsets[i]);
            return;
        }
        for (int w = 0; w * 64 < rows.Count; w++)
        {
            int left = Math.Min(64, rows.Count - (w * 64));
            ulong nulls = ~vector.Validity[w] & (left == 64 ? ulong.MaxValue : (1UL << left) - 1);
            for (; nulls != 0; nulls &= nulls - 1)
            {
                ++*(long*)(states + offsets[(w * 64) + System.Numerics.BitOperations.TrailingZeroCount(nulls)]);
            }
        }
    }

    public override void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state)
    {
        ColumnVector vector = columns[column];
        if (!vector.HasNulls && vector.Type.Kind != TypeKind.Null) return;
        long selected = mask is null ? count : mask.CountSet();
        long valid = 0;
        if (vector.IsConstant || vector.Type.Kind == TypeKind.Null) valid = vector.IsValid(0) ? selected : 0;
        else if (mask is null) valid = Kernels.Bitmap.CountSet(vector.Validity, count);
        else
        {
            for (int w = 0; w < mask.WordCount; w++)
            {
                valid += System.Numerics.BitOperations.PopCount(mask.Words[w] & vector.Validity[w]);
            }
        }
        *(long*)(state + Offset) += selected - valid;
    }

    public override void Combine(Accumulator from, byte** sources, byte** targets, int count) =>
        CountAccumulator.AddStates(sources, targets, from.Offset, Offset, count);

    public override void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets) =>
        CountAccumulator.WriteStates(states, Offset, count, targets[0]);

    public override void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count)
    {
        for (int i = 0; i < count; i++) *(long*)(states[i] + Offset) += (long)partials[0].GetInteger(i);
    }
}
