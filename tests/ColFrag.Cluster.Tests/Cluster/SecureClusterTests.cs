using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Cluster.Tests.Protocol;
using ColFrag.Coordinator;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Protocol.Transport;
using ColFrag.Worker;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Processes of a cluster that show each other certificates, over real sockets.</summary>
public sealed class SecureClusterTests : IAsyncDisposable
{
    private static readonly DateTimeOffset s_validFrom = DateTimeOffset.UtcNow.AddMinutes(-5);

    private readonly ThreadScheduler _scheduler = new(2);
    private readonly X509Certificate2 _root = NewRoot();
    private readonly List<IAsyncDisposable> _processes = [];
    private CoordinatorHost _coordinator = null!;
    private string _address = "";

    public async ValueTask DisposeAsync()
    {
        for (int i = _processes.Count - 1; i >= 0; i--) await _processes[i].DisposeAsync();
        _scheduler.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task Rows_go_to_workers_and_come_back_through_TLS()
    {
        await StartCoordinatorAsync();
        for (int i = 0; i < 2; i++)
        {
            WorkerHost worker = await StartWorkerAsync(Network(Issue("machine", _root), _root));
            await worker.Joined;
            await TestNodes.Until(() => _coordinator.Workers.IsLive(worker.Worker));
        }
        await using Connection connection = new(new Session(_coordinator.Sessions));
        await connection.RunAsync("CREATE TABLE stock (id INTEGER, amount INTEGER) WITH (ranges = 4)");
        await connection.RunAsync("INSERT INTO stock SELECT i, i % 7 FROM range(20000) r(i)");
        IReadOnlyList<Value[]> rows = await connection.QueryAsync(
            "SELECT count(*), sum(a.amount) FROM stock a JOIN stock b ON a.id = b.id");
        Assert.Equal("20000 59997", string.Join(' ', rows[0].Select(v => v.ToString())));
    }

    [Fact]
    public async Task A_worker_that_shows_no_certificate_or_a_strangers_is_refused()
    {
        await StartCoordinatorAsync();
        WorkerHost plain = await StartWorkerAsync(new SocketTransport());
        ClusterException error = await Assert.ThrowsAnyAsync<ClusterException>(() => plain.Joined);
        Assert.Contains("cannot show that it belongs to the cluster", error.Message, StringComparison.Ordinal);
        Assert.Contains("--authority", error.Hint, StringComparison.Ordinal);
        using X509Certificate2 strangers = NewRoot();
        // He believes our coordinator's certificate, but his own is of somebody else.
        WorkerHost stranger = await StartWorkerAsync(Network(Issue("machine", strangers), _root));
        await TestNodes.Until(() => stranger.LastFailure is not null || stranger.Joined.IsCompleted);
        Assert.False(stranger.Joined.IsCompletedSuccessfully);
        Assert.Empty(_coordinator.Workers.Live);
    }

    private async Task StartCoordinatorAsync()
    {
        X509Certificate2 own = Issue("localhost", _root);
        _coordinator = await CoordinatorHost.OpenAsync(
            new CoordinatorEnvironment(new MemoryFileSystem(), Network(own, _root), _scheduler)
            {
                RunsMaintenance = false, WorkerPatience = TimeSpan.FromMinutes(5),
            });
        _processes.Add(_coordinator);
        ServerHost server = await ServerHost.StartAsync(
            new ServerOptions
            {
                Addresses = ["127.0.0.1:0"], Certificate = own, Members = new CertificateAuthority([_root]),
            },
            new DatabaseSessions(_coordinator.Sessions, new LocalAccess()), SystemClock.Instance,
            SecureRandom.Instance, _coordinator.Nodes);
        _processes.Add(server);
        _address = _coordinator.Address = server.Addresses[0];
    }

    private async Task<WorkerHost> StartWorkerAsync(ITransport network)
    {
        WorkerHost worker = await WorkerHost.StartAsync(
            new WorkerEnvironment(new MemoryFileSystem(), network, _scheduler),
            new WorkerOptions(_address, "127.0.0.1:0"));
        _processes.Add(worker);
        return worker;
    }

    private static SocketTransport Network(X509Certificate2 own, X509Certificate2 root)
    {
        CertificateAuthority authority = new([root]);
        return new SocketTransport { ClientTls = authority.ConnectAs(own), ServerTls = authority.ListenAs(own) };
    }

    private static X509Certificate2 NewRoot()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=colfrag", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(s_validFrom, s_validFrom.AddHours(2));
    }

    private static X509Certificate2 Issue(string name, X509Certificate2 root)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 issued =
            request.Create(root, s_validFrom, s_validFrom.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
