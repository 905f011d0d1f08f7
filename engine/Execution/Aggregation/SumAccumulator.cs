using System.Numerics;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// The exact sum of integers and unscaled decimals.
/// <code>
///   bytes    field
///   8        low: what was added since the last carry
///   8        high, in units of 2^32, where arguments have 64 bits; their sum never needs more than 95
///   or 16    high, in units, where arguments have 128 bits
///   or 0     where arguments have at most 16 bits: 2^47 rows do not come together
/// </code>
/// Rows are added to the low word alone. Bounds of what was added tell when it could overflow; then all groups carry.
/// </summary>
internal sealed unsafe class SumAccumulator : Accumulator
{
    private const long Unit = 1L << 32;

    /// <summary>
    /// Groups times bytes of a lane up to which rows are added group by group: that takes as many instructions as lanes
    /// fill registers.
    /// </summary>
    private const int MostLaneBytes = 32;

    private readonly int _column;
    private readonly int _filter;
    private readonly LogicalType _type;
    private readonly ColumnVector _flat;
    private readonly NativeBuffer _lanes;
    private readonly RowMask _counted = new();
    private readonly bool _isWide;
    private readonly bool _isNarrow;
    private Int128 _bound = Unit;

    public SumAccumulator(int column, int filter, LogicalType type, MemoryAccount account)
    {
        _column = column;
        _filter = filter;
        _type = type;
        _isWide = type.Physical == PhysicalType.Int128;
        _isNarrow = type.Physical.SizeBytes() <= sizeof(short);
        _flat = new ColumnVector(type, account);
        _lanes = NativeBuffer.Allocate(Batch.MaxRows * sizeof(long), account);
    }

    public override int SizeBytes => _isWide ? 24 : _isNarrow ? 8 : 16;

    public override int Filter => _filter;

    public override IReadOnlyList<LogicalType> PartialTypes => [LogicalType.HugeInt];

    /// <summary>The sum in a state.</summary>
    public Int128 Get(byte* state)
    {
        state += Offset;
        if (_isNarrow) return *(long*)state;
        Int128 high = _isWide
            ? new Int128(*(ulong*)(state + 16), *(ulong*)(state + 8))
            : (Int128)(*(long*)(state + 8)) << 32;
        return *(long*)state + high;
    }

    public override void Update(in AggregateRows rows)
    {
        ColumnVector vector = rows.Columns[_column];
        if (vector.IsAllNull() || rows.Count == 0) return;
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        int laneBytes = vector.Lane.SizeBytes();
        bool isByGroup = rows.Masks is { } masks && masks.GroupCount * laneBytes <= MostLaneBytes;
        if (isByGroup && laneBytes <= sizeof(int))
        {
            AddByGroup(vector, rows);
            return;
        }
        uint* offsets = rows.Offsets[_filter];
        byte* states = rows.States + Offset;
        IntegerOperand operand = IntegerOperand.Of(vector, rows.Count);
        if (vector.HasNulls && !vector.IsConstant) operand.Narrow(vector.Validity, rows.Count);
        Int128 size = Int128.Max(-operand.Min, operand.Max);
        if (size >= (Int128)1 << 48)
        {
            AddRowByRow(vector, offsets, rows.States, rows.Count);
            return;
        }
        if (isByGroup && laneBytes == sizeof(long))
        {
            AddByGroup(vector, rows);
            return;
        }
        Int128 added = size * rows.Count;
        if (_bound + added > long.MaxValue) Carry(rows);
        _bound += added;
        Add(vector, operand, offsets, states, rows.Count);
    }

