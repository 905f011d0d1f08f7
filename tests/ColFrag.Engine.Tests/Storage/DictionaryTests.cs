using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

public class DictionaryTests
{
    [Fact]
    public async Task Segments_share_the_codes_of_a_table_wide_dictionary()
    {
        Value[][] parts =
        [
            Make(500, i => $"b{i % 7}"), Make(700, i => i % 3 == 0 ? null : $"a{i % 300}"), Make(100, _ => null),
                Make(50, i => $"b{i % 7}"),
        ];
        MemoryFileSystem files = new();
        using StorageCaches caches = new(MemoryBroker.Unlimited);
        List<SegmentReader> segments = [];
        for (int p = 0; p < parts.Length; p++) segments.Add(await WriteAsync(files, $"s{p}", parts[p], caches));
        GlobalDictionary dictionary = caches.Dictionaries.TryGet(segments, 1)!;
        Assert.True(dictionary.Dictionary.IsGlobal);
        Assert.True(dictionary.Dictionary.IsSorted);
        string[] expected = [.. parts.SelectMany(p => p).Where(v => !v.IsNull)
            .Select(v => v.AsText).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(expected, Enumerable.Range(0, dictionary.Dictionary.Count)
            .Select(i => dictionary.Dictionary.Values.GetValue(i).AsText));
        Assert.Same(dictionary, caches.Dictionaries.TryGet([.. segments.AsEnumerable().Reverse()], 1));
        for (int p = 0; p < parts.Length; p++)
        {
            SegmentTests.AssertEqual(
                parts[p], SegmentFixture.ReadAll(segments[p], 1, LogicalType.Varchar, dictionary), $"segment {p}");
            using ColumnReader reader = segments[p].OpenColumn(1);
            Assert.True(reader.UseDictionary(dictionary));
            using ColumnVector vector = new(LogicalType.Varchar);
            reader.ReadVector(0, 0, 10, vector);
            if (vector.Shape == VectorShape.Dictionary) Assert.Same(dictionary.Dictionary, vector.Dictionary);
        }
        foreach (SegmentReader segment in segments) segment.Dispose();
    }

    [Fact]
    public async Task A_segment_without_codes_has_no_table_wide_dictionary()
    {
        MemoryFileSystem files = new();
        using StorageCaches caches = new(MemoryBroker.Unlimited);
        using SegmentReader few = await WriteAsync(files, "few", Make(300, i => $"{i % 5}"), caches);
        using SegmentReader unique =
            await WriteAsync(files, "unique", Make(40_000, i => $"no two of these {i} are equal"), caches);
        Assert.Equal(0, unique.GetFooter(1).DictionaryCount);
        Assert.Null(caches.Dictionaries.TryGet([few, unique], 1));
        Assert.NotNull(caches.Dictionaries.TryGet([few], 1));
    }

    [Fact]
    public async Task All_readers_of_a_segment_get_the_same_dictionary_object()
    {
        MemoryFileSystem files = new();
        using StorageCaches caches = new(MemoryBroker.Unlimited);
        using SegmentReader segment = await WriteAsync(files, "s", Make(300, i => $"{i % 5}"), caches);
        VectorDictionary first = segment.GetDictionary(1)!;
        caches.Shrink(long.MaxValue);
        Assert.Same(first, segment.GetDictionary(1));
        Assert.Equal("4", first.Values.GetValue(4).AsText);
    }

    private static Value[] Make(int count, Func<int, string?> text) =>
        [.. Enumerable.Range(0, count).Select(i => text(i) is { } t ? Value.Text(t) : Value.Null(LogicalType.Varchar))];

    private static async Task<SegmentReader> WriteAsync(
        MemoryFileSystem files, string folder, Value[] values, StorageCaches caches)
    {
        await using SegmentWriter writer = new(
            files, folder, new SegmentIdentity(Guid.Empty, 1, 1, 1),
                [new StoredColumn(1, new Field("t", LogicalType.Varchar))],
            SegmentFixture.Small, MemoryAccount.Untracked);
        using Arena arena = new(MemoryAccount.Untracked);
        for (int first = 0; first < values.Length; first += 2048)
        {
            int count = Math.Min(2048, values.Length - first);
            using Batch batch = RandomRows.ToBatch([LogicalType.Varchar], [values], first, count, arena);
            writer.Append(batch);
        }
        SegmentInfo info = await writer.FinishAsync();
        return SegmentReader.Open(files, folder, [(0, info.Groups[0].ManifestHash)], caches);
    }
}
