using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

public unsafe class BitmapTests
{
    [Fact]
    public void Selection_is_the_set_rows_in_order_at_every_length_and_density()
    {
        for (int count = 0; count <= 200; count++)
        {
            foreach (int percent in (int[])[0, 3, 40, 97, 100])
            {
                Random random = new((count * 1000) + percent);
                using Padded<ulong> words = new(5);
                List<ushort> expected = [];
                for (int i = 0; i < count; i++)
                {
                    if (random.Next(100) >= percent) continue;
                    words.Pointer[i >> 6] |= 1UL << i;
                    expected.Add((ushort)i);
                }
                // Bits past the count do not count.
                words.Pointer[count >> 6] |= count % 64 == 0 ? 0 : ulong.MaxValue << count;
                using Padded<ushort> rows = new(count + 64);
                int n = Bitmap.ToSelection(words.Pointer, count, rows.Pointer);
                Assert.Equal(expected, rows.ToArray()[..n]);
                n = Bitmap.ToSelectionScalar(words.Pointer, count, rows.Pointer);
                Assert.Equal(expected, rows.ToArray()[..n]);
                Assert.Equal(expected.Count, Bitmap.CountSet(words.Pointer, count));
                Assert.Equal(expected.Count == 0, Bitmap.IsEmpty(words.Pointer, count));
                Assert.Equal(expected.Count == count, Bitmap.IsFull(words.Pointer, count));
            }
        }
    }

    [Fact]
    public void Bytes_and_bits_convert_both_ways()
    {
        for (int count = 0; count <= 200; count++)
        {
            using Padded<ulong> words = Padded<ulong>.Random(4, count), back = new(4);
            using Padded<byte> bytes = new(count);
            Bitmap.ToBytes(words.Pointer, count, bytes.Pointer);
            Bitmap.FromBytes(bytes.Pointer, count, back.Pointer);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(Bitmap.IsSet(words.Pointer, i) ? 1 : 0, bytes[i]);
                Assert.Equal(Bitmap.IsSet(words.Pointer, i), Bitmap.IsSet(back.Pointer, i));
            }
        }
    }

    [Fact]
    public void Bits_are_copied_from_and_to_any_offset()
    {
        using Padded<ulong> source = Padded<ulong>.Random(8, 1);
        for (int first = 0; first < 130; first += 7)
        {
            for (int count = 0; count <= 150; count += 3)
            {
                using Padded<ulong> piece = Padded<ulong>.Random(4, 2), target = Padded<ulong>.Random(8, 3);
                ulong[] before = target.ToArray();
                Bitmap.Copy(source.Pointer, first, count, piece.Pointer);
                for (int i = 0; i < count; i++)
                {
                    Assert.Equal(Bitmap.IsSet(source.Pointer, first + i), Bitmap.IsSet(piece.Pointer, i));
                }
                Bitmap.CopyTo(piece.Pointer, count, target.Pointer, first);
                for (int i = 0; i < 512; i++)
                {
                    bool expected = i >= first && i < first + count
                        ? Bitmap.IsSet(source.Pointer, i) : (before[i >> 6] >> i & 1) != 0;
                    Assert.Equal(expected, Bitmap.IsSet(target.Pointer, i));
                }
            }
        }
    }

    [Fact]
    public void Words_combine()
    {
        using Padded<ulong> x = Padded<ulong>.Random(4, 1), y = Padded<ulong>.Random(4, 2), copy =
            Padded<ulong>.Random(4, 1);
        Bitmap.And(x.Pointer, y.Pointer, 200);
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(Bitmap.IsSet(copy.Pointer, i) && Bitmap.IsSet(y.Pointer, i), Bitmap.IsSet(x.Pointer, i));
        }
        Bitmap.Or(x.Pointer, y.Pointer, 200);
        for (int i = 0; i < 200; i++) Assert.Equal(Bitmap.IsSet(y.Pointer, i), Bitmap.IsSet(x.Pointer, i));
        Bitmap.AndNot(copy.Pointer, y.Pointer, 200);
        for (int i = 0; i < 200; i++) Assert.False(Bitmap.IsSet(copy.Pointer, i) && Bitmap.IsSet(y.Pointer, i));
        Bitmap.Not(y.Pointer, 200, copy.Pointer);
        for (int i = 0; i < 256; i++) Assert.Equal(
            i < 200 && !Bitmap.IsSet(y.Pointer, i), Bitmap.IsSet(copy.Pointer, i));
    }
}
