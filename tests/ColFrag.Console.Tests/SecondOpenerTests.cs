using ColFrag.Console.Processes;
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
    public async Task A_folder_that_a_server_has_open_is_used_through_it()
    {
        string data = Path.Combine(_folder, "data");
        RunningServer server = await ServerProcess.StartAsync(
            "server", ["serve", data, "--pg", "0"],
            new ServerFiles(Path.Combine(_folder, "log"), Path.Combine(_folder, "ready")), default);
        try
        {
            await using ISession second = await SessionOpener.OpenAsync(new FolderTarget(data), default);
            await RunAsync(second, "CREATE TABLE t AS SELECT 7 AS a");
            await using ISession third = await SessionOpener.OpenAsync(
                SessionTarget.Parse(server.Ready.Split('\n')[0].Trim()), default);
            Assert.Equal("7", await RunAsync(third, "SELECT sum(a) FROM t"));
        }
        finally
        {
            await ServerProcess.StopAsync(server, default);
        }
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
