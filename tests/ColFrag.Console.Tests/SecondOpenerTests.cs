using ColFrag.Console.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Tests;

/// <summary>A folder that is open already is shared with whoever opens it next.</summary>
public sealed class SecondOpenerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_second_who_opens_a_folder_becomes_a_client_of_the_first()
    {
        await using ISession first = await SessionOpener.OpenAsync(new FolderTarget(_folder), default);
        await using ISession second = await SessionOpener.OpenAsync(new FolderTarget(_folder), default);
        await RunAsync(first, "CREATE TABLE t (a INTEGER)");
        await RunAsync(second, "INSERT INTO t VALUES (1), (2)");
        Assert.Equal("3", await RunAsync(first, "SELECT sum(a) FROM t"));
        await RunAsync(first, "DELETE FROM t WHERE a = 1");
        Assert.Equal("2", await RunAsync(second, "SELECT sum(a) FROM t"));
    }

    [Fact]
    public async Task When_the_holder_leaves_the_folder_is_free_again()
    {
        ISession first = await SessionOpener.OpenAsync(new FolderTarget(_folder), default);
        ISession second = await SessionOpener.OpenAsync(new FolderTarget(_folder), default);
        await RunAsync(second, "CREATE TABLE t (a INTEGER)");
        await first.DisposeAsync();
        await Assert.ThrowsAnyAsync<ColFragException>(() => RunAsync(second, "SELECT 1"));
        await second.DisposeAsync();
        await using ISession third = await SessionOpener.OpenAsync(new FolderTarget(_folder), default);
        Assert.Equal("0", await RunAsync(third, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_holder_without_a_door_is_named()
    {
        await using Database database = await Database.OpenAsync(_folder);
        StorageException error = await Assert.ThrowsAsync<StorageException>(
            () => SessionOpener.OpenAsync(new FolderTarget(_folder), default));
        Assert.Equal(SqlStates.ObjectInUse, error.SqlState);
    }

    private static async Task<string> RunAsync(ISession session, string sql)
    {
        await using QueryResult result = await session.ExecuteAsync(sql);
        string last = "";
        while (await result.ReadAsync() is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++) last = batch.GetValue(0, row).ToString();
        }
        return last;
    }
}
