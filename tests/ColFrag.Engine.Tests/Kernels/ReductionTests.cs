using System.Numerics;
using System.Text;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class ReductionTests
{
    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 150), 2048, 20_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Sums_are_exact(int count)
    {
        using Padded<byte> bytes = Padded<byte>.Random(count, 1);
        using Padded<ushort> shorts = Padded<ushort>.Random(count, 2);
        using Padded<uint> words = Padded<uint>.Random(count, 3);
        using Padded<short> signed = Padded<short>.Random(count, 8);
        using Padded<int> ints = Padded<int>.Random(count, 4);
        using Padded<long> longs = Padded<long>.Random(count, 5);
        using Padded<ulong> unsigned = Padded<ulong>.Random(count, 6);
        using Padded<ulong> mask = Padded<ulong>.Random((count / 64) + 1, 7);
        Assert.Equal(Exact(bytes), (BigInteger)Sums.Sum(bytes.Pointer, count));
        Assert.Equal(Exact(shorts), (BigInteger)Sums.Sum(shorts.Pointer, count));
        Assert.Equal(Exact(words), (BigInteger)Sums.Sum(words.Pointer, count));
        Assert.Equal(Exact(signed), (BigInteger)Sums.Sum(signed.Pointer, count));
        Assert.Equal(Exact(ints), (BigInteger)Sums.Sum(ints.Pointer, count));
        Assert.Equal(Exact(longs), (BigInteger)Sums.Sum(longs.Pointer, count));
        Assert.Equal(Exact(unsigned), (BigInteger)Sums.Sum(unsigned.Pointer, count));
        Masked(bytes, mask);
        Masked(shorts, mask);
        Masked(words, mask);
        Masked(ints, mask);
        using Padded<long> small = new(count, i => longs[i] >> 20);
        Masked(small, mask);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Double_sums_stay_within_rounding(int count)
    {
        using Padded<double> values = new(count, i => Math.Sin(i) * 1e6);
        using Padded<ulong> all = new((count / 64) + 1, _ => ulong.MaxValue);
        double exact = 0, sizes = 0;
        for (int i = 0; i < count; i++)
        {
            exact += values[i];
            sizes += Math.Abs(values[i]);
        }
        Assert.InRange(Sums.Sum(values.Pointer, count), exact - (sizes * 1e-13), exact + (sizes * 1e-13));
        Assert.InRange(
            Sums.SumMasked(values.Pointer, all.Pointer, count), exact - (sizes * 1e-13), exact + (sizes * 1e-13));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Extremes_and_largest_are_found(int count)
    {
        if (count == 0) return;
        Extreme<byte>(count);
        Extreme<short>(count);
        Extreme<uint>(count);
        Extreme<long>(count);
        Extreme<Int128>(count);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Prefix_sums_run(int count)
    {
        Prefix<byte>(count);
        Prefix<ushort>(count);
        Prefix<uint>(count);
        Prefix<ulong>(count);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Codes_are_looked_up(int count)
    {
        foreach (int tableCount in (int[])[1, 5, 64, 100, 128, 129, 256])
        {
            LookUp<byte, byte>(count, tableCount);
            LookUp<byte, ushort>(count, tableCount);
            LookUp<byte, uint>(count, tableCount);
            LookUp<ushort, uint>(count, tableCount);
            LookUp<ushort, long>(count, tableCount);
            LookUp<uint, long>(count, tableCount);
            LookUp<uint, int>(count, tableCount);
            LookUp<uint, Int128>(count, tableCount);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Hashes_of_a_lane_equal_the_hash_of_each(int count)
    {
        using Padded<uint> words = Padded<uint>.Random(count, 3);
        using Padded<long> longs = Padded<long>.Random(count, 5);
        using Padded<ulong> hashes = new(count);
        Hashing.Integers(words.Pointer, -7, count, hashes.Pointer);
        for (int i = 0; i < count; i++) Assert.Equal(Hashing.OfInteger((ulong)(words[i] - 7L)), hashes[i]);
        Hashing.Integers(longs.Pointer, 1, count, hashes.Pointer);
        for (int i = 0; i < count; i++) Assert.Equal(Hashing.OfInteger((ulong)(longs[i] + 1)), hashes[i]);
    }

    [Fact]
    public void Hashes_of_texts_differ()
    {
        HashSet<ulong> seen = [];
        for (int length = 0; length < 200; length++) Assert.True(seen.Add(Hashing.OfBytes(new byte[length])));
        byte[] text = new byte[50];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = 1;
            Assert.True(seen.Add(Hashing.OfBytes(text)));
            text[i] = 0;
        }
        Assert.Equal(Hashing.OfInteger(unchecked((ulong)-5L)), Hashing.OfInteger((Int128)(-5)));
        Assert.Equal(Hashing.OfDouble(0.0), Hashing.OfDouble(-0.0));
    }

    [Fact]
    public void Needles_are_found_where_IndexOf_finds_them()
    {
        Random random = new(1);
        for (int round = 0; round < 300; round++)
        {
            byte[] text = new byte[random.Next(400)];
            for (int i = 0; i < text.Length; i++) text[i] = (byte)('a' + random.Next(3));
            byte[] needle = new byte[random.Next(6)];
            for (int i = 0; i < needle.Length; i++) needle[i] = (byte)('a' + random.Next(3));
            using Padded<byte> native = new(text.Length, i => text[i]);
            Assert.Equal(text.AsSpan().IndexOf(needle), SubstringSearch.Find(native.Pointer, text.Length, 0, needle));

            // The same bytes as texts of random lengths, some empty.
            List<uint> offsets = [0];
            while (offsets[^1] < text.Length) offsets.Add((uint)Math.Min(text.Length, offsets[^1] + random.Next(20)));
            using Padded<uint> ends = new(offsets.Count, i => offsets[i]);
            using Padded<ulong> mask = Padded<ulong>.Random((offsets.Count / 64) + 2, round);
            SubstringSearch.Mark(native.Pointer, ends.Pointer, offsets.Count - 1, needle, mask.Pointer);
            for (int i = 0; i < offsets.Count - 1; i++)
            {
                bool expected = text.AsSpan((int)offsets[i]..(int)offsets[i + 1]).IndexOf(needle) >= 0;
                Assert.Equal(expected, Bitmap.IsSet(mask.Pointer, i));
            }
        }
    }

    [Fact]
    public void Texts_cut_in_the_middle_of_a_character_are_not_valid()
    {
        byte[] text = Encoding.UTF8.GetBytes("añb€");
        using Padded<byte> native = new(text.Length, i => text[i]);
        using Padded<uint> good = new(3, i => i switch { 0 => 0u, 1 => 3u, _ => 7u });
        using Padded<uint> bad = new(3, i => i switch { 0 => 0u, 1 => 2u, _ => 7u });
        Assert.True(Utf8Validation.AreValid(native.Pointer, good.Pointer, 2));
        Assert.False(Utf8Validation.AreValid(native.Pointer, bad.Pointer, 2));
        Assert.Equal(4, Utf8Validation.CountCharacters(text));
    }

    private static BigInteger Exact<T>(Padded<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        BigInteger sum = 0;
        foreach (T value in values.ToArray()) sum += BigInteger.CreateChecked(value);
        return sum;
    }

    private static void Masked<T>(Padded<T> values, Padded<ulong> mask) where T : unmanaged, IBinaryInteger<T>
    {
        BigInteger sum = 0;
        for (int i = 0; i < values.Count; i++)
        {
            if (Bitmap.IsSet(mask.Pointer, i)) sum += BigInteger.CreateChecked(values[i]);
        }
        Assert.Equal(sum, (BigInteger)Sums.SumMasked(values.Pointer, mask.Pointer, values.Count));
    }

    private static void Extreme<T>(int count) where T : unmanaged, IBinaryInteger<T>
    {
        using Padded<T> values = Padded<T>.Random(count, count);
        using Padded<ulong> mask = Padded<ulong>.Random((count / 64) + 1, count);
        (T min, T max) = Extremes.Find(values.Pointer, count);
        Assert.Equal((values.ToArray().Min(), values.ToArray().Max()), (min, max));
        if (sizeof(T) < 16) Assert.Equal(T.Max(T.Zero, max), Gather.Largest(values.Pointer, count));
        T[] chosen = [.. values.ToArray().Where((_, i) => Bitmap.IsSet(mask.Pointer, i))];
        Assert.Equal(chosen.Length > 0, Extremes.TryFindMasked(values.Pointer, mask.Pointer, count, out min, out max));
        if (chosen.Length > 0) Assert.Equal((chosen.Min(), chosen.Max()), (min, max));
    }

    private static void Prefix<T>(int count) where T : unmanaged, IBinaryInteger<T>
    {
        using Padded<T> values = Padded<T>.Random(count, count), plain = Padded<T>.Random(count, count);
        T start = T.CreateTruncating(99);
        T last = PrefixSum.Apply(values.Pointer, count, start);
        Assert.Equal(PrefixSum.ApplyScalar(plain.Pointer, 0, count, start), last);
        Assert.Equal(plain.ToArray(), values.ToArray());
        PrefixSum.ApplyExclusive(values.Pointer, count, start);
        PrefixSum.ApplyExclusiveScalar(plain.Pointer, 0, count, start);
        Assert.Equal(plain.ToArray(), values.ToArray());
    }

    private static void LookUp<TCode, T>(int count, int tableCount)
        where TCode : unmanaged, IBinaryInteger<TCode> where T : unmanaged
    {
        using Padded<T> table = Padded<T>.Random(tableCount, 1), target = new(count);
        using Padded<TCode> codes = new(count, i => TCode.CreateTruncating(i * 31 % tableCount));
        Gather.Codes(table.Pointer, tableCount, codes.Pointer, count, target.Pointer);
        for (int i = 0; i < count; i++) Assert.Equal(table[int.CreateTruncating(codes[i])], target[i]);
    }
}
