using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Formats.Parquet.Decoders;
using ColFrag.Engine.Formats.Parquet.Writing;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Tests.Formats.Parquet;

/// <summary>The parts that pages are made of.</summary>
public sealed unsafe class ParquetPartsTests
{
    [Fact]
    public void Unpacking_vectors_equals_scalar_at_every_width_and_length()
    {
        Random random = new(1);
        byte[] source = new byte[4096 * 4 + 64];
        random.NextBytes(source);
        fixed (byte* bytes = source)
        {
            for (int width = 0; width <= 32; width++)
            {
                foreach (int count in new[] { 0, 1, 63, 64, 65, 127, 128, 200, 1000, 4000 })
                {
                    foreach (int bit in new[] { 0, 8, 13, 31 })
                    {
                        CheckUnpack<uint>(bytes, bit, width, count);
                        if (width <= 16) CheckUnpack<ushort>(bytes, bit, width, count);
                        if (width <= 8) CheckUnpack<byte>(bytes, bit, width, count);
                    }
                }
            }
        }
    }

    private static void CheckUnpack<T>(byte* source, int bit, int width, int count) where T : unmanaged,
        System.Numerics.IBinaryInteger<T>
    {
        T[] expected = new T[count + 64], actual = new T[count + 64];
        fixed (T* e = expected, a = actual)
        {
            if (width > 0) BitUnpack.UnpackScalar(source, bit, width, e, count);
            BitUnpack.Unpack(source, bit, width, a, count);
        }
        Assert.True(expected.AsSpan(0, count).SequenceEqual(actual.AsSpan(0, count)),
            $"width {width}, count {count}, bit {bit}");
    }

    [Fact]
    public void Delta_numbers_read_back_whole_and_in_parts()
    {
        Random random = new(2);
        foreach (int count in new[] { 0, 1, 2, 33, 128, 129, 1000, 5000 })
        {
            foreach (int bits in new[] { 0, 1, 7, 13, 31, 40, 57, 61, 64 })
            {
                long[] values = new long[count];
                for (int i = 1; i < count; i++)
                {
                    long step = bits == 64 ? random.NextInt64(long.MinValue, long.MaxValue)
                        : bits == 0 ? 3 : random.NextInt64(1L << (i / 128 % 2 == 0 ? bits : bits / 2)) - 2;
                    values[i] = unchecked(values[i - 1] + step);
                }
                int[] narrow = [.. values.Select(v => unchecked((int)v))];
                using ByteWriter wide = new(), small = new();
                DeltaEncoder.WriteInt64s(values, wide);
                DeltaEncoder.WriteInt32s(narrow, small);
                CheckDelta(wide, values, random);
                CheckDelta(small, narrow, random);
            }
        }
    }

