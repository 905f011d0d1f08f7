using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Formats.Parquet.Decoders;
using ColFrag.Engine.Formats.Parquet.Writing;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats.Parquet;

/// <summary>Values that come as codes, read and written.</summary>
public sealed unsafe class ParquetDictionaryTests
{
    private static readonly (LogicalType Type, ParquetType Physical, ParquetConversion Conversion, long Min, long Max)[]
        s_columns =
    [
        (LogicalType.SmallInt, ParquetType.Int32, ParquetConversion.Narrow, -100, 100),
        (LogicalType.SmallInt, ParquetType.Int32, ParquetConversion.Narrow, short.MinValue, short.MaxValue),
        (LogicalType.Integer, ParquetType.Int32, ParquetConversion.Copy, -5, 250),
        (LogicalType.Integer, ParquetType.Int32, ParquetConversion.Copy, 1_000_000, 1_060_000),
        (LogicalType.Integer, ParquetType.Int32, ParquetConversion.Copy, int.MinValue, int.MaxValue),
        (LogicalType.UInteger, ParquetType.Int32, ParquetConversion.Copy, -60_000, -1),
        (LogicalType.BigInt, ParquetType.Int64, ParquetConversion.Copy, long.MaxValue - 200, long.MaxValue),
        (LogicalType.BigInt, ParquetType.Int64, ParquetConversion.Copy, -40_000, 20_000),
        (LogicalType.BigInt, ParquetType.Int64, ParquetConversion.Copy, 0, uint.MaxValue),
        (LogicalType.BigInt, ParquetType.Int64, ParquetConversion.Copy, long.MinValue, long.MaxValue),
        (LogicalType.UBigInt, ParquetType.Int64, ParquetConversion.Copy, -300, -1),
        (LogicalType.Date, ParquetType.Int32, ParquetConversion.Copy, 8_000, 10_500),
        (LogicalType.Decimal(9, 2), ParquetType.Int32, ParquetConversion.Widen, -10, 5_000),
        (LogicalType.Decimal(15, 2), ParquetType.Int64, ParquetConversion.Copy, 0, 10),
        (LogicalType.Timestamp, ParquetType.Int64, ParquetConversion.NanosToMicros, 0, 90_000_000),
        (LogicalType.Double, ParquetType.Double, ParquetConversion.Copy, 0, 1 << 20),
    ];

    [Fact]
    public void Narrow_lanes_hold_the_same_values_as_elements()
    {
        foreach ((LogicalType type, ParquetType physical, ParquetConversion conversion, long min, long max)
            in s_columns)
        {
            CheckColumn(type, physical, conversion, min, max);
        }
    }

    private static void CheckColumn(
        LogicalType type, ParquetType physical, ParquetConversion conversion, long min, long max)
    {
        foreach (int count in new[] { 1, 2, 50, 200, 300, 5_000, 70_000 })
        {
            ParquetLeaf leaf = new()
            {
                Index = 0, Path = "c", Physical = physical, Width = physical is ParquetType.Int32 ? 4 : 8,
                Type = type, Conversion = conversion, MaxDefinition = 0, MaxRepetition = 0,
            };
            Random random = new(count);
            using ByteWriter plain = new();
            for (int i = 0; i < count; i++)
            {
                long value = i == 0 ? min : i == 1 ? max
                    : min == long.MinValue ? random.NextInt64() : random.NextInt64(min, max);
                if (leaf.Width == 4) plain.WriteInt32(unchecked((int)value));
                else plain.WriteInt64(value);
            }
            ParquetPage page = PageOf(
                plain, new ParquetPageHeader { ValueCount = count, Encoding = ParquetEncoding.Plain });
            using ParquetDictionary dictionary = ParquetDictionary.Read(page, leaf, MemoryAccount.Untracked);
            page.Buffer.Release();
            // Offsets need at most half of the element's bits.
            bool fits = !type.IsFloat && (Int128)max - min < (Int128)1 << (type.Physical.SizeBytes() * 4);
            if (count > 1) Assert.Equal(fits, dictionary.Narrow is not null);
            CheckCodes(dictionary, leaf, random);
        }
    }

