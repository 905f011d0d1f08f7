using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

/// <summary>Codes that stay codes within operators mean the same as the texts.</summary>
public sealed unsafe class TextCodeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Groups_by_codes_are_those_by_texts(bool onlyCodes)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            using GroupTable byCodes = new([LogicalType.Varchar], MemoryAccount.Untracked);
            using GroupTable byTexts = new([LogicalType.Varchar], MemoryAccount.Untracked, keepsCodes: false);
            uint[] numbers = new uint[Batch.MaxRows], expected = new uint[Batch.MaxRows];
            foreach (ColumnVector keys in CodedTexts.Mixture(seed, 30, onlyCodes))
            {
                fixed (uint* groups = numbers) byCodes.Find([keys], keys.Count, groups);
                fixed (uint* groups = expected) byTexts.Find([keys], keys.Count, groups);
                Assert.Equal(expected.AsSpan(0, keys.Count).ToArray(), numbers.AsSpan(0, keys.Count).ToArray());
                if (seed % 3 != 0 || byTexts.Count < 900) continue;
                Assert.Equal(KeysOf(byTexts), KeysOf(byCodes));
                byTexts.Reset();
                byCodes.Reset();
            }
            Assert.Equal(KeysOf(byTexts), KeysOf(byCodes));
        }
    }

    [Fact]
    public void Groups_by_codes_of_one_dictionary_leave_as_codes()
    {
        VectorDictionary towns = CodedTexts.Sorted(Enumerable.Range(0, 90).Select(i => $"town {i}"));
        using GroupTable table = new([LogicalType.Varchar, LogicalType.Varchar], MemoryAccount.Untracked);
        using ColumnVector first = CodedTexts.Codes(towns, PhysicalType.UInt8, [4, 7, null, 4]);
        using ColumnVector second = CodedTexts.Flat(["a", "b", "c", "a"]);
        uint* groups = stackalloc uint[4];
        table.Find([first, second], 4, groups);
        using ColumnVector codes = new(LogicalType.Varchar), texts = new(LogicalType.Varchar);
        for (uint i = 0; i < 3; i++) groups[i] = i + 1;
        table.GetKeys(groups, 3, [codes, texts]);
        Assert.Same(towns, codes.Dictionary);
        Assert.Equal("town 12, town 15, ", string.Join(", ", CodedTexts.Texts(codes)));
        Assert.Equal("a, b, c", string.Join(", ", CodedTexts.Texts(texts)));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(200, 3)]
    [InlineData(20_000, 2)]
    [InlineData(20_000, 0)]
    public void Rows_whose_texts_became_codes_are_those_from_before(int count, int nulls)
    {
        using ColumnBuffer buffer = new(LogicalType.Varchar, MemoryAccount.Untracked);
        string?[] texts = [.. Enumerable.Range(0, count).Select(
            i => nulls > 0 && i % nulls == 0 ? null : $"name {i * 7919 % 611}")];
        for (int first = 0; first < count; first += Batch.MaxRows)
        {
            using ColumnVector part = CodedTexts.Flat(texts.AsSpan(first, Math.Min(Batch.MaxRows, count - first)));
            buffer.Append(part, null, part.Count);
        }
        buffer.MakeDictionary();
        using ColumnVector rows = new(LogicalType.Varchar);
        uint[] numbers = [.. Enumerable.Range(0, Math.Min(count, Batch.MaxRows)).Select(i => (uint)(i * 31L % count))];
        fixed (uint* start = numbers) buffer.Gather(start, numbers.Length, rows);
        Assert.Equal(VectorShape.Dictionary, rows.Shape);
        Assert.Equal(numbers.Select(n => texts[n]), CodedTexts.Texts(rows));
        for (int first = 0; first < count; first += Batch.MaxRows)
        {
            int part = Math.Min(Batch.MaxRows, count - first);
            buffer.Slice(first, part, rows);
            Assert.Equal(texts[first..(first + part)], CodedTexts.Texts(rows));
        }
        // Rows that come later may be of other shapes.
        using ColumnVector more = CodedTexts.Flat(["later"]);
        buffer.Append(more, null, 1);
        fixed (uint* start = numbers) buffer.Gather(start, numbers.Length, rows);
        Assert.Equal(numbers.Select(n => texts[n]), CodedTexts.Texts(rows));
    }

    [Fact]
    public void A_buffer_of_nothing_but_null_becomes_codes_too()
    {
        using ColumnBuffer buffer = new(LogicalType.Varchar, MemoryAccount.Untracked);
        using ColumnVector nulls = CodedTexts.Nulls(5);
        buffer.Append(nulls, null, 5);
        buffer.MakeDictionary();
        using ColumnVector rows = new(LogicalType.Varchar);
        buffer.Slice(0, 5, rows);
        Assert.Equal(5, CodedTexts.Texts(rows).Count(t => t is null));
    }

    [Fact]
    public void Hashes_of_codes_are_those_of_texts_however_often_a_dictionary_comes()
    {
        using RowHash hash = new(MemoryAccount.Untracked);
        ulong* ofCodes = stackalloc ulong[Batch.MaxRows];
        ulong* ofTexts = stackalloc ulong[Batch.MaxRows];
        for (int seed = 0; seed < 5; seed++)
        {
            foreach (ColumnVector codes in CodedTexts.Mixture(seed, 12, onlyCodes: true))
            {
                using ColumnVector texts = CodedTexts.Flat(CodedTexts.Texts(codes));
                hash.Compute([codes], codes.Count, ofCodes);
                hash.Compute([texts], codes.Count, ofTexts);
                Assert.True(new Span<ulong>(ofCodes, codes.Count).SequenceEqual(new Span<ulong>(ofTexts, codes.Count)));
            }
        }
    }

    private static string?[] KeysOf(GroupTable table)
    {
        List<string?> keys = [];
        using ColumnVector vector = new(LogicalType.Varchar);
        uint* groups = stackalloc uint[Batch.MaxRows];
        for (int first = 0; first < table.Count; first += Batch.MaxRows)
        {
            int count = Math.Min(Batch.MaxRows, table.Count - first);
            for (int i = 0; i < count; i++) groups[i] = (uint)(first + i + 1);
            table.GetKeys(groups, count, [vector]);
            keys.AddRange(CodedTexts.Texts(vector));
        }
        return [.. keys];
    }
}
