using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Tests.Files;

/// <summary>What every disk must do; each test runs on a folder of the machine and on a disk in memory.</summary>
public abstract class FileSystemTests
{
    private protected abstract IFileSystem Files { get; }

    [Fact]
    public async Task What_was_appended_is_read_from_any_place()
    {
        using (IAppendFile file = Files.Create("a"))
        {
            file.Append([1, 2, 3]);
            await file.AppendAsync(new byte[] { 4, 5 });
            await file.FlushAsync();
            Assert.Equal(5, file.Length);
            byte[] seen = new byte[5];
            Assert.Equal(5, file.Read(0, seen));
            Assert.Equal([1, 2, 3, 4, 5], seen);
        }
        using IFile read = Files.OpenRead("a");
        Assert.Equal(5, read.Length);
        Assert.Equal("a", read.Path);
        byte[] part = new byte[3];
        read.ReadExactly(1, part);
        Assert.Equal([2, 3, 4], part);
        await read.ReadExactlyAsync(2, part);
        Assert.Equal([3, 4, 5], part);
        Assert.Equal(2, read.Read(3, part));
        Assert.Equal(0, await read.ReadAsync(7, part));
        CorruptDataException error = Assert.Throws<CorruptDataException>(() => read.ReadExactly(3, part));
        Assert.Contains("1 bytes short", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, error.Offset);
        await Assert.ThrowsAsync<CorruptDataException>(async () => await read.ReadExactlyAsync(3, part));
    }

    [Fact]
    public void Appending_goes_on_where_it_ended()
    {
        Write("a", [1, 2, 3, 4]);
        using (IAppendFile file = Files.OpenAppend("a"))
        {
            Assert.Equal(4, file.Length);
            file.Truncate(2);
            Assert.Equal(2, file.Length);
            file.Append([9]);
        }
        Assert.Equal([1, 2, 9], Files.ReadAll("a", maxLength: 3));
        Assert.Throws<CorruptDataException>(() => Files.ReadAll("a", maxLength: 2));
    }

    [Fact]
    public void A_file_is_made_once()
    {
        Write("a", [1]);
        StorageException error = Assert.Throws<StorageException>(() => Files.Create("a"));
        Assert.Contains("already", error.Message, StringComparison.Ordinal);
        Assert.Equal([1], Files.ReadAll("a", 1));
    }

    [Fact]
    public async Task What_is_not_there_is_said_so_with_its_name()
    {
        StorageException[] errors =
        [
            Assert.Throws<StorageException>(() => Files.OpenRead("no/such")),
            Assert.Throws<StorageException>(() => Files.OpenAppend("nosuch")),
            Assert.Throws<StorageException>(() => Files.Create("no/such")),
            Assert.Throws<StorageException>(() => Files.Rename("nosuch", "b")),
            await Assert.ThrowsAsync<StorageException>(async () => await Files.FlushFolderAsync("nosuch")),
        ];
        foreach (StorageException error in errors)
        {
            Assert.Equal(SqlStates.UndefinedFile, error.SqlState);
            Assert.Contains("such", error.Path, StringComparison.Ordinal);
        }
        Assert.False(Files.FileExists("nosuch"));
        Assert.False(Files.FolderExists("nosuch"));
        Assert.False(Files.DeleteFile("nosuch"));
        Assert.False(Files.DeleteFolder("nosuch"));
        Assert.Empty(Files.List("nosuch"));
    }

    [Fact]
    public void A_folder_lists_its_files_and_folders_in_order()
    {
        Files.CreateFolder("f/b/deep");
        Files.CreateFolder("f/b");
        Write("f/c", [1, 2]);
        Write("f/a", []);
        Write("f/B", [1]);
        IReadOnlyList<FileEntry> entries = Files.List("f");
        Assert.Equal(
            [("B", false, 1L), ("a", false, 0), ("b", true, 0), ("c", false, 2)],
            entries.Select(entry => (entry.Name, entry.IsFolder, entry.Length)));
        Assert.Equal(["f"], Files.List("").Select(entry => entry.Name));
        Assert.True(Files.FolderExists("f/b/deep"));
        Assert.False(Files.FileExists("f/b"));
        Assert.True(Files.FolderExists(""));
    }

    [Fact]
    public void A_rename_takes_the_place_of_a_file_and_never_of_a_folder()
    {
        Files.CreateFolder("f/x");
        Files.CreateFolder("g/y");
        Write("a", [1]);
        Write("f/b", [2]);
        Files.Rename("a", "f/b");
        Assert.False(Files.FileExists("a"));
        Assert.Equal([1], Files.ReadAll("f/b", 1));
        Files.Rename("f", "h");
        Assert.Equal([1], Files.ReadAll("h/b", 1));
        Assert.Throws<StorageException>(() => Files.Rename("h", "g"));
        Assert.True(Files.FolderExists("g/y"));
        Assert.True(Files.DeleteFile("h/b"));
        Assert.True(Files.DeleteFolder("h"));
        Assert.False(Files.FolderExists("h"));
    }

