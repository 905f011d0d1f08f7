using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;
using static ColFrag.Cluster.Tests.Protocol.TestNodes;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>Items and data inside a call, in both directions, under credit.</summary>
public sealed class RpcStreamTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Items_data_and_the_reply_arrive_in_order()
    {
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(static async (_, call) =>
        {
            await call.SendAsync(Say("head"));
            for (byte i = 0; i < 5; i++) await call.SendDataAsync(Fill(call.BeginData(), i * 100, i));
            await call.SendAsync(Say("tail"));
            return Say("reply");
        }));
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say(""), Minute);
        Assert.Equal("head", Text(await call.ReadMessageAsync<Failure>()));
        for (byte i = 0; i < 5; i++)
        {
            using Frame? frame = await call.ReadAsync();
            Assert.Equal(FrameKind.Data, frame!.Kind);
            Assert.Equal(Enumerable.Repeat(i, i * 100), frame.Body.ToArray());
        }
        Assert.Equal("tail", Text(await call.ReadMessageAsync<Failure>()));
        Assert.Null(await call.ReadAsync());
        Assert.Null(await call.ReadAsync());
        Assert.Equal("reply", Text(await call.GetReplyAsync<Failure>()));
    }

    [Fact]
    public async Task The_caller_sends_too_and_says_when_it_ends()
    {
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(static async (_, call) =>
        {
            long sum = 0;
            while (await call.ReadAsync() is Frame frame)
            {
                using (frame) sum += frame.Body.Length;
            }
            return Say($"{sum}");
        }));
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say(""), Minute);
        // More than the window, so that credit must come back.
        for (int i = 0; i < 40; i++) await call.SendDataAsync(Fill(call.BeginData(), 1 << 20, 1));
        call.EndSending();
        Assert.Equal($"{40 << 20}", Text(await call.GetReplyAsync<Failure>()));
    }

    [Fact]
    public async Task A_slow_reader_stops_the_sender_at_the_window_and_no_other_call()
    {
        int sent = 0;
        await using TestNodes nodes = Start(
            new RpcHandlers().On<Failure>(async (request, call) =>
            {
                if (request.Message != "stream") return request;
                for (int i = 0; i < 100; i++)
                {
                    await call.SendDataAsync(Fill(call.BeginData(), 10_000 - FrameHeader.Size, 1));
                    Interlocked.Increment(ref sent);
                }
                return Done.Instance;
            }),
            limits: new RpcLimits { WindowBytes = 100_000 });
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say("stream"), Minute);
        await Until(() => sent >= 10);
        for (int i = 0; i < 20; i++) Assert.Equal("x", Text(await connection.CallAsync<Failure>(Say("x"), Minute)));
        Assert.Equal(10, sent);
        // Credit comes back a quarter of the window at a time.
        for (int i = 0; i < 2; i++) (await call.ReadAsync())!.Dispose();
        await connection.CallAsync<Failure>(Say("x"), Minute);
        Assert.Equal(10, sent);
        (await call.ReadAsync())!.Dispose();
        await Until(() => sent == 13);
        int read = 3;
        while (await call.ReadAsync() is Frame frame)
        {
            frame.Dispose();
            read++;
        }
        Assert.Equal(100, read);
        await call.GetReplyAsync<Done>();
    }

    [Fact]
    public async Task An_operator_that_must_not_wait_gets_a_signal_instead()
    {
        await using TestNodes nodes = Start(
            new RpcHandlers().On<Failure>(static async (_, call) =>
            {
                int waits = 0;
                for (int i = 0; i < 50; i++)
                {
                    ByteWriter data = Fill(call.BeginData(), 1000, (byte)i);
                    while (!call.TrySendData(data, out Signal? room))
                    {
                        waits++;
                        await room!.WaitAsync(call.CancellationToken);
                    }
                }
                return Say($"{waits > 0}");
            }),
            limits: new RpcLimits { WindowBytes = 4000 });
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say(""), Minute);
        for (byte i = 0; ;)
        {
            if (call.TryRead(out Frame? frame, out Signal? news))
            {
                Assert.Equal(i++, frame!.Body.Span[0]);
                frame.Dispose();
            }
            else if (news is null)
            {
                Assert.Equal(50, i);
                break;
            }
            else
            {
                await news.WaitAsync(Patience);
            }
        }
        Assert.Equal("True", Text(await call.GetReplyAsync<Failure>()));
    }

    [Fact]
    public async Task Disposing_of_a_stream_in_the_middle_cancels_the_sender()
    {
        TaskCompletionSource<Exception> stopped = new();
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(async (request, call) =>
        {
            if (request.Message == "x") return request;
            try
            {
                while (true) await call.SendDataAsync(Fill(call.BeginData(), 100_000, 1));
            }
            catch (Exception error)
            {
                stopped.TrySetResult(error);
                throw;
            }
        }));
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using (RpcStream call = await connection.StartAsync(Say("stream"), Minute))
        {
            (await call.ReadAsync())!.Dispose();
        }
        Assert.IsAssignableFrom<OperationCanceledException>(await stopped.Task.WaitAsync(Patience));
        Assert.Equal("x", Text(await connection.CallAsync<Failure>(Say("x"), Minute)));
    }

    [Fact]
    public async Task An_error_in_the_middle_reaches_the_reader()
    {
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(static async (_, call) =>
        {
            await call.SendDataAsync(Fill(call.BeginData(), 10, 1));
            throw new QueryException(SqlStates.DivisionByZero, "Division by zero");
        }));
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say(""), Minute);
        await Assert.ThrowsAsync<QueryException>(async () =>
        {
            while (await call.ReadAsync() is Frame frame) frame.Dispose();
        });
        await Assert.ThrowsAsync<QueryException>(call.GetReplyAsync<Done>);
    }

    [Fact]
    public async Task A_connection_that_breaks_fails_readers_and_senders_as_transient()
    {
        MemoryTransport network = new();
        TaskCompletionSource<Exception> stopped = new();
        await using TestNodes nodes = Start(new RpcHandlers().On<Failure>(async (_, call) =>
        {
            try
            {
                while (true) await call.SendDataAsync(Fill(call.BeginData(), 100_000, 1));
            }
            catch (Exception error)
            {
                stopped.TrySetResult(error);
                throw;
            }
        }), network);
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say(""), Minute);
        (await call.ReadAsync())!.Dispose();
        network.Connections[0].Abort();
        await ThrowsTransient(async () =>
        {
            while (await call.ReadAsync() is Frame frame) frame.Dispose();
        });
        await stopped.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_peer_that_sends_more_than_it_was_granted_is_cut_off()
    {
        MemoryTransport network = new(capacityBytes: 64 << 20);
        await using TestNodes nodes = Start(
            new RpcHandlers().On<Failure>(static async (_, call) =>
            {
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                return Done.Instance;
            }),
            network);
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say(""), Minute);
        await Until(() => nodes.Server.CallCount == 1);
        using ByteWriter data =
            FrameWriter.Seal(Fill(FrameWriter.Begin(FrameKind.Data, call.Correlation), 1 << 20, 1));
        for (int i = 0; i < 8; i++) await network.Connections[0].WriteAsync(data.WrittenMemory, Patience);
        await Task.Delay(20);
        Assert.Equal(1, nodes.Server.CallCount);
        await network.Connections[0].WriteAsync(data.WrittenMemory, Patience);
        await Until(() => nodes.Server.ConnectionCount == 0);
        await ThrowsTransient(call.GetReplyAsync<Done>);
    }
}
