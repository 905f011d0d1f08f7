using System.Numerics;
using System.Runtime.InteropServices;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class BitPackingTests
{
    [Fact]
    public void Unpack_gives_back_what_was_packed_at_every_width_lane_and_length()
    {
        for (int width = 0; width <= 64; width++)
        {
            foreach (int count in (int[])[0, 1, 7, 63, 64, 65, 127, 128, 200, 2048])
            {
                ulong[] values = MakeValues(count, width, seed: (width * 100) + count);
                using Padded<byte> packed = Pack(values, width);
                Check<byte>(packed, width, values, 8);
                Check<ushort>(packed, width, values, 16);
                Check<uint>(packed, width, values, 32);
                Check<ulong>(packed, width, values, 64);
            }
        }
    }

    [Fact]
    public void Unpack_equals_its_scalar_form_at_every_length()
    {
        foreach (int width in (
            int[])[1, 3, 5, 8, 9, 12, 15, 16, 17, 24, 25, 26, 29, 30, 31, 32, 33, 48, 57, 58, 59, 60, 61, 63, 64])
        {
            for (int count = 0; count <= 150; count++)
            {
                using Padded<byte> packed = Pack(MakeValues(count, width, seed: count), width);
                CheckScalar<byte>(packed, width, count, 17);
                CheckScalar<ushort>(packed, width, count, 60_000);
                CheckScalar<uint>(packed, width, count, 4_000_000_000);
                CheckScalar<ulong>(packed, width, count, ulong.MaxValue - 3);
            }
        }
    }

    [Fact]
    public void Pack_fills_exactly_the_bytes_it_says()
    {
        foreach (int width in (int[])[1, 7, 13, 33, 61, 64])
        {
            ulong[] values = MakeValues(77, width, seed: 1);
            byte[] target = new byte[BitPacking.SizeBytes(77, width) + 9];
            target.AsSpan().Fill(0xEE);
            BitPacking.Pack(MemoryMarshal.Cast<ulong, long>(values), 0, width, target);
            Assert.All(target[^9..], b => Assert.Equal(0xEE, b));
        }
    }

    private static void Check<T>(Padded<byte> packed, int width, ulong[] values, int laneBits)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (width > laneBits) return;
        using Padded<T> target = new(values.Length);
        T add = T.CreateTruncating(12_345_678_901UL);
        BitPacking.Unpack(packed.Pointer, width, add, values.Length, target.Pointer);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(unchecked(T.CreateTruncating(values[i]) + add), target[i]);
        }
    }

    private static void CheckScalar<T>(Padded<byte> packed, int width, int count, ulong add)
        where T : unmanaged, IBinaryInteger<T>
    {
        using Padded<T> fast = new(count), plain = new(count);
        BitPacking.Unpack(packed.Pointer, width, T.CreateTruncating(add), count, fast.Pointer);
        BitPacking.UnpackScalar(packed.Pointer, width, T.CreateTruncating(add), 0, count, plain.Pointer);
        Assert.Equal(plain.ToArray(), fast.ToArray());
    }

    private static Padded<byte> Pack(ulong[] values, int width)
    {
        Padded<byte> packed = new((int)BitPacking.SizeBytes(values.Length, width));
        long[] shifted = [.. values.Select(v => unchecked((long)v + 77))];
        BitPacking.Pack(shifted, 77, width, new Span<byte>(packed.Pointer, packed.Count));
        return packed;
    }

    private static ulong[] MakeValues(int count, int width, int seed)
    {
        Random random = new(seed);
        ulong keep = width == 64 ? ulong.MaxValue : (1UL << width) - 1;
        ulong[] values = new ulong[count];
        for (int i = 0; i < count; i++) values[i] = (ulong)random.NextInt64(long.MinValue, long.MaxValue) & keep;
        if (count > 1) values[1] = keep;
        return values;
    }
}