    [Fact]
    public void A_file_that_is_deleted_or_replaced_stays_readable_for_who_has_it_open()
    {
        if (OperatingSystem.IsWindows()) return;
        Write("a", [1]);
        Write("b", [2]);
        using IFile deleted = Files.OpenRead("a"), replaced = Files.OpenRead("b");
        Files.DeleteFile("a");
        Write("c", [3]);
        Files.Rename("c", "b");
        byte[] seen = new byte[1];
        deleted.ReadExactly(0, seen);
        Assert.Equal([1], seen);
        replaced.ReadExactly(0, seen);
        Assert.Equal([2], seen);
    }

    [Fact]
    public async Task A_temporary_file_appears_whole_or_not_at_all()
    {
        await Files.EnsureFolderAsync("s/12");
        using (TempFile file = TempFile.Create(Files, "s/12/manifest"))
        {
            file.File.Append([1]);
            Assert.False(Files.FileExists("s/12/manifest"));
        }
        Assert.Empty(Files.List("s/12"));
        Write("s/12/manifest.tmp", [7]);
        using (TempFile file = TempFile.Create(Files, "s/12/manifest", reserveBytes: 4096))
        {
            file.File.Append([2]);
            await file.PublishAsync();
        }
        Assert.Equal([2], Files.ReadAll("s/12/manifest", 1));
        Write("s/12/other.tmp", [7]);
        Assert.Equal(1, Files.DeleteTempFiles("s/12"));
        Assert.Equal(["manifest"], Files.List("s/12").Select(entry => entry.Name));
    }

    [Fact]
    public void A_lock_is_held_once_and_names_its_holder()
    {
        using (Files.Lock("lock"))
        {
            StorageException error = Assert.Throws<StorageException>(() => Files.Lock("lock"));
            Assert.Equal(SqlStates.ObjectInUse, error.SqlState);
            Assert.Contains("this process", error.Message, StringComparison.Ordinal);
            Assert.NotNull(error.Hint);
        }
        Files.Lock("lock").Dispose();
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("c:a")]
    public void A_path_that_leaves_the_root_is_our_own_mistake(string path)
    {
        Assert.Throws<InvariantException>(() => Files.Create(path));
        Assert.Throws<InvariantException>(() => Files.OpenRead(path));
        Assert.Throws<InvariantException>(() => Files.FileExists(path));
        Assert.Throws<InvariantException>(() => Files.CreateFolder(path));
        Assert.Throws<InvariantException>(() => Files.DeleteFile(path));
    }

    [Fact]
    public void The_disk_says_how_much_fits()
    {
        DiskSpace space = Files.GetSpace();
        Assert.InRange(space.FreeBytes, 1, space.TotalBytes);
    }

    [Fact]
    public async Task Many_threads_read_one_file()
    {
        byte[] bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        Write("a", bytes);
        using IFile file = Files.OpenRead("a");
        await Parallel.ForAsync(0, 64, async (i, cancellationToken) =>
        {
            byte[] part = new byte[1500];
            if (i % 2 == 0) file.ReadExactly(i * 1000, part);
            else await file.ReadExactlyAsync(i * 1000, part, cancellationToken);
            Assert.True(part.AsSpan().SequenceEqual(bytes.AsSpan(i * 1000, 1500)));
        });
    }

    private protected void Write(string path, byte[] bytes)
    {
        using IAppendFile file = Files.Create(path);
        file.Append(bytes);
    }
}

public sealed class LocalFileSystemTests : FileSystemTests, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("colfrag-files-").FullName;

    private protected override IFileSystem Files => new LocalFileSystem(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_full_disk_is_told_apart_and_comes_with_advice()
    {
        // Linux's device that is always full.
        if (!File.Exists("/dev/full")) return;
        File.CreateSymbolicLink(Path.Combine(folder, "full"), "/dev/full");
        using IAppendFile file = Files.OpenAppend("full");
        StorageException error = Assert.Throws<StorageException>(() => file.Append([1]));
        Assert.Equal(SqlStates.DiskFull, error.SqlState);
        Assert.EndsWith("full", error.Path, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public void Space_that_is_not_there_cannot_be_reserved()
    {
        StorageException error = Assert.Throws<StorageException>(
            () => Files.Create("a", reserveBytes: Files.GetSpace().TotalBytes * 2));
        Assert.Equal(SqlStates.DiskFull, error.SqlState);
        Assert.False(Files.FileExists("a"));
    }

    [Fact]
    public void A_lock_of_another_process_is_seen_and_ends_with_it()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock")) return;
        string path = Path.Combine(folder, "lock");
        File.WriteAllText(path, "4242 colfrag\n");
        using (System.Diagnostics.Process holder = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/usr/bin/flock", [path, "sh", "-c", "echo held; read line"])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true,
            })!)
        {
            Assert.Equal("held", holder.StandardOutput.ReadLine());
            StorageException error = Assert.Throws<StorageException>(() => Files.Lock("lock"));
            Assert.Contains("process 4242 (colfrag)", error.Message, StringComparison.Ordinal);
            holder.StandardInput.WriteLine();
            holder.WaitForExit();
        }
        Files.Lock("lock").Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_said_so()
    {
        File.WriteAllText(Path.Combine(folder, "file"), "");
        Assert.Throws<StorageException>(() => new LocalFileSystem(Path.Combine(folder, "file")));
    }
}

public sealed class MemoryFileSystemConformanceTests : FileSystemTests
{
    private protected override IFileSystem Files { get; } = new MemoryFileSystem { Capacity = 1 << 30 };
}