    private static void CheckCodes(ParquetDictionary dictionary, ParquetLeaf leaf, Random random)
    {
        const int Rows = 5_000;
        int width = dictionary.Count == 1 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)dictionary.Count - 1);
        int[] codes = [.. Enumerable.Range(0, Rows).Select(i => random.Next(i % 700 < 300 ? 1 : dictionary.Count))];
        using ByteWriter bytes = new();
        bytes.WriteByte((byte)width);
        LevelEncoder.Write<int>(codes, width, bytes);
        ParquetPage page = PageOf(bytes, default);
        DictionaryDecoder elements = new(dictionary), offsets = new(dictionary);
        elements.Begin(page, 0, Rows);
        offsets.Begin(page, 0, Rows);
        using ColumnVector flat = new(leaf.Type), narrow = new(leaf.Type), widened = new(leaf.Type);
        for (int row = 0, part; row < Rows; row += part)
        {
            part = Math.Min(Rows - row, random.Next(1, 2_049));
            flat.ResetFlat(part);
            elements.Read(flat.Data, part);
            for (int i = 0; i < part; i++)
            {
                Value expected = ValueOf(leaf, dictionary, codes[row + i]);
                Assert.Equal(expected, flat.GetValue(i));
            }
            if (dictionary.Narrow is not { } lanes) continue;
            narrow.ResetNarrow(lanes.Lane, lanes.Base, part);
            narrow.Count = part;
            offsets.ReadNarrow(narrow.Data, part);
            narrow.Flatten(widened);
            int size = leaf.Type.Physical.SizeBytes();
            Assert.True(new ReadOnlySpan<byte>(flat.Data, part * size).SequenceEqual(
                new ReadOnlySpan<byte>(widened.Data, part * size)));
        }
        page.Buffer.Release();
    }

    private static Value ValueOf(ParquetLeaf leaf, ParquetDictionary dictionary, int code)
    {
        using ColumnVector values = new(leaf.Type);
        values.ResetBorrowed(VectorShape.Flat, leaf.Type.Physical, dictionary.Values, null, dictionary.Count);
        return values.GetValue(code);
    }

    [Fact]
    public void Codes_that_are_not_in_the_dictionary_are_damage()
    {
        ParquetLeaf leaf = new()
        {
            Index = 0, Path = "c", Physical = ParquetType.Int64, Width = 8, Type = LogicalType.BigInt,
            Conversion = ParquetConversion.Copy, MaxDefinition = 0, MaxRepetition = 0,
        };
        using ByteWriter plain = new();
        for (int i = 0; i < 5; i++) plain.WriteInt64(i);
        ParquetPage page = PageOf(plain, new ParquetPageHeader { ValueCount = 5, Encoding = ParquetEncoding.Plain });
        using ParquetDictionary dictionary = ParquetDictionary.Read(page, leaf, MemoryAccount.Untracked);
        byte* target = stackalloc byte[6 + 64];
        foreach (int width in new[] { 3, 9, 17 })
        {
            using ByteWriter bytes = new();
            bytes.WriteByte((byte)width);
            LevelEncoder.Write<int>([0, 1, 2, 3, 4, 5], width, bytes);
            ParquetPage codes = PageOf(bytes, default);
            DictionaryDecoder decoder = new(dictionary);
            decoder.Begin(codes, 0, 6);
            decoder.ReadNarrow(target, 5);
            Assert.Equal([0, 1, 2, 3, 4], new ReadOnlySpan<byte>(target, 5).ToArray());
            bool isRefused = false;
            try
            {
                decoder.ReadNarrow(target, 1);
            }
            catch (CorruptDataException)
            {
                isRefused = true;
            }
            Assert.True(isRefused);
            codes.Buffer.Release();
        }
        page.Buffer.Release();
    }

    [Fact]
    public void Texts_that_come_as_codes_are_those_of_their_dictionaries()
    {
        using ColumnVector entries = new(LogicalType.Varchar), others = new(LogicalType.Varchar);
        using Arena arena = new(MemoryAccount.Untracked);
        VectorBuilder.Build(
            entries, [Value.Text("one"), Value.Text(""), Value.Text("a longer text than twelve")], arena);
        VectorBuilder.Build(others, [Value.Text("two"), Value.Text("one")], arena);
        VectorDictionary first = new(entries, isSorted: false), second = new(others, isSorted: false);
        foreach (bool endsPlain in new[] { false, true })
        {
            OutputLeaf leaf = new()
            {
                Path = ["c"], Type = LogicalType.Varchar, Physical = ParquetType.ByteArray, Width = 0,
                MaxDefinition = 1, MaxRepetition = 0,
            };
            using LeafValues values = new(leaf);
            using ColumnVector vector = new(LogicalType.Varchar);
            List<string> expected = [];
            for (int round = 0; round < 3; round++)
            {
                Add(first, [1, 0, 2, 2, 0]);
                Add(second, [1, 0]);
                vector.ResetConstant(4);
                *(Utf8View*)vector.Data = ((Utf8View*)entries.Data)[2];
                values.AddValues(vector, [0, 1, 3]);
                expected.AddRange(Enumerable.Repeat("a longer text than twelve", 3));
                if (endsPlain && round == 1)
                {
                    values.AddValues(others, [0, 1]);
                    expected.AddRange(["two", "one"]);
                }
            }
            Assert.Equal(!endsPlain, values.IsCoded);
            Check();
            if (!endsPlain)
            {
                ValueDictionary dictionary = ValueDictionary.TryBuild(values)!;
                Assert.Equal(4, dictionary.Count);
                for (int i = 0; i < expected.Count; i++)
                    Assert.Equal(expected[i], TextOf(values[dictionary.FirstOf(dictionary.Codes[i])]));
            }
            values.Expand();
            Check();
            Assert.Equal(string.Concat(expected), TextOf(values.Bytes));

            void Add(VectorDictionary dictionary, byte[] codes)
            {
                vector.ResetDictionary(PhysicalType.UInt8, dictionary);
                vector.Count = codes.Length;
                codes.CopyTo(new Span<byte>(vector.Data, codes.Length));
                int[] rows = [.. Enumerable.Range(0, codes.Length).Where(i => codes.Length == 2 || i != 1)];
                values.AddValues(vector, rows);
                foreach (int row in rows) expected.Add(dictionary.Values.GetValue(codes[row]).AsText);
            }

            void Check()
            {
                Assert.Equal(expected.Count, values.Count);
                for (int i = 0; i < expected.Count; i++) Assert.Equal(expected[i], TextOf(values[i]));
            }
        }
    }

    [Fact]
    public void Integers_close_together_and_far_apart_get_the_codes_of_their_values()
    {
        Random random = new(7);
        OutputLeaf leaf = new()
        {
            Path = ["c"], Type = LogicalType.BigInt, Physical = ParquetType.Int64, Width = 8, MaxDefinition = 1,
            MaxRepetition = 0,
        };
        foreach (long scale in new[] { 1L, 1_000_003L })
        {
            using LeafValues values = new(leaf);
            using ColumnVector vector = new(LogicalType.BigInt);
            vector.ResetFlat(2_000);
            vector.Count = 2_000;
            long* numbers = vector.As<long>();
            for (int i = 0; i < 2_000; i++) numbers[i] = (random.Next(300) - 150) * scale;
            values.AddValues(vector, [.. Enumerable.Range(0, 2_000)]);
            ValueDictionary dictionary = ValueDictionary.TryBuild(values)!;
            Assert.Equal(new ReadOnlySpan<long>(numbers, 2_000).ToArray().Distinct().Count(), dictionary.Count);
            Assert.Equal(dictionary.Count * sizeof(long), dictionary.SizeBytes);
            for (int i = 0; i < 2_000; i++)
            {
                int at = dictionary.FirstOf(dictionary.Codes[i]);
                Assert.True(at <= i);
                Assert.Equal(numbers[i], numbers[at]);
            }
        }
    }

    private static string TextOf(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static ParquetPage PageOf(ByteWriter bytes, ParquetPageHeader header)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(Math.Max(bytes.Length, 1), MemoryAccount.Untracked);
        bytes.WrittenSpan.CopyTo(new Span<byte>(buffer.Pointer, bytes.Length));
        return new ParquetPage(header, buffer, bytes.Length, "test", 0);
    }
}
