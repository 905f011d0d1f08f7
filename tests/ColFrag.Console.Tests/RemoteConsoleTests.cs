using System.Globalization;
using ColFrag.Console.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Tests;

/// <summary>The console's side of a server.</summary>
public sealed class RemoteConsoleTests
{
    [Fact]
    public async Task A_server_is_opened_by_host_and_port()
    {
        await using ScriptedServer server = new(() => new ScriptedSession().Answers(
            "SELECT 1", new Schema(new Field("n", LogicalType.BigInt)), [Value.BigInt(7)]));
        await using ISession session = await SessionOpener.OpenAsync(SessionTarget.Parse(server.Address), default);
        await using QueryResult result = await session.ExecuteAsync("SELECT 1");
        ResultBatch? batch = await result.ReadAsync();
        Assert.Equal("7", batch!.GetValue(0, 0).ToString());
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_an_error_that_names_it()
    {
        string address = $"127.0.0.1:{ScriptedServer.FreePort().ToString(CultureInfo.InvariantCulture)}";
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => SessionOpener.OpenAsync(SessionTarget.Parse(address), default));
        Assert.Contains(address, error.Message, StringComparison.Ordinal);
    }
}
