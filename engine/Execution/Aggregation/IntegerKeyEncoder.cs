using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Integers of up to 64 bits as their distance from a smallest value, plus 1; NULL is 0. When the range needs all 64
/// bits, codes are the values themselves, and NULL is told by a flag beside the code.
/// </summary>
internal sealed unsafe class IntegerKeyEncoder(LogicalType type, MemoryAccount account) : KeyEncoder(type)
{
    private readonly ColumnVector _flat = new(type, account);
    private Coding _now;
    private Coding _before;
    private bool _seesNulls;

    public override int Bits => Math.Max(_now.Bits, 1);

    public override bool FlagsNulls => _now.FlagsNulls;

    /// <summary>What code 0 would be the code of, were it not that of NULL.</summary>
    public Int128 Zero => _now.Zero;

    public override bool Prepare(ColumnVector vector, int count)
    {
        _before = _now;
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        if (TryFindRange(vector, count, out Int128 min, out Int128 max)) _now.Include(min, max);
        _seesNulls |= vector.HasNulls;
        // NULLs from before the range was full need the flag as well.
        _now.FlagsNulls = _now.IsFull && _seesNulls;
        return _now != _before;
    }

    public override void Translate(ulong* codes, ulong* flags, int count)
    {
        if (_now.IsFull == _before.IsFull && _now.Min == _before.Min) return;
        ulong shift = unchecked((ulong)(_before.Min - 1 - _now.Zero));
        for (int i = 0; i < count; i++)
        {
            // Codes of 0 were NULL: only codings of distances change.
            if (codes[i] != 0) codes[i] = unchecked(codes[i] + shift);
            else if (_now.IsFull) flags[i] = 1;
        }
    }

    public override void Encode(ColumnVector vector, int count, ulong* codes, ulong* flags)
    {
        if (vector.IsConstant)
        {
            bool isNull = !vector.IsValid(0);
            new Span<ulong>(codes, count).Fill(isNull ? 0 : unchecked((ulong)(vector.GetInteger(0) - _now.Zero)));
            if (FlagsNulls) new Span<ulong>(flags, count).Fill(isNull ? 1UL : 0);
            return;
        }
        if (vector.Shape == VectorShape.Dictionary) vector = _flat;
        IntegerLanes.Convert(vector.Data, vector.Lane, count, vector.Base - _now.Zero, sizeof(ulong), (byte*)codes);
        if (FlagsNulls) new Span<ulong>(flags, count).Clear();
        if (!vector.HasNulls) return;
        for (int i = 0; i < count; i++)
        {
            if (vector.IsValid(i)) continue;
            codes[i] = 0;
            if (FlagsNulls) flags[i] = 1;
        }
    }

    public override void Decode(ulong* codes, ulong* flags, int count, ColumnVector target)
    {
        int capacity = Math.Max(count, 1);
        target.ResetFlat(capacity);
        target.Count = count;
        IntegerLanes.Convert((byte*)codes, PhysicalType.UInt64, count, _now.Zero, target.Lane.SizeBytes(), target.Data);
        for (int i = 0; i < count; i++)
        {
            bool isNull = _now.IsFull ? FlagsNulls && flags[i] != 0 : codes[i] == 0;
            if (isNull) target.SetNull(i, capacity);
        }
    }

    public override void Reset(bool appends)
    {
    }

    public override void Dispose() => _flat.Dispose();

    private static bool TryFindRange(ColumnVector vector, int count, out Int128 min, out Int128 max)
    {
        min = max = 0;
        if (count == 0 || vector.IsAllNull()) return false;
        IntegerOperand operand = IntegerOperand.Of(vector, count);
        if (vector.HasNulls && !vector.IsConstant)
        {
            // Elements of NULL rows can be anything and would widen the range for nothing.
            if (Bitmap.IsEmpty(vector.Validity, count)) return false;
            operand.Narrow(vector.Validity, count);
        }
        (min, max) = (operand.Min, operand.Max);
        return true;
    }

    /// <summary>What codes mean.</summary>
    private record struct Coding
    {
        /// <summary>The value of code 1; 0 when full.</summary>
        public Int128 Min { get; private set; }

        /// <summary>Bits of a code; 0 before the first value.</summary>
        public int Bits { get; private set; }

        /// <summary>True when codes are the values.</summary>
        public bool IsFull { get; private set; }

        /// <summary>True when NULL is told by a flag.</summary>
        public bool FlagsNulls { get; set; }

        /// <summary>What is taken off a value for its code, modulo 2^64.</summary>
        public readonly Int128 Zero => IsFull ? 0 : Min - 1;

        /// <summary>
        /// Makes room for values. A little is kept free, so that a growing range does not change at every batch.
        /// </summary>
        public void Include(Int128 min, Int128 max)
        {
            if (IsFull) return;
            if (Bits > 0)
            {
                Int128 last = Min + (((Int128)1 << Bits) - 2);
                if (min >= Min && max <= last) return;
                if (min < Min) min -= (last - min) / 8;
                min = Int128.Min(min, Min);
                max = Int128.Max(max, last);
            }
            UInt128 codes = (UInt128)(max - min) + 2;
            int bits = 128 - (int)UInt128.LeadingZeroCount(codes - 1);
            if (bits < 64)
            {
                Min = min;
                Bits = bits;
                return;
            }
            Min = 0;
            Bits = 64;
            IsFull = true;
        }
    }
}
