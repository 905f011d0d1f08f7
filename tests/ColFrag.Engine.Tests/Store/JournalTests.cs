using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Catalog;

namespace ColFrag.Engine.Tests.Store;

public sealed class JournalTests
{
    private static readonly Guid s_cluster = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    private MemoryFileSystem _files = new();

    [Fact]
    public async Task What_was_appended_is_there_after_a_crash()
    {
        Journal journal = await Journal.OpenAsync(_files, s_cluster);
        JournalExtent[] first = await journal.AppendAsync([Rows(1, [1, 2, 3]), Rows(2, []), Rows(3, new byte[5000])]);
        JournalExtent[] second = await journal.AppendAsync([Rows(4, [4])]);
        _files = _files.Crash();
        Assert.Equal([1, 2, 3], Read(first[0], 1));
        Assert.Empty(Read(first[1], 2));
        Assert.Equal(5000, Read(first[2], 3).Length);
        Assert.Equal([4], Read(second[0], 4));
        Assert.All(first.Concat(second), e => Assert.Equal(0, e.Offset % 16));
    }

    [Fact]
    public async Task A_start_begins_a_new_file_and_so_does_a_full_one()
    {
        await using (Journal journal = await Journal.OpenAsync(_files, s_cluster, fileBytes: 1000))
        {
            Assert.Equal(1, (await journal.AppendAsync([Rows(1, new byte[2000])]))[0].File);
            Assert.Equal(2, (await journal.AppendAsync([Rows(1, new byte[10])]))[0].File);
        }
        await using Journal again = await Journal.OpenAsync(_files, s_cluster);
        Assert.Equal(3, (await again.AppendAsync([Rows(1, new byte[10])]))[0].File);
    }

    [Fact]
    public async Task Many_writers_share_flushes()
    {
        SlowFlushes files = new(_files);
        await using Journal journal = await Journal.OpenAsync(files, s_cluster);
        files.Release();
        int before = files.FlushCount;
        Task<JournalExtent[]>[] appends =
            [.. Enumerable.Range(1, 40).Select(i => journal.AppendAsync([Rows(i, [(byte)i])]).AsTask())];
        while (!appends.All(a => a.IsCompleted))
        {
            files.Release();
            await Task.Yield();
        }
        Assert.InRange(files.FlushCount - before, 1, 2);
        for (int i = 1; i <= 40; i++) Assert.Equal([(byte)i], Read((await appends[i - 1])[0], i));
    }

    [Theory]
    [InlineData(FileFault.DiskFull)]
    [InlineData(FileFault.Failure)]
    public async Task After_a_failed_call_the_next_append_uses_a_new_file(object fault)
    {
        for (int failing = 1; failing <= 7; failing++)
        {
            _files = new MemoryFileSystem();
            await using Journal journal = await Journal.OpenAsync(_files, s_cluster);
            _files.FailCall(failing, (FileFault)fault);
            JournalExtent[]? first = null, second = null;
            try
            {
                first = await journal.AppendAsync([Rows(1, [1])]);
                second = await journal.AppendAsync([Rows(2, [2])]);
            }
            catch (StorageException)
            {
                Assert.True(first is null || second is null);
            }
            JournalExtent[] third = await journal.AppendAsync([Rows(3, [3])]);
            _files = _files.Crash();
            if (first is not null) Assert.Equal([1], Read(first[0], 1));
            if (second is not null) Assert.Equal([2], Read(second[0], 2));
            Assert.Equal([3], Read(third[0], 3));
        }
    }

    [Fact]
    public async Task Damage_and_the_wrong_record_are_found()
    {
        await using Journal journal = await Journal.OpenAsync(_files, s_cluster);
        JournalExtent extent = (await journal.AppendAsync([Rows(7, [1, 2, 3, 4, 5])]))[0];
        Assert.Throws<CorruptDataException>(() => Read(extent, 8));
        Assert.Throws<CorruptDataException>(() => Read(extent with { Length = extent.Length - 1 }, 7));
        Assert.Throws<CorruptDataException>(() => Read(extent with { Offset = extent.Offset + 16 }, 7));
        for (long offset = extent.Offset; offset < extent.Offset + extent.Length; offset++)
        {
            _files.Flip(StorePaths.JournalFile(extent.File), offset, 0x20);
            Assert.Throws<CorruptDataException>(() => Read(extent, 7));
            _files.Flip(StorePaths.JournalFile(extent.File), offset, 0x20);
        }
        Assert.Equal([1, 2, 3, 4, 5], Read(extent, 7));
    }

    private static JournalRecord Rows(long id, byte[] payload) => new(JournalRecordKind.Rows, 5, id, payload);

    private byte[] Read(JournalExtent extent, long id) => Journal.Read(_files, extent, JournalRecordKind.Rows, 5, id);
}
