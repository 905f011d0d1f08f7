using ColFrag.Clients.Tests.Support;
using ColFrag.Coordinator;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Sessions;
using Npgsql;

namespace ColFrag.Clients.Tests;

/// <summary>Both protocols on one port, and an orderly end.</summary>
public sealed class ServerHostTests
{
    [Fact]
    public async Task One_port_serves_native_sessions_and_the_postgres_protocol()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RemoteSession native = await server.ConnectAsync();
        await using (QueryResult created = await native.ExecuteAsync("CREATE TABLE t (a INTEGER)")) Assert.Equal(
            "CREATE TABLE", created.CommandTag);
        await using NpgsqlConnection connection = new(server.NpgsqlText + ";Server Compatibility Mode=NoTypeLoading");
        await connection.OpenAsync();
        await using (NpgsqlCommand insert = new("INSERT INTO t VALUES (1), (2)", connection)) Assert.Equal(
            2, await insert.ExecuteNonQueryAsync());
        await using QueryResult result = await native.ExecuteAsync("SELECT sum(a) AS s FROM t");
        ResultBatch batch = (await result.ReadAsync())!;
        Assert.Equal(3, (long)batch.GetInteger(0, 0));
        Assert.Equal(2, server.Host.ClientCount);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_advice()
    {
        await using TestServer server = await TestServer.StartAsync();
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => TestServer.StartAsync(new ServerOptions { Addresses = [server.Address] }));
        Assert.Contains(server.Address, error.Message, StringComparison.Ordinal);
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        Assert.Contains("port", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_machines_are_refused_without_TLS_unless_it_is_spelled_out()
    {
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => TestServer.StartAsync(new ServerOptions { Addresses = ["0.0.0.0:0"] }));
        Assert.Contains("--insecure", error.Hint, StringComparison.Ordinal);
        await using TestServer open = await TestServer.StartAsync(
            new ServerOptions { Addresses = ["0.0.0.0:0"], IsInsecure = true });
        await using RemoteSession session = await RemoteSession.ConnectAsync(
            $"127.0.0.1:{open.Port}", new SessionOptions { User = "tester" });
        Assert.True(session.IsOpen);
    }

    [Fact]
    public async Task Clients_without_work_are_told_when_the_server_stops()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlConnection connection = new(server.NpgsqlText + ";Server Compatibility Mode=NoTypeLoading");
        await connection.OpenAsync();
        await server.Host.StopAsync(TimeSpan.FromSeconds(10));
        await using NpgsqlCommand command = new("SELECT 1", connection);
        NpgsqlException error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteScalarAsync());
        Assert.True(error is not PostgresException { SqlState: not SqlStates.AdminShutdown });
        Assert.Equal(0, server.Host.ClientCount);
    }

    [Fact]
    public async Task A_unix_socket_is_a_door_for_its_owner()
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-socket-").FullName;
        try
        {
            string path = Path.Combine(folder, "s");
            await using TestServer server =
                await TestServer.StartAsync(new ServerOptions { Addresses = ["unix:" + path] });
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            await using RemoteSession session = await server.ConnectAsync();
            await using QueryResult result = await session.ExecuteAsync("SELECT 1");
            Assert.Equal(1, (await result.ReadAsync())!.RowCount);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
