using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Tests.Files;

/// <summary>What crashes lose, and how failures are injected.</summary>
public sealed class MemoryFileSystemTests
{
    private readonly MemoryFileSystem files = new();

    [Fact]
    public async Task A_crash_loses_what_was_not_flushed()
    {
        using IAppendFile file = files.Create("a");
        file.Append([1, 2]);
        await file.FlushAsync();
        await files.FlushFolderAsync("");
        file.Append([3]);
        files.Create("b").Dispose();
        MemoryFileSystem after = files.Crash();
        Assert.Equal([1, 2], after.ReadAll("a", 10));
        Assert.Equal(["a"], after.List("").Select(entry => entry.Name));
    }

    [Fact]
    public async Task A_crash_loses_a_flushed_file_whose_name_was_not()
    {
        using IAppendFile file = files.Create("a");
        file.Append([1, 2]);
        await file.FlushAsync();
        Assert.Empty(files.Crash().List(""));
    }

    [Fact]
    public async Task A_crash_loses_a_folder_whose_name_was_not_flushed_with_all_in_it()
    {
        files.CreateFolder("f");
        using (TempFile file = TempFile.Create(files, "f/a")) await file.PublishAsync();
        Assert.Empty(files.Crash().List("f"));
    }

    [Fact]
    public async Task What_was_published_in_an_ensured_folder_outlasts_a_crash()
    {
        await files.EnsureFolderAsync("f/g");
        using (TempFile file = TempFile.Create(files, "f/g/a"))
        {
            file.File.Append([1, 2, 3]);
            await file.PublishAsync();
        }
        Assert.Equal([1, 2, 3], files.Crash().Crash().ReadAll("f/g/a", 3));
    }

