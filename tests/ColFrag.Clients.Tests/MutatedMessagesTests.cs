using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Time;

namespace ColFrag.Clients.Tests;

/// <summary>Conversations with wrong bytes in them end; none of them ends the server.</summary>
[Trait("Budget", "fuzz")]
public sealed class MutatedMessagesTests
{
    private const int FramesOfOneConversation = 20;

    [Fact]
    public Task A_hundred_thousand_mutated_frames_end_and_leave_no_memory_behind() =>
        TalkInMutatedFramesAsync(100_000, TestBudget.Share("fuzz", 4));

    [LongFact]
    public Task A_million_mutated_frames_end_and_leave_no_memory_behind() =>
        TalkInMutatedFramesAsync(1_000_000, TestBudget.Of("fuzz"));

    private static async Task TalkInMutatedFramesAsync(int most, TimeSpan budget)
    {
        await using Database database = await Database.OpenAsync(":memory:", new DatabaseOptions { Threads = 1 });
        using PostgresServer server = new(
            new DatabaseSessions(database.Host, new LocalAccess()), SystemClock.Instance, SecureRandom.Instance);
        byte[][] frames = Conversation();
        byte[] whole = [.. frames.SelectMany(f => f)];
        Assert.Contains("CREATE TABLE", await TalkAsync(server, whole), StringComparison.Ordinal);
        long before = database.MemoryUsedBytes;
        int seed = Environment.TickCount;
        Random random = new(seed);
        int mutatedCount = 0;
        Stopwatch elapsed = Stopwatch.StartNew();
        do
        {
            byte[] bytes = Mutate(frames, random, ref mutatedCount);
            try
            {
                await TalkAsync(server, bytes);
            }
            catch (Exception error)
            {
                Assert.Fail($"Seed {seed}: {Convert.ToHexString(bytes)}\n{error}");
            }
            Assert.Equal(0, server.ConnectionCount);
        }
        while (mutatedCount < most && elapsed.Elapsed < budget);
        Console.WriteLine($"{mutatedCount} mutated frames, seed {seed}");
        // Blocks of the tables that the conversations made may stay; what a conversation used may not.
        Assert.InRange(database.MemoryUsedBytes, 0, before + (64 << 20));
        Assert.Contains("SELECT 1", await TalkAsync(server, whole), StringComparison.Ordinal);
    }

    private static async Task<string> TalkAsync(PostgresServer server, byte[] bytes)
    {
        Pipe input = new(), output = new(new PipeOptions(pauseWriterThreshold: 0));
        await input.Writer.WriteAsync(bytes);
        await input.Writer.CompleteAsync();
        await server.ServeAsync(new Duplex(input.Reader, output.Writer), "127.0.0.1:1", CancellationToken.None);
        await output.Writer.CompleteAsync();
        using MemoryStream answer = new();
        await output.Reader.CopyToAsync(answer);
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    /// <summary>
    /// A greeting, then frames in any order, most of them with wrong bytes. Mostly a frame's length stays right, so
    /// that what follows is read as frames too.
    /// </summary>
    private static byte[] Mutate(byte[][] frames, Random random, ref int mutatedCount)
    {
        List<byte> bytes = [];
        for (int i = 0; i <= FramesOfOneConversation; i++)
        {
            byte[] frame = [.. i == 0 ? frames[0] : frames[random.Next(1, frames.Length - 1)]];
            bool isKept = random.Next(10) < (i == 0 ? 9 : 1);
            if (!isKept)
            {
                mutatedCount++;
                int first = random.Next(20) == 0 ? 0 : Math.Min(FrameHeaderBytes, frame.Length - 1);
                for (int n = random.Next(1, 6); n > 0; n--)
                {
                    int at = random.Next(first, frame.Length);
                    frame[at] = random.Next(3) switch
                    {
                        0 => (byte)random.Next(256),
                        1 => (byte)(frame[at] ^ (1 << random.Next(8))),
                        _ => random.Next(2) == 0 ? (byte)0 : (byte)255,
                    };
                }
            }
            bytes.AddRange(frame);
        }
        int end = random.Next(4) == 0 ? random.Next(bytes.Count) : bytes.Count;
        return [.. bytes[..end]];
    }

    private const int FrameHeaderBytes = 5;

    private static byte[][] Conversation()
    {
        List<byte[]> bytes = [];
        byte[] startup = [.. Int32(196_608), .. Text("user"), .. Text("me"), .. Text("options"),
            .. Text("-c extra_float_digits=3"), 0];
        bytes.Add([.. Int32(startup.Length + 4), .. startup]);
        Add(bytes, 'Q', Text("CREATE TABLE IF NOT EXISTS f (a integer, b varchar, c numeric(10,2)); SELECT 1"));
        Add(bytes, 'P', [.. Text("s"), .. Text("SELECT $1::int + 1, $2::varchar"), .. Int16(2), .. Int32(23),
            .. Int32(25)]);
        Add(bytes, 'D', [(byte)'S', .. Text("s")]);
        Add(bytes, 'B',
        [
            .. Text("p"), .. Text("s"), .. Int16(2), .. Int16(1), .. Int16(0), .. Int16(2), .. Int32(4), .. Int32(41),
            .. Int32(3), .. "abc"u8, .. Int16(1), .. Int16(1),
        ]);
        Add(bytes, 'D', [(byte)'P', .. Text("p")]);
        Add(bytes, 'E', [.. Text("p"), .. Int32(1)]);
        Add(bytes, 'C', [(byte)'P', .. Text("p")]);
        Add(bytes, 'H', []);
        Add(bytes, 'S', []);
        Add(bytes, 'Q', Text("COPY f FROM STDIN"));
        Add(bytes, 'd', "1\tx\t2.5\n2\t\\N\t\\N\n"u8.ToArray());
        Add(bytes, 'c', []);
        Add(bytes, 'Q', Text("COPY f TO STDOUT (FORMAT binary)"));
        Add(bytes, 'Q', Text("BEGIN; DECLARE c CURSOR FOR SELECT * FROM f; FETCH 1 FROM c; ROLLBACK"));
        Add(bytes, 'Q', Text("TRUNCATE f"));
        Add(bytes, 'X', []);
        return [.. bytes];
    }

    private static void Add(List<byte[]> frames, char type, byte[] body) =>
        frames.Add([(byte)type, .. Int32(body.Length + 4), .. body]);

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Int16(short value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