    public override void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state)
    {
        ColumnVector vector = columns[_column];
        if (vector.IsAllNull() || count == 0) return;
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        if (vector.HasNulls && !vector.IsConstant)
        {
            if (mask is null) _counted.SetAll(count);
            else _counted.CopyFrom(mask);
            _counted.AndValid(vector);
            mask = _counted;
        }
        long rows = mask is null ? count : mask.CountSet();
        if (rows == 0) return;
        Int128 sum;
        try
        {
            sum = vector.IsConstant
                ? checked(vector.GetInteger(0) * rows)
                : checked(SumOf(vector, mask is null ? null : mask.Words, count) + (vector.Base * rows));
        }
        catch (OverflowException)
        {
            throw ArithmeticErrors.OutOfRange(_type, -1);
        }
        AddWide(state, sum);
    }

    public override void Combine(Accumulator from, byte** sources, byte** targets, int count)
    {
        SumAccumulator source = (SumAccumulator)from;
        for (int i = 0; i < count; i++) AddWide(targets[i], source.Get(sources[i]));
    }

    public override void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets)
    {
        targets[0].ResetFlat(Math.Max(count, 1));
        targets[0].Count = count;
        for (int i = 0; i < count; i++) ((Int128*)targets[0].Data)[i] = Get(states[i]);
    }

    public override void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count)
    {
        for (int i = 0; i < count; i++) AddWide(states[i], partials[0].GetInteger(i));
    }

    public override void Dispose()
    {
        _flat.Dispose();
        _counted.Dispose();
        _lanes.Release();
    }

    /// <summary>The sum of lanes, of all rows or those of the mask.</summary>
    private static Int128 SumOf(ColumnVector vector, ulong* mask, int count)
    {
        byte* data = vector.Data;
        if (mask is null)
        {
            switch (vector.Lane)
            {
                case PhysicalType.UInt8: return Sums.Sum(data, count);
                case PhysicalType.UInt16: return Sums.Sum((ushort*)data, count);
                case PhysicalType.UInt32: return Sums.Sum((uint*)data, count);
                case PhysicalType.Int16: return Sums.Sum((short*)data, count);
                case PhysicalType.Int32: return Sums.Sum((int*)data, count);
                case PhysicalType.Int64: return Sums.Sum((long*)data, count);
                case PhysicalType.UInt64: return (Int128)Sums.Sum((ulong*)data, count);
            }
        }
        else
        {
            switch (vector.Lane)
            {
                case PhysicalType.UInt8: return Sums.SumMasked(data, mask, count);
                case PhysicalType.UInt16: return Sums.SumMasked((ushort*)data, mask, count);
                case PhysicalType.UInt32: return Sums.SumMasked((uint*)data, mask, count);
                case PhysicalType.Int8: return Sums.SumMasked((sbyte*)data, mask, count);
                case PhysicalType.Int16: return Sums.SumMasked((short*)data, mask, count);
                case PhysicalType.Int32: return Sums.SumMasked((int*)data, mask, count);
            }
        }
        Int128 sum = 0;
        for (int i = 0; i < count; i++)
        {
            if (mask is not null && !Bitmap.IsSet(mask, i)) continue;
            sum = checked(sum + VectorValues.LoadInteger(data, vector.Lane, i));
        }
        return sum;
    }

    /// <summary>Adds a number of any size and carries.</summary>
    private void AddWide(byte* state, Int128 value)
    {
        Int128 sum = Get(state);
        try
        {
            sum = checked(sum + value);
        }
        catch (OverflowException)
        {
            throw ArithmeticErrors.OutOfRange(_type, -1);
        }
        if (_isNarrow && sum != (long)sum) throw ArithmeticErrors.OutOfRange(_type, -1);
        Put(state + Offset, sum);
    }

    private void Put(byte* state, Int128 sum)
    {
        if (_isNarrow)
        {
            *(long*)state = (long)sum;
        }
        else if (_isWide)
        {
            *(long*)state = 0;
            *(ulong*)(state + 8) = (ulong)(UInt128)sum;
            *(ulong*)(state + 16) = (ulong)((UInt128)sum >> 64);
        }
        else
        {
            *(long*)state = (long)(sum & (Unit - 1));
            *(long*)(state + 8) = (long)(sum >> 32);
        }
    }

    private void Carry(in AggregateRows rows)
    {
        for (long i = 0; i <= rows.GroupCount; i++)
        {
            byte* state = rows.States + (i * rows.Stride);
            Put(state + Offset, Get(state));
        }
        _bound = Unit;
    }

    private void Add(ColumnVector vector, in IntegerOperand operand, uint* offsets, byte* states, int count)
    {
        if (operand.IsConstant)
        {
            long value = (long)operand.Base;
            for (int i = 0; i < count; i++) *(long*)(states + offsets[i]) += value;
            return;
        }
        long valueBase = (long)operand.Base;
        if (vector.HasNulls)
        {
            AddLanes(WithoutNulls(vector, count), 0, offsets, states, count);
            return;
        }
        switch (vector.Lane)
        {
            case PhysicalType.UInt8: AddLanes(vector.Data, valueBase, offsets, states, count); break;
            case PhysicalType.UInt16: AddLanes((ushort*)vector.Data, valueBase, offsets, states, count); break;
            case PhysicalType.UInt32: AddLanes((uint*)vector.Data, valueBase, offsets, states, count); break;
            case PhysicalType.UInt64: AddLanes((ulong*)vector.Data, valueBase, offsets, states, count); break;
            case PhysicalType.Int8: AddLanes((sbyte*)vector.Data, valueBase, offsets, states, count); break;
            case PhysicalType.Int16: AddLanes((short*)vector.Data, valueBase, offsets, states, count); break;
            case PhysicalType.Int32: AddLanes((int*)vector.Data, valueBase, offsets, states, count); break;
            case PhysicalType.Int64: AddLanes((long*)vector.Data, valueBase, offsets, states, count); break;
            default: AddLanes((Int128*)vector.Data, valueBase, offsets, states, count); break;
        }
    }

    /// <summary>The values as 64-bit integers, 0 in place of NULL.</summary>
    private long* WithoutNulls(ColumnVector vector, int count)
    {
        long* lanes = (long*)_lanes.Pointer;
        IntegerLanes.Convert(vector.Data, vector.Lane, count, vector.Base, sizeof(long), (byte*)lanes);
        for (int w = 0; w < Bitmap.WordCount(count); w++)
        {
            int left = Math.Min(64, count - (w * 64));
            ulong nulls = ~vector.Validity[w] & (left == 64 ? ulong.MaxValue : (1UL << left) - 1);
            for (; nulls != 0; nulls &= nulls - 1) lanes[(w * 64) + BitOperations.TrailingZeroCount(nulls)] = 0;
        }
        return lanes;
    }

    /// <summary>
    /// Adds the rows of one group after the other. Lanes of 64 bits are so small that their sum needs no more.
    /// </summary>
    private void AddByGroup(ColumnVector vector, in AggregateRows rows)
    {
        GroupMasks masks = rows.Masks!;
        for (int group = 1; group <= masks.GroupCount; group++)
        {
            ulong* mask = masks.Of(_filter, group);
            int count = masks.CountOf(_filter, group);
            if (count > 0 && vector.HasNulls && !vector.IsConstant)
            {
                _counted.SetAll(rows.Count);
                _counted.And(mask);
                _counted.And(vector.Validity);
                mask = _counted.Words;
                count = _counted.CountSet();
            }
            if (count == 0) continue;
            AddWide(rows.States + ((long)group * rows.Stride), SumOfGroup(vector, mask, count, rows.Count));
        }
    }

    private Int128 SumOfGroup(ColumnVector vector, ulong* mask, int count, int rowCount)
    {
        try
        {
            if (vector.IsConstant) return checked(vector.GetInteger(0) * count);
            Int128 sum = vector.Lane is PhysicalType.Int64 or PhysicalType.UInt64
                ? Sums.SumMasked((long*)vector.Data, mask, rowCount) : SumOf(vector, mask, rowCount);
            return checked(sum + (vector.Base * count));
        }
        catch (OverflowException)
        {
            throw ArithmeticErrors.OutOfRange(_type, -1);
        }
    }

    private static void AddLanes<T>(T* lanes, long valueBase, uint* offsets, byte* states, int count)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < count; i++) *(long*)(states + offsets[i]) += valueBase + long.CreateTruncating(lanes[i]);
    }

    private void AddRowByRow(ColumnVector vector, uint* offsets, byte* states, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (vector.IsValid(i) && offsets[i] != 0) AddWide(states + offsets[i], vector.GetInteger(i));
        }
    }
}
