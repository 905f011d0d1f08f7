using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>A test of one 64-bit value; a struct, so that it is inlined into the loop over the lane.</summary>
internal interface IIntegerTest
{
    /// <summary>True when the value passes.</summary>
    bool Passes(long value);

    /// <summary>True when a value outside 64 bits passes.</summary>
    bool Passes(Int128 value);
}

/// <summary>Runs a test over the integers of a flat or narrow lane, for rows that are still set.</summary>
internal static unsafe class IntegerLanes
{
    /// <summary>Clears the bits of values that do not pass.</summary>
    public static void And<TTest>(ColumnVector values, int count, ulong* mask, TTest test)
        where TTest : struct, IIntegerTest => And(values, 0, count, mask, test);

    /// <summary>The same from a row on, a multiple of 64.</summary>
    public static void And<TTest>(ColumnVector values, int first, int count, ulong* mask, TTest test)
        where TTest : struct, IIntegerTest
    {
        if (first >= count) return;
        bool fits = values.Base >= long.MinValue && values.Base <= long.MaxValue - uint.MaxValue;
        switch (fits ? values.Lane : PhysicalType.None)
        {
            case PhysicalType.Int8: And((sbyte*)values.Data, (long)values.Base, first, count, mask, test); break;
            case PhysicalType.Int16: And((short*)values.Data, (long)values.Base, first, count, mask, test); break;
            case PhysicalType.Int32: And((int*)values.Data, (long)values.Base, first, count, mask, test); break;
            case PhysicalType.Int64: And((long*)values.Data, (long)values.Base, first, count, mask, test); break;
            case PhysicalType.UInt8: And(values.Data, (long)values.Base, first, count, mask, test); break;
            case PhysicalType.UInt16: And((ushort*)values.Data, (long)values.Base, first, count, mask, test); break;
            case PhysicalType.UInt32: And((uint*)values.Data, (long)values.Base, first, count, mask, test); break;
            default: AndWide(values, first, count, mask, test); break;
        }
    }

    private static void And<T, TTest>(T* lane, long add, int first, int count, ulong* mask, TTest test)
        where T : unmanaged, IBinaryInteger<T> where TTest : struct, IIntegerTest
    {
        for (int w = first; w < count; w += 64)
        {
            ulong word = mask[w >> 6];
            int n = Math.Min(64, count - w);
            if (BitOperations.PopCount(word) > 24)
            {
                ulong passing = 0;
                for (int i = 0; i < n; i++)
                {
                    passing |= (test.Passes(add + long.CreateTruncating(lane[w + i])) ? 1UL : 0) << i;
                }
                mask[w >> 6] = word & passing;
                continue;
            }
            ulong left = n == 64 ? word : word & ((1UL << n) - 1);
            ulong kept = 0;
            for (; left != 0; left &= left - 1)
            {
                int i = BitOperations.TrailingZeroCount(left);
                if (test.Passes(add + long.CreateTruncating(lane[w + i]))) kept |= 1UL << i;
            }
            mask[w >> 6] = kept;
        }
    }

    private static void AndWide<TTest>(ColumnVector values, int first, int count, ulong* mask, TTest test)
        where TTest : struct, IIntegerTest
    {
        Invariant.Holds(values.Lane.IsInteger());
        for (int i = first; i < count; i++)
        {
            if (!Kernels.Bitmap.IsSet(mask, i)) continue;
            Int128 value = values.Base + VectorValues.LoadInteger(values.Data, values.Lane, i);
            if (!test.Passes(value)) mask[i >> 6] &= ~(1UL << i);
        }
    }
}