    private static void CheckDelta<T>(ByteWriter bytes, T[] values, Random random)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        ParquetPage page = Page(bytes.WrittenSpan);
        foreach (int part in new[] { int.MaxValue, 1, 31, 32, 100, 2048, random.Next(1, 300) })
        {
            DeltaBinaryDecoder<T> decoder = new();
            decoder.Begin(page, 0, values.Length);
            T[] read = new T[values.Length + 64];
            fixed (T* target = read)
            {
                for (int at = 0; at < values.Length; at += Math.Min(part, values.Length - at))
                {
                    decoder.Read((byte*)(target + at), Math.Min(part, values.Length - at));
                }
                Assert.Throws<CorruptDataException>(() => decoder.Skip(1));
            }
            Assert.Equal(values, read.Take(values.Length));
        }
        page.Buffer.Release();
    }

    [Fact]
    public void Codes_are_written_as_runs_and_packed_groups_that_read_back()
    {
        Random random = new(5);
        for (int round = 0; round < 300; round++)
        {
            int width = random.Next(0, 24), count = random.Next(0, 3000), longest = random.Next(1, 200);
            int[] codes = new int[count];
            for (int i = 0; i < count;)
            {
                int run = random.Next(3) == 0 ? random.Next(1, longest + 1) : 1, code = random.Next(1 << width);
                for (int end = Math.Min(count, i + run); i < end; i++) codes[i] = code;
            }
            using ByteWriter bytes = new();
            LevelEncoder.Write<int>(codes, width, bytes);
            ParquetPage page = Page(bytes.WrittenSpan);
            RunReader reader = new();
            reader.Begin(page.Buffer.Pointer, bytes.Length, width, page);
            uint[] read = new uint[count + 64];
            fixed (uint* target = read)
            {
                for (int at = 0, part; at < count; at += part)
                {
                    part = Math.Min(count - at, random.Next(1, 700));
                    reader.Read(target + at, part);
                }
            }
            Assert.Equal(codes.Select(c => (uint)c), read.Take(count));
            page.Buffer.Release();
        }
    }

    [Fact]
    public void Checksums_by_vectors_equal_those_by_tables_at_every_length()
    {
        byte[] bytes = new byte[700];
        new Random(6).NextBytes(bytes);
        uint state = 0x1234_5678;
        for (int length = 0; length <= bytes.Length; length++)
        {
            ReadOnlySpan<byte> text = bytes.AsSpan(length % 7)[..Math.Min(length, bytes.Length - 7)];
            uint expected = Crc32.AppendByTables(state, text);
            Assert.Equal(expected, Crc32.Append(state, text));
            state = expected;
        }
    }

    [Fact]
    public void Checksum_is_that_of_gzip()
    {
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));
        Assert.Equal(0u, Crc32.Compute([]));
        Assert.Equal(0x414FA339u, Crc32.Compute("The quick brown fox jumps over the lazy dog"u8));
    }

    [Fact]
    public void Snappy_gives_back_what_it_took()
    {
        Random random = new(3);
        for (int round = 0; round < 400; round++)
        {
            byte[] text = new byte[random.Next(0, round < 380 ? 3_000 : 300_000)];
            int distinct = random.Next(1, 256), repeat = random.Next(1, 200);
            for (int i = 0; i < text.Length; i++)
                text[i] = i >= repeat && random.Next(4) > 0 ? text[i - repeat] : (byte)random.Next(distinct);
            byte[] compressed = new byte[Snappy.MaxCompressedLength(text.Length)];
            int length = Snappy.Compress(text, compressed);
            byte[] back = new byte[text.Length];
            Assert.True(Snappy.TryDecompress(compressed.AsSpan(0, length), back));
            Assert.Equal(text, back);
        }
    }

    [Fact]
    public void Snappy_reads_damaged_texts_as_its_plain_form_does()
    {
        Random random = new(8);
        int readable = 0;
        for (int round = 0; round < 3_000; round++)
        {
            byte[] text = new byte[random.Next(1, 2_000)];
            int repeat = random.Next(1, 100);
            for (int i = 0; i < text.Length; i++)
                text[i] = i >= repeat && random.Next(8) > 0 ? text[i - repeat] : (byte)random.Next(256);
            byte[] compressed = new byte[Snappy.MaxCompressedLength(text.Length)];
            compressed = compressed[..Snappy.Compress(text, compressed)];
            // Behind the length, which decides whether anything is read at all.
            for (int n = random.Next(0, 4); n > 0 && compressed.Length > 4; n--)
                compressed[random.Next(2, compressed.Length)] = (byte)random.Next(256);
            byte[] plain = new byte[text.Length], fast = new byte[text.Length];
            bool isReadable = Snappy.TryDecompressPlain(compressed, plain);
            Assert.Equal(isReadable, Snappy.TryDecompress(compressed, fast));
            if (isReadable) Assert.Equal(plain, fast);
            readable += isReadable ? 1 : 0;
        }
        Assert.InRange(readable, 500, 2_900);
    }

    [Fact]
    public void Snappy_reads_what_its_description_shows_and_refuses_damage()
    {
        // Literal "abcd", then a copy that repeats it twice; a copy with a four-byte offset.
        byte[] target = new byte[12];
        Assert.True(Snappy.TryDecompress([12, 3 << 2, .. "abcd"u8, (7 << 2) | 2, 4, 0], target));
        Assert.Equal("abcdabcdabcd"u8, target);
        Assert.True(Snappy.TryDecompress([12, 3 << 2, .. "abcd"u8, (7 << 2) | 3, 4, 0, 0, 0], target));
        Assert.False(Snappy.TryDecompress([12, 3 << 2, .. "abcd"u8, (7 << 2) | 2, 5, 0], target));
        Assert.False(Snappy.TryDecompress([12, 3 << 2, .. "abcd"u8, (7 << 2) | 2, 0, 0], target));
        Assert.False(Snappy.TryDecompress([12, 3 << 2, .. "abcd"u8, (8 << 2) | 2, 4, 0], target));
        Assert.False(Snappy.TryDecompress([12, 3 << 2, .. "abcd"u8], target));
        Assert.False(Snappy.TryDecompress([], target));
        Assert.False(Snappy.TryDecompress([255, 255, 255, 255, 255, 255], target));
    }

    [Fact]
    public void Runs_and_packed_groups_mix()
    {
        // A run of nine 3s, a group of eight packed two-bit numbers, a run of one 0.
        byte[] bytes = [9 << 1, 3, (1 << 1) | 1, 0b11_10_01_00, 0b00_01_10_11, 1 << 1, 0, .. new byte[64]];
        uint[] expected = [3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 1, 2, 3, 3, 2, 1, 0, 0];
        fixed (byte* source = bytes)
        {
            for (int cut = 0; cut <= expected.Length; cut++)
            {
                RunReader reader = new();
                reader.Begin(source, 7, 2, Page());
                uint[] values = new uint[expected.Length + 64];
                fixed (uint* target = values)
                {
                    reader.Read(target, cut);
                    reader.Read(target + cut, expected.Length - cut);
                }
                Assert.Equal(expected, values.Take(expected.Length));
                reader.Begin(source, 7, 2, Page());
                reader.Skip(cut);
                fixed (uint* target = values) reader.Read(target, expected.Length - cut);
                Assert.Equal(expected[cut..], values.Take(expected.Length - cut));
            }
            RunReader over = new();
            over.Begin(source, 7, 2, Page());
            over.Skip(expected.Length);
            Assert.Throws<CorruptDataException>(() => over.Skip(1));
        }
    }

    [Fact]
    public void Levels_of_one_bit_become_validity_at_any_place()
    {
        byte[] packed = new byte[40];
        new Random(4).NextBytes(packed);
        byte[] bytes = [(40 << 1) | 1, .. packed, 0xC8, 1, 1, .. new byte[64]];
        bool[] expected = [.. Enumerable.Range(0, 320).Select(i => (packed[i >> 3] >> (i & 7) & 1) != 0),
            .. Enumerable.Repeat(true, 100)];
        fixed (byte* source = bytes)
        {
            foreach (int first in new[] { 0, 1, 63, 64, 70 })
            {
                RunReader reader = new();
                reader.Begin(source, bytes.Length - 64, 1, Page());
                ulong[] words = [.. Enumerable.Repeat(ulong.MaxValue, 9)];
                int set = 0;
                fixed (ulong* target = words)
                {
                    set += reader.ReadBits(target, first, 77);
                    set += reader.ReadBits(target, first + 77, 420 - 77);
                }
                Assert.Equal(expected.Count(e => e), set);
                for (int i = 0; i < 420; i++)
                    Assert.Equal(expected[i], (words[(first + i) >> 6] >> (first + i) & 1) != 0);
                for (int i = 0; i < first; i++) Assert.True((words[i >> 6] >> i & 1) != 0);
            }
        }
    }

    private static ParquetPage Page(ReadOnlySpan<byte> bytes)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(Math.Max(bytes.Length, 1), MemoryAccount.Untracked);
        bytes.CopyTo(new Span<byte>(buffer.Pointer, bytes.Length));
        return new ParquetPage(default, buffer, bytes.Length, "test", 0);
    }

    private static ParquetPage Page() => new(default, NativeBuffer.Allocate(1, MemoryAccount.Untracked), 0, "test", 0);
}
