using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using ColFrag.Clients.Tests.Support;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Clients.Tests;

/// <summary>
/// A client that takes its rows slowly, or not at all, holds the sender back: what waits for it stays small however
/// large the result is.
/// </summary>
public sealed class SlowReaderTests
{
    // 100 GB, which no machine holds.
    private const string Large = "SELECT x, repeat('x', 10000) FROM generate_series(1, 10000000) AS t(x)";
    private const long MostBytes = 96L << 20;
    private const int Steps = 200;

    [Fact]
    public async Task What_waits_for_a_client_of_the_postgres_protocol_is_bounded()
    {
        await using Database database = await Database.OpenAsync(":memory:", new DatabaseOptions { Threads = 2 });
        using PostgresServer server = new(
            new DatabaseSessions(database.Host, new LocalAccess()), SystemClock.Instance, SecureRandom.Instance);
        // Room as a socket has it.
        Pipe input = new(), output = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 1));
        await input.Writer.WriteAsync(Conversation());
        Task served = server.ServeAsync(
            new Duplex(input.Reader, output.Writer), "127.0.0.1:1", CancellationToken.None);
        long heap = GC.GetTotalMemory(forceFullCollection: true), taken = 0;
        for (int step = 0; step < Steps; step++)
        {
            ReadResult result = await output.Reader.ReadAtLeastAsync(32 << 10);
            // Never more than the pipe's threshold and one flush of the writer.
            Assert.InRange(result.Buffer.Length, 1, 4 << 20);
            taken += 32 << 10;
            output.Reader.AdvanceTo(result.Buffer.GetPosition(32 << 10));
            Assert.InRange(database.MemoryUsedBytes, 0, MostBytes);
            if (step % 50 == 49) Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - heap, -heap, MostBytes);
        }
        Assert.Equal(Steps * (32L << 10), taken);
        // Then it goes away without a word, and what the query had is given back.
        await output.Reader.CompleteAsync();
        await input.Writer.CompleteAsync();
        await served;
        Assert.Equal(0, server.ConnectionCount);
    }

    [Fact]
    public async Task What_waits_for_a_native_session_is_bounded()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RemoteSession session = await server.ConnectAsync();
        QueryResult result = await session.ExecuteAsync(Large);
        long rows = 0;
        for (int step = 0; step < Steps / 10; step++)
        {
            ResultBatch? batch = await result.ReadAsync();
            rows += Assert.IsType<ResultBatch>(batch).RowCount;
            Assert.InRange(server.Database.MemoryUsedBytes, 0, 2 * MostBytes);
            if (step % 10 == 9) Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, 4 * MostBytes);
        }
        Assert.True(rows > 0);
        await result.DisposeAsync();
        await using QueryResult next = await session.ExecuteAsync("SELECT 1");
        Assert.Equal(1, (await next.ReadAsync())!.RowCount);
    }

    private static byte[] Conversation()
    {
        ArrayBufferWriter<byte> bytes = new();
        byte[] startup = [.. "user\0me\0\0"u8];
        Write(bytes, startup.Length + 8);
        Write(bytes, 196_608);
        bytes.Write(startup);
        byte[] query = [.. Encoding.UTF8.GetBytes(Large), 0];
        bytes.Write("Q"u8);
        Write(bytes, query.Length + 4);
        bytes.Write(query);
        return bytes.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> target, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(target.GetSpan(4), value);
        target.Advance(4);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
