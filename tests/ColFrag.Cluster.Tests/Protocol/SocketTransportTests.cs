using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;
using static ColFrag.Cluster.Tests.Protocol.TestNodes;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>The same calls over real sockets, and what strangers send to them.</summary>
public sealed class SocketTransportTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset s_validFrom = DateTimeOffset.UtcNow.AddMinutes(-5);

    public static TheoryData<string> Addresses
    {
        get
        {
            TheoryData<string> addresses = ["127.0.0.1:0", "localhost:0"];
            if (Socket.OSSupportsIPv6) addresses.Add("[::1]:0");
            if (Socket.OSSupportsUnixDomainSockets) addresses.Add("unix:");
            return addresses;
        }
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Calls_and_streams_work_over_sockets(string address)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-socket-").FullName;
        try
        {
            if (address == "unix:") address += Path.Combine(folder, "socket");
            await using TestNodes nodes = Start(Mirror(), new SocketTransport(), address);
            Assert.DoesNotContain(":0", nodes.Address[^2..], StringComparison.Ordinal);
            await using RpcConnection connection = await nodes.ConnectAsync(WorkerNode);
            for (int i = 0; i < 20; i++)
                Assert.Equal($"{i}", Text(await connection.CallAsync<Failure>(Say($"{i}"), Minute)));
            await using RpcStream call = await connection.StartAsync(Say("mirror"), Minute);
            Task sending = SendAsync(call);
            for (int i = 0; i < 30; i++)
            {
                using Frame? frame = await call.ReadAsync(Patience);
                Assert.Equal(i * i * 1000, frame!.Body.Length);
                Assert.Equal(-1, frame.Body.Span.IndexOfAnyExcept((byte)i));
            }
            Assert.Null(await call.ReadAsync(Patience));
            await sending;
            await call.GetReplyAsync<Done>();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static async Task SendAsync(RpcStream call)
        {
            for (int i = 0; i < 30; i++) await call.SendDataAsync(Fill(call.BeginData(), i * i * 1000, (byte)i));
            call.EndSending();
        }
    }

    [Fact]
    public async Task A_reader_that_stops_holds_up_its_stream_alone()
    {
        int sent = 0;
        await using TestNodes nodes = Start(
            new RpcHandlers().On<Failure>(async (request, call) =>
            {
                if (request.Message != "stream") return request;
                for (int i = 0; i < 64; i++)
                {
                    await call.SendDataAsync(Fill(call.BeginData(), 1 << 20, 1));
                    Interlocked.Increment(ref sent);
                }
                return Done.Instance;
            }),
            new SocketTransport(), "127.0.0.1:0");
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream call = await connection.StartAsync(Say("stream"), Minute);
        await Until(() => sent >= 8);
        for (int i = 0; i < 50; i++) await connection.CallAsync<Failure>(Say("x"), Minute);
        Assert.InRange(sent, 8, 9);
        int read = 0;
        while (await call.ReadAsync(Patience) is Frame frame)
        {
            frame.Dispose();
            read++;
        }
        Assert.Equal(64, read);
    }

    [Fact]
    public async Task Both_ends_of_a_secure_connection_show_certificates_and_the_name_must_be_the_senders()
    {
        using X509Certificate2 authority = Certify("colfrag", null);
        using X509Certificate2 worker = Certify("worker/a1", authority);
        using X509Certificate2 coordinator = Certify("coordinator/c0", authority);
        using X509Certificate2 other = Certify("coordinator/c1", authority);
        SocketTransport server = new() { ServerTls = ServerOptions(worker, authority) };
        await using TestNodes nodes = Start(Echo(), server, "127.0.0.1:0");

        await using RpcConnection connection = await ConnectAsync(coordinator);
        Assert.Equal("secret", Text(await connection.CallAsync<Failure>(Say("secret"), Minute)));

        ClusterException error = await Assert.ThrowsAsync<ClusterException>(() => ConnectAsync(other));
        Assert.Contains("certificate is not the sender's", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ClusterException>(() => ConnectAsync(null));
        using X509Certificate2 stranger = Certify("coordinator/c0", null);
        await Assert.ThrowsAsync<ClusterException>(() => ConnectAsync(stranger));
        // One who speaks no TLS at all.
        await Assert.ThrowsAsync<ClusterException>(() => RpcConnection.ConnectAsync(
            new SocketTransport(), nodes.Address, CallerNode, WorkerNode, SystemClock.Instance, null, Patience));
        Assert.Equal("still", Text(await connection.CallAsync<Failure>(Say("still"), Minute)));

        Task<RpcConnection> ConnectAsync(X509Certificate2? certificate) => RpcConnection.ConnectAsync(
            new SocketTransport { ClientTls = ClientOptions(certificate, authority) }, nodes.Address, CallerNode,
            WorkerNode, SystemClock.Instance, null, Patience);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("CFN1")]
    [InlineData("CFN1\u0001")]
    [InlineData("CFN1\u007f\u007f\u007f\u007f\u0000\u0000\u0001\u0000aaaaaaaabbbb")]
    [InlineData("CFN1\u0001\u0000\u0000\u0000\u0000\u0000\u0005\u0000aaaaaaaabbbbc")]
    [InlineData("CFS1\u0001\u0000\u0000\u0000\u0000\u0000\u0001\u0000aaaaaaaabbbbc")]
    public async Task A_stranger_is_hung_up_on_and_does_no_harm(string text)
    {
        await using TestNodes nodes = Start(Echo(), new SocketTransport(), "127.0.0.1:0");
        using (TcpClient stranger = new())
        {
            await stranger.ConnectAsync((IPEndPoint)NetworkAddress.Parse(nodes.Address));
            NetworkStream stream = stranger.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
            stranger.Client.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[1];
            int length;
            try
            {
                length = await stream.ReadAsync(answer, Patience);
            }
            catch (IOException)
            {
                length = 0;
            }
            Assert.Equal(0, length);
        }
        await using RpcConnection connection = await nodes.ConnectAsync();
        Assert.Equal("x", Text(await connection.CallAsync<Failure>(Say("x"), Minute)));
    }

    [Fact]
    public async Task What_answers_in_another_protocol_is_said_to_be_no_ColFrag_process()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task answering = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            await Task.Delay(200);
        });
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(() => RpcConnection.ConnectAsync(
            new SocketTransport(), listener.LocalEndpoint.ToString()!, CallerNode, null, SystemClock.Instance, null,
            Patience));
        Assert.Contains("no ColFrag process", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        await answering;
        listener.Stop();
    }

    [Fact]
    public async Task A_process_that_dies_fails_its_calls_as_transient()
    {
        await using TestNodes nodes = Start(
            new RpcHandlers().On<Failure>(static async (_, call) =>
            {
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                return Done.Instance;
            }),
            new SocketTransport(), "127.0.0.1:0");
        RpcConnection connection = await nodes.ConnectAsync();
        Task<Done> call = connection.CallAsync<Done>(Say(""), Timeout.InfiniteTimeSpan);
        await Until(() => nodes.Server.CallCount == 1);
        connection.Abort(new ClusterException("gone"));
        await ThrowsTransient(() => call);
        await Until(() => nodes.Server is { CallCount: 0, ConnectionCount: 0 });
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_there_and_no_address_are_told_apart()
    {
        int port;
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        SocketTransport transport = new();
        ClusterException error = await ThrowsTransient(() => transport.ConnectAsync($"127.0.0.1:{port}", Patience));
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
        await ThrowsTransient(() => transport.ConnectAsync("unix:/nowhere/socket", Patience));
        foreach (string address in (string[])["", "host", "host:", "host:x", "host:70000", "a b:1", ":1"])
            await Assert.ThrowsAsync<QueryException>(() => transport.ConnectAsync(address, Patience));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_so()
    {
        SocketTransport transport = new();
        await using IListener first = transport.Listen("127.0.0.1:0");
        ClusterException error = Assert.Throws<ClusterException>(() => transport.Listen(first.Address));
        Assert.False(error.IsTransient);
        Assert.Contains(first.Address, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends back what it gets.</summary>
    private static RpcHandlers Mirror() => new RpcHandlers().On<Failure>(static async (request, call) =>
    {
        if (request.Message != "mirror") return request;
        while (await call.ReadAsync() is Frame frame)
        {
            using (frame)
            {
                Engine.Bytes.ByteWriter data = call.BeginData();
                data.WriteBytes(frame.Body.Span);
                await call.SendDataAsync(data);
            }
        }
        return Done.Instance;
    });

    private static SslServerAuthenticationOptions ServerOptions(
        X509Certificate2 own, X509Certificate2 authority) => new()
    {
        ServerCertificate = own,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsIssued(certificate, authority),
    };

    private static SslClientAuthenticationOptions ClientOptions(
        X509Certificate2? own, X509Certificate2 authority) => new()
    {
        TargetHost = "worker",
        ClientCertificates = own is null ? [] : [own],
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsIssued(certificate, authority),
    };

    private static bool IsIssued(X509Certificate? certificate, X509Certificate2 authority)
    {
        if (certificate is not X509Certificate2 issued) return false;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(issued);
    }

    private static X509Certificate2 Certify(string name, X509Certificate2? authority)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority is null, false, 0, true));
        if (authority is null) return request.CreateSelfSigned(s_validFrom, s_validFrom.AddHours(2));
        using X509Certificate2 issued =
            request.Create(authority, s_validFrom, s_validFrom.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
