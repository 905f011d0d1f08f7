using System.Numerics;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class WideningTests
{
    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 140), 2048];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Integers_of_every_width_become_those_of_every_other(int count)
    {
        From<byte>(count);
        From<sbyte>(count);
        From<ushort>(count);
        From<short>(count);
        From<uint>(count);
        From<int>(count);
        From<ulong>(count);
        From<long>(count);
    }

    private static void From<T>(int count) where T : unmanaged, IBinaryInteger<T>
    {
        Convert<T, byte>(count, 200);
        Convert<T, ushort>(count, 60_000);
        Convert<T, short>(count, -5);
        Convert<T, uint>(count, 4_000_000_000);
        Convert<T, int>(count, -7);
        Convert<T, ulong>(count, ulong.MaxValue - 3);
        Convert<T, long>(count, -11);
    }

    private static void Convert<TFrom, TTo>(int count, TTo add)
        where TFrom : unmanaged, IBinaryInteger<TFrom>
        where TTo : unmanaged, IBinaryInteger<TTo>
    {
        using Padded<TFrom> source = Padded<TFrom>.Random(count, count + 1);
        using Padded<TTo> target = new(count);
        Widening.Convert(source.Pointer, count, add, target.Pointer);
        for (int i = 0; i < count; i++)
            Assert.Equal(unchecked(TTo.CreateTruncating(source[i]) + add), target[i]);
    }
}
