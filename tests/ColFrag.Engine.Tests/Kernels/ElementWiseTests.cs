using System.Numerics;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class ElementWiseTests
{
    [Fact]
    public void Functions_equal_their_scalar_form_at_every_length()
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
    public void Checked_functions_find_exactly_the_rows_that_overflow()
    {
        Checked<sbyte>();
        Checked<byte>();
        Checked<short>();
        Checked<ushort>();
        Checked<int>();
        Checked<uint>();
        Checked<long>();
        Checked<ulong>();
        Checked<Int128>();
    }

    [Fact]
    public void Products_that_fit_are_found_to_fit()
    {
        using Padded<long> x = new(130, i => i - 65), y = new(130, i => (i * 1000) - 7), product = new(130);
        using Padded<ulong> overflow = new(3);
        Assert.False(CheckedArithmetic.Multiply(x.Pointer, y.Pointer, 130, product.Pointer, overflow.Pointer));
        for (int i = 0; i < 130; i++) Assert.Equal(x[i] * y[i], product[i]);
    }

    [Fact]
    public void Values_outside_bounds_are_found()
    {
        using Padded<long> values = new(100, i => i);
        using Padded<ulong> outside = new(2);
        Assert.True(CheckedArithmetic.FindOutside(values.Pointer, 100, 1, 98, outside.Pointer));
        Assert.Equal(1UL, outside[0]);
        Assert.Equal(1UL << 35, outside[1]);
        Assert.False(CheckedArithmetic.FindOutside(values.Pointer, 100, 0, 99, outside.Pointer));
    }

    private static void Integers<T>() where T : unmanaged, IBinaryInteger<T>
    {
        Function<T, Add<T>>();
        Function<T, Subtract<T>>();
        Function<T, Multiply<T>>();
        Function<T, Smaller<T>>();
        Function<T, Larger<T>>();
        Function<T, BitAnd<T>>();
        Function<T, BitOr<T>>();
        Function<T, BitXor<T>>();
        Unary<T, Negate<T>>();
        Unary<T, Absolute<T>>();
        Unary<T, BitNot<T>>();
    }

    private static void Floats<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        Function<T, Add<T>>();
        Function<T, Subtract<T>>();
        Function<T, Multiply<T>>();
        Function<T, Divide<T>>();
        Unary<T, Negate<T>>();
        Unary<T, Absolute<T>>();
    }

    private static void Function<T, TFunction>()
        where T : unmanaged, INumber<T> where TFunction : struct, IElementWise<T>
    {
        for (int count = 0; count <= (128 / sizeof(T)) + 3; count++)
        {
            using Padded<T> x = Padded<T>.Random(count, count), y = Padded<T>.Random(count, count + 1), result =
                new(count);
            ElementWise.Apply<T, TFunction>(x.Pointer, y.Pointer, count, result.Pointer);
            for (int i = 0; i < count; i++) Same(TFunction.Apply(x[i], y[i]), result[i]);
            if (count == 0) continue;
            ElementWise.Apply<T, TFunction>(x.Pointer, y[0], count, result.Pointer);
            for (int i = 0; i < count; i++) Same(TFunction.Apply(x[i], y[0]), result[i]);
            ElementWise.Apply<T, TFunction>(x[0], y.Pointer, count, result.Pointer);
            for (int i = 0; i < count; i++) Same(TFunction.Apply(x[0], y[i]), result[i]);
        }
    }

    private static void Unary<T, TFunction>()
        where T : unmanaged, INumber<T> where TFunction : struct, IElementWiseUnary<T>
    {
        for (int count = 0; count <= (128 / sizeof(T)) + 3; count++)
        {
            using Padded<T> x = Padded<T>.Random(count, count), result = new(count);
            ElementWise.ApplyUnary<T, TFunction>(x.Pointer, count, result.Pointer);
            for (int i = 0; i < count; i++) Same(TFunction.Apply(x[i]), result[i]);
        }
    }

    private static void Same<T>(T expected, T actual) where T : INumber<T>
    {
        if (T.IsNaN(expected)) Assert.True(T.IsNaN(actual));
        else Assert.Equal(expected, actual);
    }

    private static void Checked<T>() where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        T[] edges =
            [T.MinValue, T.MaxValue, T.Zero, T.One, T.MaxValue - T.One, T.MinValue + T.One, T.CreateTruncating(-1),
            T.CreateTruncating(11), T.MaxValue / T.CreateTruncating(2), T.MaxValue / T.CreateTruncating(3)];
        for (int count = 0; count <= 150; count += count < 70 ? 1 : 13)
        {
            using Padded<T> x = new(count, i => edges[i % edges.Length]), y =
                new(count, i => edges[i / 10 % edges.Length]);
            using Padded<T> result = new(count);
            using Padded<ulong> words = new(3);
            BigInteger min = BigInteger.CreateChecked(T.MinValue), max = BigInteger.CreateChecked(T.MaxValue);
            Expect(CheckedArithmetic.Add(x.Pointer, y.Pointer, count, result.Pointer, words.Pointer), (a, b) => a + b);
            Expect(CheckedArithmetic.Subtract(x.Pointer, y.Pointer, count, result.Pointer, words.Pointer), (a, b) =>
                a - b);
            Expect(CheckedArithmetic.Multiply(x.Pointer, y.Pointer, count, result.Pointer, words.Pointer), (a, b) =>
                a * b);

            void Expect(bool any, Func<BigInteger, BigInteger, BigInteger> exact)
            {
                bool anyExpected = false;
                for (int i = 0; i < count; i++)
                {
                    BigInteger expected = exact(BigInteger.CreateChecked(x[i]), BigInteger.CreateChecked(y[i]));
                    bool isOutside = expected < min || expected > max;
                    anyExpected |= isOutside;
                    if (any) Assert.Equal(isOutside, (words[i >> 6] >> i & 1) != 0);
                    if (!isOutside) Assert.Equal(expected, BigInteger.CreateChecked(result[i]));
                }
                Assert.Equal(anyExpected, any);
            }
        }
    }
}
