using System.Data;
using System.Data.Common;
using ColFrag.Console.Processes;
using ColFrag.Data;

namespace ColFrag.Console.Tests;

/// <summary>Connection strings with several hosts, over server processes that are killed and come back.</summary>
[Collection("processes")]
public sealed class FailoverTests : IAsyncLifetime
{
    private static readonly string[] s_names = ["one", "two"];

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-failover-").FullName;
    private readonly RunningServer[] _servers = new RunningServer[s_names.Length];

    private string Hosts => string.Join(',', _servers.Select(AddressOf));

    public async Task InitializeAsync()
    {
        for (int i = 0; i < _servers.Length; i++)
        {
            _servers[i] = await StartAsync(i, 0);
            // Each says who it is.
            await using ColFragConnection connection = new($"Host={AddressOf(_servers[i])}");
            await connection.OpenAsync();
            await using ColFragCommand name =
                new($"CREATE TABLE me (name varchar); INSERT INTO me VALUES ('{s_names[i]}')", connection);
            await name.ExecuteNonQueryAsync();
        }
    }

    public Task DisposeAsync()
    {
        foreach (RunningServer server in _servers) ServerProcess.Kill(server);
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_killed_server_is_left_for_the_next_one_and_taken_again_when_it_is_back()
    {
        await using ColFragDataSource source = ColFragDataSource.Create($"Host={Hosts}");
        await using DbConnection first = await source.OpenConnectionAsync();
        Assert.Equal("one", await WhoAsync(first));
        ServerProcess.Kill(_servers[0]);
        // What was under way there is lost, and says so; the next connection is to the other one.
        DbException lost = await Assert.ThrowsAnyAsync<DbException>(() => WhoAsync(first));
        Assert.True(lost.IsTransient);
        Assert.StartsWith("08", lost.SqlState, StringComparison.Ordinal);
        await using (DbConnection second = await source.OpenConnectionAsync())
            Assert.Equal("two", await WhoAsync(second));
        await first.CloseAsync();
        Assert.Equal(ConnectionState.Closed, first.State);
        await first.OpenAsync();
        Assert.Equal("two", await WhoAsync(first));
        _servers[0] = await StartAsync(0, PortOf(_servers[0]));
        await using DbConnection third = await source.OpenConnectionAsync();
        Assert.Equal("one", await WhoAsync(third));
    }

    [Fact]
    public async Task Balanced_connections_are_spread_over_the_servers_that_live()
    {
        await using ColFragDataSource source = ColFragDataSource.Create($"Host={Hosts};Load Balance Hosts=true");
        string[] asked = await AskAsync(source, 6);
        Assert.Equal([3, 3], s_names.Select(name => asked.Count(a => a == name)));
        ServerProcess.Kill(_servers[1]);
        Assert.All(await AskAsync(source, 4), name => Assert.Equal("one", name));
    }

    private static async Task<string[]> AskAsync(ColFragDataSource source, int count)
    {
        string[] names = new string[count];
        for (int i = 0; i < count; i++)
        {
            await using DbConnection connection = await source.OpenConnectionAsync();
            names[i] = await WhoAsync(connection);
        }
        return names;
    }

    private static async Task<string> WhoAsync(DbConnection connection)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM me";
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<RunningServer> StartAsync(int number, int port)
    {
        string path = Path.Combine(_folder, s_names[number]);
        File.Delete($"{path}.ready");
        return await ServerProcess.StartAsync(
            $"server {s_names[number]}", ["serve", path, "--pg", $"{port}"],
            new ServerFiles($"{path}.log", $"{path}.ready"), default);
    }

    private static string AddressOf(RunningServer server) => server.Ready.Split('\n')[0].Trim();

    private static int PortOf(RunningServer server)
    {
        string address = AddressOf(server);
        return int.Parse(address[(address.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
