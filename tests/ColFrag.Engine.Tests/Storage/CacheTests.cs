using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

public class CacheTests
{
    [Fact]
    public async Task A_cache_with_room_for_one_block_reads_everything_and_forgets_the_rest()
    {
        Value[] values = RandomRows.Make(LogicalType.BigInt, 5000, 3, 1);
        using SegmentFixture fixture = await SegmentFixture.WriteAsync([LogicalType.BigInt], [values]);
        using StorageCaches small = new(new MemoryBroker(1 << 30), capacityBytes: 6000);
        using SegmentReader segment = SegmentReader.Open(
            fixture.Files, "segment", [(0, fixture.Info.Groups[0].ManifestHash)], small);
        SegmentTests.AssertEqual(values, SegmentFixture.ReadAll(segment, 1, LogicalType.BigInt), "small cache");
        Assert.InRange(small.Blocks.Bytes, 1, 12_000);
    }

    [Fact]
    public async Task A_query_that_needs_memory_gets_that_of_the_cache()
    {
        Value[] values = RandomRows.Make(LogicalType.BigInt, 50_000, 3, 1);
        using SegmentFixture fixture = await SegmentFixture.WriteAsync([LogicalType.BigInt], [values]);
        MemoryBroker broker = new(1 << 20);
        using StorageCaches caches = new(broker);
        using SegmentReader segment = SegmentReader.Open(
            fixture.Files, "segment", [(0, fixture.Info.Groups[0].ManifestHash)], caches);
        SegmentTests.AssertEqual(values, SegmentFixture.ReadAll(segment, 1, LogicalType.BigInt), "limited");
        long before = caches.Blocks.Bytes;
        Assert.True(before > 200_000);
        using MemoryAccount query = broker.CreateAccount("query", new object());
        query.Reserve(900_000);
        Assert.True(caches.Blocks.Bytes < before);
        Assert.Throws<QueryException>(() => query.Reserve(900_000));
    }

    [Fact]
    public async Task More_footers_than_memory_are_read_again_and_again_and_the_limit_holds()
    {
        const int ColumnCount = 40;
        LogicalType[] types = [.. Enumerable.Repeat(LogicalType.BigInt, ColumnCount)];
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 6_000, 3, i))];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns);
        long allFooters;
        using (SegmentReader all = fixture.Open())
        {
            allFooters = Enumerable.Range(1, ColumnCount).Sum(id => all.GetFooter(id).MemoryBytes);
        }
        long limit = allFooters / 4, mostBytes = 0;
        MemoryBroker broker = new(limit);
        using StorageCaches caches = new(broker);
        using (SegmentReader segment = SegmentReader.Open(
            fixture.Files, "segment", [(0, fixture.Info.Groups[0].ManifestHash)], caches))
        {
            for (int round = 0; round < 3; round++)
            {
                Assert.Equal(
                    columns.Select(c => (Int128?)c.Where(v => !v.IsNull).Max(v => v.AsInteger)),
                    Enumerable.Range(1, ColumnCount).Select(id =>
                    {
                        Int128 most = segment.GetFooter(id).Zone.Max;
                        mostBytes = Math.Max(mostBytes, broker.UsedBytes);
                        return (Int128?)most;
                    }));
            }
            SegmentTests.AssertEqual(columns[7], SegmentFixture.ReadAll(segment, 8, types[7]), "column 7");
        }
        Assert.InRange(mostBytes, limit / 4, limit);
        caches.Blocks.Shrink(long.MaxValue);
        Assert.Equal(0, caches.Blocks.Account.UsedBytes);
    }

    [Fact]
    public async Task A_vector_stays_good_after_its_block_was_dropped()
    {
        Value[] values = RandomRows.Make(LogicalType.Varchar, 40_000, 2, 1);
        using SegmentFixture fixture = await SegmentFixture.WriteAsync([LogicalType.Varchar], [values]);
        using SegmentReader segment = fixture.Open();
        using ColumnVector kept = new(LogicalType.Varchar), next = new(LogicalType.Varchar);
        using (ColumnReader reader = segment.OpenColumn(1))
        {
            reader.ReadVector(0, 0, 64, kept);
            reader.ReadVector(3, 64, 64, next);
            reader.ReadVector(5, 0, 64, next);
        }
        fixture.Caches.Shrink(long.MaxValue);
        for (int i = 0; i < 64; i++) Assert.Equal(values[i], kept.GetValue(i));
    }

    [Fact]
    public async Task Threads_read_one_segment_at_once()
    {
        LogicalType[] types =
            [LogicalType.BigInt, LogicalType.Varchar, LogicalType.Double, LogicalType.List(LogicalType.Integer)];
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 4000, 1, i))];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns);
        using StorageCaches caches = new(new MemoryBroker(1 << 30), capacityBytes: 40_000);
        using SegmentReader segment = SegmentReader.Open(
            fixture.Files, "segment", [(0, fixture.Info.Groups[0].ManifestHash)], caches);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (int round = 0; round < 3; round++)
            {
                int c = (t + round) % types.Length;
                SegmentTests.AssertEqual(columns[c], SegmentFixture.ReadAll(segment, c + 1, types[c]), $"thread {t}");
            }
        })));
    }

    [Fact]
    public async Task Writing_beyond_the_memory_limit_is_refused_and_gives_everything_back()
    {
        MemoryBroker broker = new(200_000);
        using MemoryAccount account = broker.CreateAccount("load", new object());
        MemoryFileSystem files = new();
        Value[] values = RandomRows.Make(LogicalType.Varchar, 20_000, 2, 1);
        await using (SegmentWriter writer = new(
            files, "segment", new SegmentIdentity(Guid.Empty, 1, 1, 1),
            [new StoredColumn(1, new Field("t", LogicalType.Varchar))], new SegmentOptions(), account))
        {
            using Arena arena = new(MemoryAccount.Untracked);
            using Batch batch = RandomRows.ToBatch([LogicalType.Varchar], [values], 0, 2000, arena);
            Assert.Throws<QueryException>(() =>
            {
                for (int i = 0; i < 20; i++) writer.Append(batch);
            });
        }
        Assert.Equal(0, account.UsedBytes);
        Assert.Empty(files.List("segment"));
    }
}
