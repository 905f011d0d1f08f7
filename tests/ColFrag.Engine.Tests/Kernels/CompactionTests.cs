using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class CompactionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(97)]
    [InlineData(100)]
    public void Elements_of_set_bits_lie_side_by_side_at_every_length(int percent)
    {
        for (int count = 0; count <= 200; count++)
        {
            Random random = new((count * 1000) + percent);
            using Padded<ulong> words = new(5);
            for (int i = 0; i < count; i++)
            {
                if (random.Next(100) < percent) words.Pointer[i >> 6] |= 1UL << i;
            }
            // Bits past the count do not count.
            words.Pointer[count >> 6] |= count % 64 == 0 ? 0 : ulong.MaxValue << count;
            Check<byte>(words, count);
            Check<ushort>(words, count);
            Check<uint>(words, count);
            Check<ulong>(words, count);
            Check<UInt128>(words, count);
            CheckBits(words, count);
        }
    }

    private static void Check<T>(Padded<ulong> words, int count) where T : unmanaged
    {
        using Padded<T> source = Padded<T>.Random(count, count), target = new(count), scalar = new(count);
        T[] expected = [.. source.ToArray().Where((_, i) => Bitmap.IsSet(words.Pointer, i))];
        Compaction.Apply(source.Pointer, words.Pointer, count, target.Pointer);
        Assert.Equal(expected, target.ToArray()[..expected.Length]);
        Compaction.ApplyScalar(source.Pointer, words.Pointer, count, scalar.Pointer);
        Assert.Equal(expected, scalar.ToArray()[..expected.Length]);
    }

    private static void CheckBits(Padded<ulong> words, int count)
    {
        using Padded<ulong> source = Padded<ulong>.Random(5, count), target = new(5);
        Compaction.ApplyBits(source.Pointer, words.Pointer, count, target.Pointer);
        int n = 0;
        for (int i = 0; i < count; i++)
        {
            if (!Bitmap.IsSet(words.Pointer, i)) continue;
            Assert.Equal(Bitmap.IsSet(source.Pointer, i), Bitmap.IsSet(target.Pointer, n++));
        }
        for (; n < 5 * 64; n++) Assert.False(Bitmap.IsSet(target.Pointer, n));
    }
}