    [Fact]
    public async Task A_rename_before_the_flush_of_its_folder_is_there_or_not_and_never_half()
    {
        int oldCount = 0, newCount = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            MemoryFileSystem disk = new();
            await Publish(disk, "a", [1]);
            using (TempFile file = TempFile.Create(disk, "a"))
            {
                file.File.Append([2]);
                await file.PublishWithoutFolderAsync();
            }
            byte[] survived = disk.Crash(new Seeded(seed)).ReadAll("a", 1);
            if (survived[0] == 1) oldCount++;
            else newCount++;
        }
        Assert.InRange(oldCount, 20, 180);
        Assert.InRange(newCount, 20, 180);
    }

    [Fact]
    public async Task A_crash_keeps_flushed_bytes_and_any_part_of_the_others()
    {
        HashSet<int> lengths = [];
        bool sawZeros = false;
        for (int seed = 0; seed < 300; seed++)
        {
            MemoryFileSystem disk = new();
            await Publish(disk, "a", [1, 2, 3]);
            using (IAppendFile file = disk.OpenAppend("a")) file.Append([4, 5, 6, 7]);
            byte[] survived = disk.Crash(new Seeded(seed)).ReadAll("a", 7);
            lengths.Add(survived.Length);
            Assert.Equal([1, 2, 3], survived[..3]);
            for (int i = 3; i < survived.Length; i++)
            {
                sawZeros |= survived[i] == 0;
                Assert.True(survived[i] == i + 1 || survived[i] == 0);
            }
        }
        Assert.Equal([3, 4, 5, 6, 7], lengths.Order());
        Assert.True(sawZeros);
    }

    [Fact]
    public async Task After_a_crash_the_old_disk_and_its_files_do_nothing()
    {
        await Publish(files, "a", [1]);
        using IAppendFile file = files.OpenAppend("a");
        MemoryFileSystem after = files.Crash();
        Assert.Throws<StorageException>(() => file.Append([2]));
        Assert.Throws<StorageException>(() => files.Rename("a", "b"));
        Assert.Throws<StorageException>(() => files.DeleteFile("a"));
        await Assert.ThrowsAsync<StorageException>(async () => await file.FlushAsync());
        Assert.Equal([1], after.ReadAll("a", 1));
    }

    [Fact]
    public async Task After_a_failed_flush_the_file_takes_no_more_and_what_was_to_be_flushed_is_lost()
    {
        await Publish(files, "a", [1]);
        using (IAppendFile file = files.OpenAppend("a"))
        {
            file.Append([2, 3]);
            files.FailCall(1, FileFault.Failure);
            await Assert.ThrowsAsync<StorageException>(async () => await file.FlushAsync());
            StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await file.FlushAsync());
            Assert.Contains("earlier flush", error.Message, StringComparison.Ordinal);
            Assert.Throws<StorageException>(() => file.Append([4]));
        }
        using (IAppendFile file = files.OpenAppend("a"))
        {
            file.Append([4]);
            await file.FlushAsync();
        }
        Assert.Equal([1, 2, 3, 4], files.ReadAll("a", 4));
        Assert.Equal([1, 0, 0, 4], files.Crash().ReadAll("a", 4));
    }

    [Fact]
    public async Task A_failed_append_leaves_a_part_that_the_next_one_writes_over()
    {
        using IAppendFile file = files.Create("a");
        file.Append([1]);
        files.FailCall(1, FileFault.DiskFull);
        StorageException error = Assert.Throws<StorageException>(() => file.Append([9, 9, 9, 9]));
        Assert.Equal(SqlStates.DiskFull, error.SqlState);
        Assert.Equal(1, file.Length);
        Assert.Equal([1, 9, 9], files.ReadAll("a", 3));
        await file.AppendAsync(new byte[] { 2 });
        Assert.Equal([1, 2], files.ReadAll("a", 2));
    }

    [Fact]
    public void A_disk_takes_no_more_than_its_capacity()
    {
        files.Capacity = 10;
        using IAppendFile file = files.Create("a");
        file.Append(new byte[8]);
        Assert.Equal(SqlStates.DiskFull, Assert.Throws<StorageException>(() => file.Append(new byte[3])).SqlState);
        file.Append(new byte[2]);
        Assert.Equal(0, files.GetSpace().FreeBytes);
        Assert.Equal(
            SqlStates.DiskFull, Assert.Throws<StorageException>(() => files.Create("b", reserveBytes: 1)).SqlState);
        files.DeleteFile("a");
        Assert.Equal(10, files.GetSpace().FreeBytes);
    }

    [Fact]
    public async Task Every_kind_of_call_can_fail()
    {
        List<FileAction> seen = [];
        files.Fault = call =>
        {
            seen.Add(call.Action);
            return FileFault.None;
        };
        files.CreateFolder("f");
        using (IAppendFile file = files.Create("f/a"))
        {
            file.Append([1]);
            file.Truncate(1);
            await file.FlushAsync();
        }
        files.OpenRead("f/a").Read(0, new byte[1]);
        files.Rename("f/a", "f/b");
        await files.FlushFolderAsync("f");
        files.List("f");
        files.DeleteFile("f/b");
        Assert.Equal(Enum.GetValues<FileAction>().Order(), seen.Distinct().Order());
        files.FailCall(2, FileFault.Failure);
        files.List("f");
        Assert.Equal(SqlStates.IoError, Assert.Throws<StorageException>(() => files.List("f")).SqlState);
        files.List("f");
    }

    [Fact]
    public async Task A_damaged_byte_stays_damaged()
    {
        await Publish(files, "a", [1, 2, 3]);
        files.Flip("a", 1, 0x80);
        Assert.Equal([1, 0x82, 3], files.ReadAll("a", 3));
        Assert.Equal([1, 0x82, 3], files.Crash().ReadAll("a", 3));
    }

    private static async Task Publish(MemoryFileSystem disk, string path, byte[] bytes)
    {
        using TempFile file = TempFile.Create(disk, path);
        file.File.Append(bytes);
        await file.PublishAsync();
    }

    private sealed class Seeded(int seed) : IRandom
    {
        private readonly Random random = new(seed);

        public ulong NextUInt64() => (ulong)random.NextInt64();

        public int Next(int limit) => random.Next(limit);
    }
}
