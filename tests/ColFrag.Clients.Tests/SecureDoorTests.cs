using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ColFrag.Clients.Tests.Support;
using ColFrag.Coordinator;
using ColFrag.Coordinator.Listeners;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Coordinator.Sessions;
using ColFrag.Data;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;

namespace ColFrag.Clients.Tests;

/// <summary>Who comes from elsewhere comes by TLS, in both protocols, and is told so.</summary>
public sealed class SecureDoorTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task A_plain_client_of_the_postgres_protocol_from_elsewhere_is_refused()
    {
        using X509Certificate2 own = _certificates.Issue();
        await using TestDoor door = new(new DoorTls(own, null), trustsNetwork: false);
        string answer = await GreetAsync(door);
        Assert.StartsWith("E", answer, StringComparison.Ordinal);
        Assert.Contains("28000", answer, StringComparison.Ordinal);
        Assert.Contains("sslmode=require", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_client_is_let_in_from_this_machine_or_where_the_network_is_trusted()
    {
        using X509Certificate2 own = _certificates.Issue();
        await using TestDoor local =
            new(new DoorTls(own, null), trustsNetwork: false) { Origin = IPAddress.Loopback };
        Assert.StartsWith("R", await GreetAsync(local), StringComparison.Ordinal);
        await using TestDoor open = new(null, trustsNetwork: true);
        Assert.StartsWith("R", await GreetAsync(open), StringComparison.Ordinal);
        await using RemoteSession session = await OpenAsync(open);
        Assert.True(session.IsOpen);
    }

    [Fact]
    public async Task A_plain_native_session_from_elsewhere_is_refused()
    {
        using X509Certificate2 own = _certificates.Issue();
        await using TestDoor door = new(new DoorTls(own, null), trustsNetwork: false);
        Engine.Errors.ColFragException error =
            await Assert.ThrowsAnyAsync<Engine.Errors.ColFragException>(() => OpenAsync(door));
        Assert.Equal(SqlStates.InvalidAuthorization, error.SqlState);
        Assert.Contains("Ssl Mode=VerifyFull", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_native_session_goes_through_TLS_and_the_server_must_be_the_one_that_was_meant()
    {
        using X509Certificate2 own = _certificates.Issue();
        await using TestServer server = await TestServer.StartAsync(
            new ServerOptions { Addresses = ["127.0.0.1:0"], Certificate = own });
        CertificateAuthority right = CertificateAuthority.Read(_certificates.RootFile);
        await using (RemoteSession session = await server.ConnectAsync(With(new ClientTls(right))))
        {
            await using QueryResult result =
                await session.ExecuteAsync("SELECT x FROM generate_series(1, 100000) t(x)");
            long rows = 0;
            while (await result.ReadAsync() is { } batch) rows += batch.RowCount;
            Assert.Equal(100_000, rows);
        }
        using TestCertificates others = new();
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => server.ConnectAsync(With(new ClientTls(CertificateAuthority.Read(others.RootFile)))));
        Assert.Contains("No secure connection", error.Message, StringComparison.Ordinal);
        // Nor is it believed that speaks no TLS at all.
        await using TestServer plain = await TestServer.StartAsync();
        await Assert.ThrowsAsync<ClusterException>(() => plain.ConnectAsync(With(new ClientTls(right))));
    }

    [Fact]
    public async Task A_certificate_must_name_the_host_unless_only_its_issuer_counts()
    {
        using X509Certificate2 own = _certificates.Issue("elsewhere.example");
        await using TestServer server = await TestServer.StartAsync(
            new ServerOptions { Addresses = ["127.0.0.1:0"], Certificate = own });
        string text = $"Host=127.0.0.1;Port={server.Port};Username=ada;Root Certificate={_certificates.RootFile}";
        await using (ColFragConnection refused = new(text + ";Ssl Mode=VerifyFull"))
            await Assert.ThrowsAsync<Data.ColFragException>(() => refused.OpenAsync());
        await using ColFragConnection connection = new(text + ";Ssl Mode=VerifyCA");
        await connection.OpenAsync();
        await using ColFragCommand command = new("SELECT 41 + 1", connection);
        Assert.Equal(42, await command.ExecuteScalarAsync());
        Assert.Throws<ArgumentException>(() => new ColFragConnection(text + ";Ssl Mode=Perhaps"));
    }

    [Fact]
    public async Task A_statement_that_is_cancelled_while_its_client_does_not_read_cuts_no_TLS_record()
    {
        await using Database database = await Database.OpenAsync(":memory:", new DatabaseOptions { Threads = 1 });
        using X509Certificate2 own = _certificates.Issue();
        using PostgresServer server = new(
            new DatabaseSessions(database.Host, new LocalAccess()), SystemClock.Instance, SecureRandom.Instance)
        {
            Certificate = own,
        };
        Pipe up = new(), down = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 64 << 10));
        Task served = server.ServeAsync(
            new Ends(up.Reader, down.Writer), "127.0.0.1:1", CancellationToken.None);
        await up.Writer.WriteAsync(new byte[] { 0, 0, 0, 8, 4, 210, 22, 47 });
        ReadResult yes = await down.Reader.ReadAtLeastAsync(1);
        Assert.Equal((byte)'S', yes.Buffer.First.Span[0]);
        down.Reader.AdvanceTo(yes.Buffer.GetPosition(1));
        await using SslStream secure = new(new PipeStream(new Ends(down.Reader, up.Writer)));
        await secure.AuthenticateAsClientAsync(
            new ClientTls(CertificateAuthority.Read(_certificates.RootFile)).OptionsFor("127.0.0.1:1"));
        await secure.WriteAsync(Startup());
        (int number, int secret) = (0, 0);
        while (await ReadAsync(secure) is { } message && message.Type != 'Z')
        {
            if (message.Type != 'K') continue;
            number = BinaryPrimitives.ReadInt32BigEndian(message.Body);
            secret = BinaryPrimitives.ReadInt32BigEndian(message.Body.AsSpan(4));
        }
        await secure.WriteAsync(Query("SELECT repeat('x', 100000) FROM generate_series(1, 100000)"));
        for (int i = 0; i < 5; i++) await ReadAsync(secure);
        // The server has filled the pipe and waits in the middle of a record.
        while (!IsFull(down.Reader)) await Task.Yield();
        server.Cancellation.Cancel(number, secret);
        Message last = await ReadAsync(secure);
        while (last.Type == 'D') last = await ReadAsync(secure);
        Assert.Equal('E', last.Type);
        Assert.Contains(SqlStates.QueryCanceled, Encoding.UTF8.GetString(last.Body), StringComparison.Ordinal);
        Assert.Equal('Z', (await ReadAsync(secure)).Type);
        await secure.WriteAsync(Query("SELECT 7"));
        Assert.Equal('T', (await ReadAsync(secure)).Type);
        Assert.Equal("7", Encoding.UTF8.GetString((await ReadAsync(secure)).Body.AsSpan(6)));
        await up.Writer.CompleteAsync();
        await served;
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_a_client_that_does_not_read()
    {
        await using Database database = await Database.OpenAsync(":memory:", new DatabaseOptions { Threads = 1 });
        using PostgresServer server = new(
            new DatabaseSessions(database.Host, new LocalAccess()), SystemClock.Instance, SecureRandom.Instance);
        Pipe up = new(), down = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 64 << 10));
        Task served = server.ServeAsync(new Ends(up.Reader, down.Writer), "127.0.0.1:1", CancellationToken.None);
        await up.Writer.WriteAsync(Startup());
        await up.Writer.WriteAsync(Query("SELECT repeat('x', 100000) FROM generate_series(1, 100000)"));
        while (!IsFull(down.Reader)) await Task.Yield();
        await server.StopAsync(TimeSpan.Zero);
        await served;
        Assert.Equal(0, server.ConnectionCount);
    }

    private static SessionOptions With(ClientTls tls) => new() { User = "tester", Tls = tls };

    private static Task<RemoteSession> OpenAsync(TestDoor door) => RemoteSession.OpenAsync(
        door, "elsewhere:7432", new SessionOptions { User = "tester" }, SystemClock.Instance, SecureRandom.Instance);

    /// <summary>The first message that a start-up message in plain gets.</summary>
    private static async Task<string> GreetAsync(TestDoor door)
    {
        IDuplexPipe pipe = door.Connect();
        await pipe.Output.WriteAsync(Startup());
        ReadResult result = await pipe.Input.ReadAtLeastAsync(5);
        string answer = Encoding.Latin1.GetString(result.Buffer.ToArray());
        await pipe.Output.CompleteAsync();
        return answer;
    }

    private static bool IsFull(PipeReader reader)
    {
        if (!reader.TryRead(out ReadResult result)) return false;
        bool isFull = result.Buffer.Length >= 64 << 10;
        reader.AdvanceTo(result.Buffer.Start);
        return isFull;
    }

    private static byte[] Startup()
    {
        byte[] text = [.. "user\0me\0\0"u8];
        byte[] message = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), 196_608);
        text.CopyTo(message, 8);
        return message;
    }

    private static byte[] Query(string sql)
    {
        byte[] message = [(byte)'Q', 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(sql), 0];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        return message;
    }

    private static async Task<Message> ReadAsync(Stream stream)
    {
        byte[] header = new byte[5];
        await stream.ReadExactlyAsync(header);
        byte[] body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
        await stream.ReadExactlyAsync(body);
        return new Message((char)header[0], body);
    }

    private sealed record Message(char Type, byte[] Body);

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
