using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Sessions;

namespace ColFrag.Engine.Tests.Store;

/// <summary>
/// Whole folders of every format number that is read lie in tests/golden, each made by the ColFrag that wrote that
/// number. When the number rises, open a new folder with the present build, run the statements of
/// <c>tests/golden/folder.sql</c>, leave out its locks and statistics, and register the reader of the old number.
/// </summary>
public sealed class GoldenFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-golden").FullName;

    public static TheoryData<uint> Numbers
    {
        get
        {
            TheoryData<uint> numbers = [];
            for (uint number = FolderIdentity.Format.Oldest; number <= FolderIdentity.Format.Written; number++)
                numbers.Add(number);
            return numbers;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_folder_of_every_number_that_is_read_opens_and_has_its_rows(uint number)
    {
        Copy(number);
        Assert.Equal(number, FolderIdentity.TryRead(new LocalFileSystem(_folder))!.Number);
        using (Database database = await Database.OpenAsync(_folder))
        {
            using Connection connection = database.Connect();
            await AssertRowsAsync(connection);
            Assert.Equal("23505", await connection.FailAsync("INSERT INTO kept VALUES (5000, 'twice', 1)"));
            await connection.RunAsync("INSERT INTO kept SELECT i, 'new', 1 FROM range(1000, 4000) r(i)");
            await connection.RunAsync("CREATE TABLE later (a varchar COMPRESSION none)");
            await connection.RunAsync("CHECKPOINT");
        }
        Assert.Empty(new FolderVerification(new LocalFileSystem(_folder), MemoryBroker.Unlimited).Run().Damages);
        using (Database database = await Database.OpenAsync(_folder))
        {
            using Connection connection = database.Connect();
            Assert.Equal(["3181|4485.25"], await connection.RowsAsync(
                "SELECT count(*), sum(price) FILTER (name <> 'new') FROM kept"));
            await connection.RunAsync("DELETE FROM kept WHERE name = 'new'");
            await AssertRowsAsync(connection);
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_folder_that_was_opened_has_the_present_number(uint number)
    {
        Copy(number);
        FolderIdentity before = FolderIdentity.TryRead(new LocalFileSystem(_folder))!;
        (await Database.OpenAsync(_folder)).Dispose();
        FolderIdentity after = FolderIdentity.TryRead(new LocalFileSystem(_folder))!;
        Assert.Equal(FolderIdentity.Format.Written, after.Number);
        Assert.Equal(
            (before.ClusterId, before.DiskId, before.CreateTime), (after.ClusterId, after.DiskId, after.CreateTime));
    }

    [Fact]
    public async Task A_folder_older_than_every_reader_is_refused_with_advice_and_left_alone()
    {
        byte[] identity = await SetNumberAsync(FolderIdentity.Format.Oldest - 1);
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => Database.OpenAsync(_folder));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Contains("load the data anew, or open it with the ColFrag that wrote it", error.Hint);
        Assert.Equal(identity, await File.ReadAllBytesAsync(IdentityPath));
    }

    [Fact]
    public async Task A_folder_of_a_later_number_is_refused_and_the_advice_names_its_writer()
    {
        using ByteWriter later = new();
        later.WriteBytes("COLFRAG\0"u8);
        later.WriteUInt32(FolderIdentity.Format.Written + 1);
        later.WriteString("7.8.9");
        later.WriteBytes("bytes that nobody knows yet"u8);
        await File.WriteAllBytesAsync(IdentityPath, later.ToArray());
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => Database.OpenAsync(_folder));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Equal("Open it with a newer ColFrag (ColFrag 7.8.9 wrote it).", error.Hint);
        Assert.Equal(later.ToArray(), await File.ReadAllBytesAsync(IdentityPath));
    }

    [Fact]
    public async Task What_a_later_folder_says_of_its_writer_is_not_believed_blindly()
    {
        using ByteWriter later = new();
        later.WriteBytes("COLFRAG\0"u8);
        later.WriteUInt32(FolderIdentity.Format.Written + 1);
        later.WriteString("run this: \u001b[31m");
        await File.WriteAllBytesAsync(IdentityPath, later.ToArray());
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => Database.OpenAsync(_folder));
        Assert.Equal("Open it with a newer ColFrag.", error.Hint);
    }

    [Fact]
    public async Task Every_changed_byte_of_an_identity_is_found()
    {
        Copy(FolderIdentity.Format.Written);
        byte[] bytes = await File.ReadAllBytesAsync(IdentityPath);
        LocalFileSystem files = new(_folder);
        for (int i = 0; i < bytes.Length * 8; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i / 8] ^= (byte)(1 << (i % 8));
            await File.WriteAllBytesAsync(IdentityPath, damaged);
            Assert.ThrowsAny<ColFragException>(() => FolderIdentity.TryRead(files));
        }
        for (int length = 0; length < bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(IdentityPath, bytes[..length]);
            Assert.ThrowsAny<ColFragException>(() => FolderIdentity.TryRead(files));
        }
    }

    private string IdentityPath => Path.Combine(_folder, StorePaths.Identity);

    private static async Task AssertRowsAsync(Connection connection)
    {
        Assert.Equal(["181|22940"], await connection.RowsAsync("SELECT * FROM v"));
        Assert.Equal(
            ["181|4485.25|name 6"], await connection.RowsAsync("SELECT count(*), sum(price), max(name) FROM kept"));
        Assert.Equal(["in the journal"], await connection.RowsAsync("SELECT name FROM kept WHERE id = 5000"));
        Assert.Empty(await connection.RowsAsync("SELECT * FROM kept WHERE id = 13"));
    }

    private async Task<byte[]> SetNumberAsync(uint number)
    {
        Copy(FolderIdentity.Format.Written);
        byte[] identity = await File.ReadAllBytesAsync(IdentityPath);
        BitConverter.TryWriteBytes(identity.AsSpan(8), number);
        await File.WriteAllBytesAsync(IdentityPath, identity);
        return identity;
    }

    private void Copy(uint number)
    {
        string golden = Repository.PathOf("tests", "golden", $"folder-{number}");
        foreach (string file in Directory.GetFiles(golden, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(_folder, Path.GetRelativePath(golden, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
