using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// The smallest or largest integer of up to 64 bits, decimal, date or time.
/// <code>
///   bytes    field
///   8        the value; before the first, the one that every other beats
///   8        1 when there is a value
/// </code>
/// </summary>
internal sealed unsafe class IntegerExtremeAccumulator(
    int column, int filter, bool isMax, LogicalType type, MemoryAccount account) : Accumulator
{
    private readonly ColumnVector _flat = new(type, account);
    private readonly NativeBuffer _lanes = NativeBuffer.Allocate(Batch.MaxRows * sizeof(long), account);

    private readonly RowMask _counted = new();

    // Unsigned 64-bit values are kept with the first bit turned, so that signed order is theirs.
    private readonly long _turn = type.Physical == PhysicalType.UInt64 ? long.MinValue : 0;

    public override int SizeBytes => 16;

    public override int Filter => filter;

    public override IReadOnlyList<LogicalType> PartialTypes => [type];

    /// <summary>True when there is a value, and the value.</summary>
    public bool TryGet(byte* state, out Int128 value)
    {
        state += Offset;
        long stored = *(long*)state ^ _turn;
        value = _turn == 0 ? stored : (ulong)stored;
        return *(long*)(state + 8) != 0;
    }

    public override void Initialize(byte* rows, int count, int stride)
    {
        for (int i = 0; i < count; i++)
            *(long*)(rows + ((long)i * stride) + Offset) = isMax ? long.MinValue : long.MaxValue;
    }

    public override void Update(in AggregateRows rows)
    {
        ColumnVector vector = rows.Columns[column];
        if (vector.IsAllNull()) return;
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        uint* offsets = rows.Offsets[filter];
        byte* states = rows.States + Offset;
        long* lanes = (long*)_lanes.Pointer;
        if (vector.IsConstant) new Span<long>(lanes, rows.Count).Fill((long)vector.GetInteger(0) ^ _turn);
        else Convert(vector, lanes, rows.Count);
        if (vector.HasNulls)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                if (vector.IsValid(i)) Take(states + offsets[i], lanes[i]);
            }
        }
        else if (isMax)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                long* state = (long*)(states + offsets[i]);
                state[0] = Math.Max(state[0], lanes[i]);
                state[1] = 1;
            }
        }
        else
        {
            for (int i = 0; i < rows.Count; i++)
            {
                long* state = (long*)(states + offsets[i]);
                state[0] = Math.Min(state[0], lanes[i]);
                state[1] = 1;
            }
        }
    }

    public override void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state)
    {
        ColumnVector vector = columns[column];
        if (vector.IsAllNull() || count == 0 || (mask is not null && mask.IsEmpty)) return;
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        IntegerOperand operand;
        if (mask is null && (!vector.HasNulls || vector.IsConstant))
        {
            operand = IntegerOperand.Of(vector, count);
        }
        else
        {
            if (mask is null) _counted.SetAll(count);
            else _counted.CopyFrom(mask);
            _counted.AndValid(vector);
            if (_counted.IsEmpty) return;
            operand = IntegerOperand.Of(vector, count);
            operand.Narrow(_counted.Words, count);
        }
        Take(state + Offset, unchecked((long)(isMax ? operand.Max : operand.Min)) ^ _turn);
    }

    public override void Combine(Accumulator from, byte** sources, byte** targets, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long* source = (long*)(sources[i] + from.Offset);
            if (source[1] != 0) Take(targets[i] + Offset, source[0]);
        }
    }

    public override void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets)
    {
        ColumnVector target = targets[0];
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        for (int i = 0; i < count; i++)
        {
            bool has = TryGet(states[i], out Int128 value);
            VectorValues.StoreInteger(target.Data, target.Lane, i, has ? value : 0);
            if (!has) target.SetNull(i, Math.Max(count, 1));
        }
    }

    public override void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (partials[0].IsValid(i)) Take(states[i] + Offset, unchecked((long)partials[0].GetInteger(i)) ^ _turn);
        }
    }

    public override void Dispose()
    {
        _flat.Dispose();
        _counted.Dispose();
        _lanes.Release();
    }

    private void Convert(ColumnVector vector, long* lanes, int count)
    {
        IntegerLanes.Convert(vector.Data, vector.Lane, count, vector.Base, sizeof(long), (byte*)lanes);
        if (_turn == 0) return;
        for (int i = 0; i < count; i++) lanes[i] ^= _turn;
    }

    private void Take(byte* state, long value)
    {
        long* target = (long*)state;
        target[0] = isMax ? Math.Max(target[0], value) : Math.Min(target[0], value);
        target[1] = 1;
    }
}

/// <summary>
/// The smallest or largest REAL or DOUBLE; NaN is above all others.
/// <code>
///   bytes    field
///   8        the value
///   8        1 when there is a value
/// </code>
/// </summary>
internal sealed unsafe class FloatExtremeAccumulator(
    int column, int filter, bool isMax, LogicalType type, MemoryAccount account) : Accumulator
{
    private readonly ColumnVector _flat = new(type, account);

    public override int SizeBytes => 16;

    public override int Filter => filter;

    public override IReadOnlyList<LogicalType> PartialTypes => [type];

    /// <summary>True when there is a value, and the value.</summary>
    public bool TryGet(byte* state, out double value)
    {
        value = *(double*)(state + Offset);
        return *(long*)(state + Offset + 8) != 0;
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
        for (int i = 0; i < rows.Count; i++)
        {
            if (vector.IsValid(i)) Take(states + offsets[i], vector.GetDouble(i));
        }
    }

    public override void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state)
    {
        ColumnVector vector = columns[column];
        for (int i = 0; i < count; i++)
        {
            if ((mask is null || mask[i]) && vector.IsValid(i)) Take(state + Offset, vector.GetDouble(i));
        }
    }

    public override void Combine(Accumulator from, byte** sources, byte** targets, int count)
    {
        FloatExtremeAccumulator source = (FloatExtremeAccumulator)from;
        for (int i = 0; i < count; i++)
        {
            if (source.TryGet(sources[i], out double value)) Take(targets[i] + Offset, value);
        }
    }

    public override void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets)
    {
        ColumnVector target = targets[0];
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        for (int i = 0; i < count; i++)
        {
            bool has = TryGet(states[i], out double value);
            if (target.Lane == PhysicalType.Float32) ((float*)target.Data)[i] = (float)value;
            else ((double*)target.Data)[i] = value;
            if (!has) target.SetNull(i, Math.Max(count, 1));
        }
    }

    public override void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (partials[0].IsValid(i)) Take(states[i] + Offset, partials[0].GetDouble(i));
        }
    }

    public override void Dispose() => _flat.Dispose();

    private void Take(byte* state, double value)
    {
        double* target = (double*)state;
        bool isFirst = *(long*)(state + 8) == 0;
        if (isFirst || (isMax ? IsAbove(value, target[0]) : IsAbove(target[0], value))) target[0] = value;
        *(long*)(state + 8) = 1;
    }

    private static bool IsAbove(double x, double y) => x > y || (double.IsNaN(x) && !double.IsNaN(y));
}
