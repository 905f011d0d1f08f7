using ColFrag.Engine.Errors;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;
using static ColFrag.Cluster.Tests.Protocol.TestNodes;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>Calls, deadlines, cancels and failures, on a network in memory.</summary>
public sealed class RpcTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_call_is_answered()
    {
        await using TestNodes nodes = Start(Echo());
        await using RpcConnection connection = await nodes.ConnectAsync(WorkerNode);
        Assert.Equal("hello", Text(await connection.CallAsync<Failure>(Say("hello"), Minute)));
        Welcome welcome = Assert.IsType<Welcome>(connection.Welcome);
        Assert.Equal(WorkerNode, welcome.Receiver);
        Assert.Equal(ProtocolVersion.Newest, welcome.Version);
        Assert.StartsWith("Worker a1 at worker:", connection.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_calls_at_once_get_their_own_answers()
    {
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(static async (request, _) =>
        {
            if (request.Message.EndsWith('3')) await Task.Delay(1);
            return request;
        }));
        await using RpcConnection connection = await nodes.ConnectAsync();
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 900).Select(
            async i => Text(await connection.CallAsync<Failure>(Say($"call {i}"), Minute))));
        Assert.Equal(Enumerable.Range(0, 900).Select(i => $"call {i}"), answers);
        await Until(() => nodes.Server.CallCount == 0);
    }

    [Fact]
    public async Task An_error_of_the_handler_is_thrown_at_the_caller()
    {
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(
            static (_, _) => throw new QueryException(SqlStates.UndefinedTable, "Table does not exist: t", 14)));
        await using RpcConnection connection = await nodes.ConnectAsync();
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => connection.CallAsync<Failure>(Say(""), Minute));
        Assert.Equal(14, error.Position);
        await Assert.ThrowsAsync<QueryException>(() => connection.CallAsync<Failure>(Say(""), Minute));
    }

    [Fact]
    public async Task A_request_without_a_handler_is_refused_by_name()
    {
        await using TestNodes nodes = Start(Echo());
        await using RpcConnection connection = await nodes.ConnectAsync();
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => connection.CallAsync<Done>(Done.Instance, Minute));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Contains("Done", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_reaches_the_handler_and_the_caller_does_not_wait_for_it()
    {
        TaskCompletionSource<bool> wasCancelled = new();
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(async (_, call) =>
        {
            call.CancellationToken.Register(() => wasCancelled.TrySetResult(true));
            await wasCancelled.Task;
            return Done.Instance;
        }));
        await using RpcConnection connection = await nodes.ConnectAsync();
        using CancellationTokenSource cancel = new();
        Task<Done> call = connection.CallAsync<Done>(Say(""), Minute, cancel.Token);
        await Until(() => nodes.Server.CallCount == 1);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(await wasCancelled.Task.WaitAsync(Patience));
        await Until(() => nodes.Server.CallCount == 0);
    }

    [Fact]
    public async Task A_deadline_ends_the_call_at_both_ends()
    {
        ManualClock clock = new();
        TaskCompletionSource<TimeSpan?> deadline = new();
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(async (_, call) =>
        {
            deadline.TrySetResult(call.Deadline);
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
            return Done.Instance;
        }), clock: clock);
        await using RpcConnection connection = await nodes.ConnectAsync();
        TimeSpan start = clock.Monotonic;
        Task<Done> call = connection.CallAsync<Done>(Say(""), TimeSpan.FromSeconds(2));
        Assert.Equal(start + TimeSpan.FromSeconds(2), await deadline.Task.WaitAsync(Patience));
        // Two keep-alives and two deadlines.
        await Until(() => clock.WaitingCount >= 4);
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        ClusterException error = await ThrowsTransient(() => call);
        Assert.Contains("within 2 s", error.Message, StringComparison.Ordinal);
        await Until(() => nodes.Server.CallCount == 0);
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_reset_fails_all_calls_under_way_as_transient()
    {
        MemoryTransport network = new();
        await using TestNodes nodes = Start(Never(), network);
        await using RpcConnection connection = await nodes.ConnectAsync();
        Task<Done>[] calls = [.. Enumerable.Range(0, 10).Select(_ => connection.CallAsync<Done>(Say(""), Minute))];
        await Until(() => nodes.Server.CallCount == 10);
        network.Connections[1].Abort();
        foreach (Task<Done> call in calls) await ThrowsTransient(() => call);
        await ThrowsTransient(() => connection.CallAsync<Done>(Say(""), Minute));
        Assert.False(connection.IsOpen);
        await connection.Ended.WaitAsync(Patience);
        // The handlers at the other end are cancelled.
        await Until(() => nodes.Server is { CallCount: 0, ConnectionCount: 0 });
    }

    [Fact]
    public async Task A_half_open_connection_is_given_up_after_the_silence()
    {
        ManualClock clock = new();
        MemoryTransport network = new();
        await using TestNodes nodes = Start(Never(), network, clock: clock);
        await using RpcConnection connection = await nodes.ConnectAsync();
        Task<Done> call = connection.CallAsync<Done>(Say(""), Timeout.InfiniteTimeSpan);
        await Until(() => nodes.Server.CallCount == 1);
        foreach (MemoryConnection end in network.Connections) end.LosesWrites = true;
        for (int i = 0; i < 20 && !call.IsCompleted; i++)
        {
            await Until(() => clock.WaitingCount >= 2 || call.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        ClusterException error = await ThrowsTransient(() => call);
        Assert.Contains("does not answer any more", error.Message, StringComparison.Ordinal);
        await Until(() => nodes.Server.CallCount == 0);
    }

    [Fact]
    public async Task Pings_keep_a_silent_connection_alive()
    {
        ManualClock clock = new();
        MemoryTransport network = new();
        await using TestNodes nodes = Start(Echo(), network, clock: clock);
        await using RpcConnection connection = await nodes.ConnectAsync();
        network.Connections[0].Sent = [];
        for (int second = 0; second < 60; second++)
        {
            await Until(() => clock.WaitingCount >= 2);
            clock.Advance(TimeSpan.FromSeconds(1));
            // Whatever the passing of that second caused has arrived when an answer comes back.
            if (second % 5 == 4) await Task.Delay(5);
        }
        Assert.True(connection.IsOpen);
        Assert.Contains(
            network.Connections[0].Sent!, frame => frame[6] is (byte)FrameKind.Ping or (byte)FrameKind.Pong);
        Assert.Equal("still", Text(await connection.CallAsync<Failure>(Say("still"), Minute)));
    }

    [Fact]
    public async Task A_damaged_frame_ends_the_connection()
    {
        MemoryTransport network = new();
        await using TestNodes nodes = Start(Echo(), network);
        await using RpcConnection connection = await nodes.ConnectAsync();
        network.Connections[1].Tamper = static frame => frame[^1] ^= 0x10;
        ClusterException error = await ThrowsTransient(() => connection.CallAsync<Failure>(Say("hello"), Minute));
        Assert.Contains("frame checksum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_a_newer_peer_fails_its_call_and_no_other()
    {
        MemoryTransport network = new();
        await using TestNodes nodes = Start(Echo(), network);
        await using RpcConnection connection = await nodes.ConnectAsync();
        network.Connections[0].Tamper = static frame => Retype(frame, 60_000);
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => connection.CallAsync<Failure>(Say("hello"), Minute));
        Assert.Contains("Unknown message: number 60000", error.Message, StringComparison.Ordinal);
        network.Connections[0].Tamper = null;
        Assert.Equal("hello", Text(await connection.CallAsync<Failure>(Say("hello"), Minute)));
    }

    [Fact]
    public async Task More_calls_than_allowed_are_refused_and_the_others_go_on()
    {
        TaskCompletionSource go = new();
        await using TestNodes nodes = Start(
            new RpcHandlers().On<Failure>(async (request, _) =>
            {
                await go.Task;
                return request;
            }),
            limits: new RpcLimits { MaxCalls = 3 });
        await using RpcConnection connection = await nodes.ConnectAsync();
        Task<Failure>[] calls =
            [.. Enumerable.Range(0, 3).Select(_ => connection.CallAsync<Failure>(Say("x"), Minute))];
        await Until(() => nodes.Server.CallCount == 3);
        ClusterException error = await ThrowsTransient(() => connection.CallAsync<Failure>(Say("x"), Minute));
        Assert.Contains("Too many calls", error.Message, StringComparison.Ordinal);
        go.SetResult();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_server_that_stops_lets_calls_end_and_takes_no_new_ones()
    {
        TaskCompletionSource go = new();
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(async (request, _) =>
        {
            await go.Task;
            return request;
        }));
        await using RpcConnection connection = await nodes.ConnectAsync();
        Task<Failure> call = connection.CallAsync<Failure>(Say("last"), Minute);
        await Until(() => nodes.Server.CallCount == 1);
        Task stopping = nodes.Server.StopAsync(Minute);
        await Until(() => !connection.IsOpen);
        ClusterException error = await ThrowsTransient(() => connection.CallAsync<Failure>(Say("new"), Minute));
        Assert.Equal(SqlStates.AdminShutdown, error.SqlState);
        go.SetResult();
        Assert.Equal("last", Text(await call));
        await stopping.WaitAsync(Patience);
        await connection.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_server_that_stops_cancels_calls_that_outlast_its_grace()
    {
        ManualClock clock = new();
        await using TestNodes nodes = Start(Never(), clock: clock);
        await using RpcConnection connection = await nodes.ConnectAsync();
        Task<Done> call = connection.CallAsync<Done>(Say(""), Timeout.InfiniteTimeSpan);
        await Until(() => nodes.Server.CallCount == 1);
        int waiting = clock.WaitingCount;
        Task stopping = nodes.Server.StopAsync(TimeSpan.FromSeconds(3));
        await Until(() => clock.WaitingCount > waiting);
        clock.Advance(TimeSpan.FromSeconds(4));
        await ThrowsTransient(() => call);
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_wrong_node_incarnation_or_cluster_is_refused_with_the_reason()
    {
        await using TestNodes nodes = Start(Echo());
        ClusterException error = await ThrowsTransient(() => nodes.ConnectAsync(WorkerNode with { Incarnation = 6 }));
        Assert.Contains("Wrong incarnation: expected 6 and found 7", error.Message, StringComparison.Ordinal);
        error = await ThrowsTransient(() => nodes.ConnectAsync(WorkerNode with { Node = 0xA2 }));
        Assert.Contains("Wrong node: expected a2 and found a1", error.Message, StringComparison.Ordinal);
        NodeIdentity stranger = CallerNode with { Cluster = Guid.Parse("00000000-0000-4000-8000-000000000001") };
        error = await Assert.ThrowsAsync<ClusterException>(() => RpcConnection.ConnectAsync(
            nodes.Transport, nodes.Address, stranger, null, nodes.Clock, nodes.Limits, Patience));
        Assert.False(error.IsTransient);
        Assert.Contains("Another cluster", error.Message, StringComparison.Ordinal);
        // One who is about to join knows no cluster yet.
        await using RpcConnection joining = await RpcConnection.ConnectAsync(
            nodes.Transport, nodes.Address, stranger with { Cluster = Guid.Empty }, null, nodes.Clock, nodes.Limits,
            Patience);
        Assert.Equal(ClusterId, ((Welcome)joining.Welcome).Receiver.Cluster);
        await Until(() => nodes.Server.ConnectionCount == 1);
    }

    [Theory]
    [InlineData(ProtocolVersion.Newest + 1, ProtocolVersion.Newest + 3, false)]
    [InlineData(ProtocolVersion.Oldest - 1, ProtocolVersion.Oldest - 1, false)]
    [InlineData(ProtocolVersion.Oldest - 1, ProtocolVersion.Newest, true)]
    [InlineData(ProtocolVersion.Newest, ProtocolVersion.Newest + 5, true)]
    public async Task The_version_is_the_highest_that_both_speak(int oldest, int newest, bool agrees)
    {
        await using TestNodes nodes = Start(Echo());
        Task<RpcConnection> opening = RpcConnection.OpenAsync(
            nodes.Transport, nodes.Address, new Hello(oldest, newest, CallerNode, 0, 0, "test"), nodes.Clock,
            nodes.Limits, null, Patience);
        if (agrees)
        {
            await using RpcConnection connection = await opening;
            Assert.Equal(ProtocolVersion.Newest, ((Welcome)connection.Welcome).Version);
        }
        else
        {
            ClusterException error = await Assert.ThrowsAsync<ClusterException>(() => opening);
            Assert.False(error.IsTransient);
            Assert.Contains($"{oldest} to {newest}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_says_no_hello_in_time_is_shown_out()
    {
        ManualClock clock = new();
        await using TestNodes nodes = Start(Echo(), clock: clock);
        await using IConnection silent = await nodes.Transport.ConnectAsync(nodes.Address);
        await Until(() => clock.WaitingCount == 1);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Null(await silent.ReadAsync(Patience));
    }

    [Fact]
    public async Task A_listener_that_never_answers_is_given_up()
    {
        ManualClock clock = new();
        MemoryTransport network = new();
        await using IListener listener = network.Listen("deaf:1");
        Task<RpcConnection> opening = RpcConnection.ConnectAsync(network, "deaf:1", CallerNode, null, clock);
        await Until(() => clock.WaitingCount == 1);
        clock.Advance(TimeSpan.FromSeconds(11));
        ClusterException error = await ThrowsTransient(() => opening);
        Assert.Contains("deaf:1 within 10 s", error.Message, StringComparison.Ordinal);
        await ThrowsTransient(() => RpcConnection.ConnectAsync(network, "nobody:1", CallerNode, null, clock));
    }

    private static RpcHandlers Never() => new RpcHandlers().On<Failure>(static async (_, call) =>
    {
        await Task.Delay(Timeout.Infinite, call.CancellationToken);
        return Done.Instance;
    });

    private static void Retype(byte[] frame, ushort type)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(4), type);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(
            frame.AsSpan(FrameHeader.ChecksumOffset), FrameHeader.ChecksumOf(frame, frame.AsSpan(FrameHeader.Size)));
    }
}
