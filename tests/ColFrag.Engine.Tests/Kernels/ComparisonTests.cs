using System.Numerics;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class ComparisonTests
{
    [Fact]
    public void Masks_equal_the_scalar_test_at_every_length()
    {
        Integers<byte>();
        Integers<sbyte>();
        Integers<ushort>();
        Integers<short>();
        Integers<uint>();
        Integers<int>();
        Integers<ulong>();
        Integers<long>();
        Floats<float>();
        Floats<double>();
    }

    [Fact]
    public void Range_masks_hold_both_ends_and_wrap()
    {
        for (int count = 0; count <= 200; count++)
        {
            using Padded<byte> bytes = Padded<byte>.Random(count, count);
            using Padded<ushort> shorts = Padded<ushort>.Random(count, count);
            using Padded<uint> words = Padded<uint>.Random(count, count);
            using Padded<ulong> longs = Padded<ulong>.Random(count, count);
            Range(bytes, (byte)200, (byte)100);
            Range(shorts, (ushort)1000, (ushort)30_000);
            Range(words, 3_000_000_000, 2_000_000_000u);
            Range(longs, 1UL << 62, 1UL << 63);
        }
    }

    [Fact]
    public void Floats_order_as_PostgreSQL_orders_them()
    {
        Assert.True(IsFloatEqual<double>.Apply(double.NaN, double.NaN));
        Assert.True(IsFloatLess<double>.Apply(double.PositiveInfinity, double.NaN));
        Assert.False(IsFloatLess<double>.Apply(double.NaN, double.NaN));
        Assert.True(IsFloatGreater<double>.Apply(double.NaN, 1));
        Assert.True(IsFloatEqual<double>.Apply(-0.0, 0.0));
    }

    private static void Integers<T>() where T : unmanaged, IBinaryInteger<T>
    {
        Test<T, IsEqual<T>>(Few<T>);
        Test<T, IsNotEqual<T>>(Few<T>);
        Test<T, IsLess<T>>(Few<T>);
        Test<T, IsLessOrEqual<T>>(Few<T>);
        Test<T, IsGreater<T>>(Few<T>);
        Test<T, IsGreaterOrEqual<T>>(Few<T>);
    }

    private static void Floats<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        Test<T, IsFloatEqual<T>>(FewFloats<T>);
        Test<T, IsFloatNotEqual<T>>(FewFloats<T>);
        Test<T, IsFloatLess<T>>(FewFloats<T>);
        Test<T, IsFloatLessOrEqual<T>>(FewFloats<T>);
        Test<T, IsFloatGreater<T>>(FewFloats<T>);
        Test<T, IsFloatGreaterOrEqual<T>>(FewFloats<T>);
    }

    // Few different values, so that equality happens; some negative.
    private static T Few<T>(int i) where T : INumber<T> => T.CreateTruncating((i * 7919 % 5) - 2);

    private static T FewFloats<T>(int i) where T : IFloatingPointIeee754<T> => (i * 7919 % 6) switch
    {
        0 => T.NaN,
        1 => T.NegativeZero,
        2 => T.Zero,
        3 => T.NegativeInfinity,
        4 => T.CreateTruncating(1.5),
        _ => T.PositiveInfinity,
    };

    private static void Test<T, TTest>(Func<int, T> value) where T : unmanaged, INumber<T>
        where TTest : struct, IComparison<T>
    {
        for (int count = 0; count <= 200; count++)
        {
            using Padded<T> x = new(count, value), y = new(count, i => value((i * 3) + 1));
            using Padded<ulong> mask = Padded<ulong>.Random(4, count), before = Padded<ulong>.Random(4, count);
            Comparison.Mask<T, TTest>(x.Pointer, y.Pointer, count, mask.Pointer, and: true);
            Expect(i => TTest.Apply(x[i], y[i]) && Bitmap.IsSet(before.Pointer, i), mask, count);
            Comparison.Mask<T, TTest>(x.Pointer, y.Pointer, count, mask.Pointer, and: false);
            Expect(i => TTest.Apply(x[i], y[i]), mask, count);
            T constant = value(count);
            Comparison.Mask<T, TTest>(x.Pointer, constant, count, mask.Pointer, and: false);
            Expect(i => TTest.Apply(x[i], constant), mask, count);
        }
    }

    private static void Range<T>(Padded<T> values, T first, T span)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        using Padded<ulong> mask = new(4);
        Comparison.RangeMask(values.Pointer, first, span, values.Count, mask.Pointer, and: false);
        Expect(i => unchecked(values[i] - first) <= span, mask, values.Count);
    }

    private static void Expect(Func<int, bool> expected, Padded<ulong> mask, int count)
    {
        for (int i = 0; i < Bitmap.WordCount(count) * 64; i++)
        {
            Assert.Equal(i < count && expected(i), Bitmap.IsSet(mask.Pointer, i));
        }
    }
}
