using System.Collections.Immutable;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>A segment of given values on a disk in memory.</summary>
internal sealed class SegmentFixture : IDisposable
{
    public static SegmentOptions Small { get; } = new() { BlockRows = 512, VectorRows = 64 };

    private SegmentFixture(MemoryFileSystem files, SegmentInfo info, IReadOnlyList<LogicalType> types)
    {
        Files = files;
        Info = info;
        Types = types;
    }

    public MemoryFileSystem Files { get; }

    public SegmentInfo Info { get; }

    public IReadOnlyList<LogicalType> Types { get; }

    public StorageCaches Caches { get; } = new(new MemoryBroker(1L << 40));

    public static async Task<SegmentFixture> WriteAsync(
        IReadOnlyList<LogicalType> types, IReadOnlyList<Value[]> columns, SegmentOptions? options = null,
        int batchRows = 777, Func<int, int>? groupOf = null, IScheduler? scheduler = null)
    {
        MemoryFileSystem files = new();
        ImmutableArray<StoredColumn> stored =
            [.. types.Select((t, i) => new StoredColumn(i + 1, new Field($"c{i}", t), groupOf?.Invoke(i) ?? 0))];
        await using SegmentWriter writer = new(
            files, "segment", new SegmentIdentity(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 7, 8, 9), stored,
            options ?? Small, MemoryAccount.Untracked, scheduler);
        using Arena arena = new(MemoryAccount.Untracked);
        int rows = columns.Count == 0 ? 0 : columns[0].Length;
        for (int first = 0; first < rows; first += batchRows)
        {
            int count = Math.Min(batchRows, rows - first);
            using Batch batch = RandomRows.ToBatch(types, columns, first, count, arena);
            ulong[] positions = [.. Enumerable.Range(first, count).Select(i => (ulong)i * 31)];
            writer.Append(batch, positions);
        }
        return new SegmentFixture(files, await writer.FinishAsync(), types);
    }

    public SegmentReader Open(params IEnumerable<int> groups)
    {
        List<int> wanted = [.. groups];
        return SegmentReader.Open(
            Files, "segment",
            [.. Info.Groups.Where(g => wanted.Count == 0 || wanted.Contains(g.Group))
                .Select(g => (g.Group, (UInt128?)g.ManifestHash))],
            Caches);
    }

    /// <summary>All values of a column, vector by vector.</summary>
    public static Value[] ReadAll(
        SegmentReader segment, int columnId, LogicalType type, GlobalDictionary? dictionary = null)
    {
        using ColumnReader reader = segment.OpenColumn(columnId, type);
        if (dictionary is not null) Assert.True(reader.UseDictionary(dictionary));
        using ColumnVector vector = new(type);
        List<Value> values = [];
        for (int block = 0; block < segment.BlockCount; block++)
        {
            int rows = segment.GetBlockRowCount(block);
            for (int first = 0; first < rows; first += segment.VectorRows)
            {
                int count = Math.Min(segment.VectorRows, rows - first);
                reader.ReadVector(block, first, count, vector);
                Assert.Equal(count, vector.Count);
                for (int i = 0; i < count; i++) values.Add(vector.GetValue(i));
            }
        }
        return [.. values];
    }

    public void Dispose() => Caches.Dispose();
}
