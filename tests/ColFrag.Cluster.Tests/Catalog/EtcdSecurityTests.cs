using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Etcd;

namespace ColFrag.Cluster.Tests.Catalog;

/// <summary>
/// etcd that speaks TLS, wants certificates or passwords, and has users who may not do everything.
/// </summary>
public sealed class EtcdSecurityTests : IDisposable
{
    private const string User = "colfrag", Password = "an etcd password";

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-tls-").FullName;
    private readonly X509Certificate2 _authority = MakeAuthority();

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [JudgedFact(Judge.Etcd)]
    public async Task Certificates_stand_for_users_who_may_write_below_their_prefix()
    {
        using X509Certificate2 own = MakeCertificate(User), root = MakeCertificate("root"),
            other = MakeCertificate("other");
        using EtcdPeer etcd = await StartAsync("--client-cert-auth");
        EtcdOptions options = EtcdOptions.Parse(etcd.Address) with { Authority = _authority };
        await SetUpUsersAsync(options with { Certificate = root });

        await using EtcdCatalog catalog = await OpenAsync(options with { Certificate = own });
        await AssertWorksAsync(catalog);
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => OpenAsync(options with { Certificate = other }).AsTask());
        Assert.False(error.IsTransient);
        EtcdOptions without = options with { Patience = TimeSpan.FromSeconds(2) };
        await Assert.ThrowsAsync<ClusterException>(() => OpenAsync(without).AsTask());
        EtcdOptions untrusted = without with { Certificate = own, Authority = null };
        await Assert.ThrowsAsync<ClusterException>(() => OpenAsync(untrusted).AsTask());
    }

    [JudgedFact(Judge.Etcd)]
    public async Task A_user_with_a_password_logs_in_and_again_when_the_token_has_ended()
    {
        using EtcdPeer etcd = await StartAsync("--auth-token-ttl", "2");
        EtcdOptions options = EtcdOptions.Parse(
            etcd.Address.Replace("://", $"://{User}@", StringComparison.Ordinal)) with { Authority = _authority };
        await SetUpUsersAsync(options with { User = null });

        await using EtcdCatalog catalog = await OpenAsync(options with { Password = Password });
        await AssertWorksAsync(catalog);
        // Users that change end all tokens, as time does.
        await CallAsync(options with { User = "root", Password = Password }, "Auth/UserAdd", UserAdd("another"));
        await AssertWorksAsync(catalog);
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => OpenAsync(options with { Password = "wrong" }).AsTask());
        Assert.Equal(SqlStates.InvalidPassword, error.SqlState);
    }

    [Theory]
    [InlineData("etcd://a:1,b,[::1]:3", "etcd://a:1,b:2379,[::1]:3")]
    [InlineData("etcds://ann@a", "etcds://a:2379")]
    public void An_address_names_the_members(string written, string read) =>
        Assert.Equal(read, EtcdOptions.Parse(written).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("a:2379")]
    [InlineData("http://a:2379")]
    [InlineData("etcd://")]
    [InlineData("etcd://a:2379/path")]
    [InlineData("etcd://ann:secret@a")]
    public void What_is_no_address_is_refused_with_advice(string written)
    {
        QueryException error = Assert.Throws<QueryException>(() => EtcdOptions.Parse(written));
        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
        Assert.NotNull(error.Hint);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertWorksAsync(EtcdCatalog catalog)
    {
        CatalogKey key = new("n/secure");
        long revision = (await catalog.CommitAsync(new CatalogTransaction().Put(key, new byte[] { 1 }))).Revision;
        Assert.Equal(revision, (await catalog.ReadAsync(CatalogRead.Of(key))).Single!.ModRevision);
        await using ICatalogWatch watch = await catalog.WatchAsync(CatalogKeyRange.Prefix("n/"), revision);
        CatalogChanges changes = await watch.NextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(revision, changes.Revision);
        await using ICatalogLease lease = await catalog.GrantLeaseAsync(TimeSpan.FromSeconds(10));
        Assert.True(await lease.KeepAliveAsync());
    }

    private static ValueTask<EtcdCatalog> OpenAsync(EtcdOptions options) =>
        EtcdCatalog.OpenAsync(options, Guid.NewGuid(), SystemClock.Instance, SystemRandom.Instance);

    private static async Task SetUpUsersAsync(EtcdOptions options)
    {
        byte[] first = "cf/1/"u8.ToArray(), end = "cf/10"u8.ToArray();
        ProtobufWriter permission = new ProtobufWriter().Number(1, 2).Bytes(2, first).Bytes(3, end);
        await CallAsync(options, "Auth/UserAdd", UserAdd("root"));
        await CallAsync(options, "Auth/RoleAdd", Named("root"));
        await CallAsync(options, "Auth/UserGrantRole", Named("root", "root"));
        await CallAsync(options, "Auth/UserAdd", UserAdd(User));
        await CallAsync(options, "Auth/UserAdd", UserAdd("other"));
        await CallAsync(options, "Auth/RoleAdd", Named("writer"));
        await CallAsync(
            options, "Auth/RoleGrantPermission", Named("writer").Message(2, permission));
        await CallAsync(options, "Auth/UserGrantRole", Named(User, "writer"));
        await CallAsync(options, "Auth/AuthEnable", new ProtobufWriter());
    }

    private static ProtobufWriter UserAdd(string name) => Named(name, Password);

    private static ProtobufWriter Named(string name, string second = "") => new ProtobufWriter()
        .Bytes(1, Encoding.UTF8.GetBytes(name)).Bytes(2, Encoding.UTF8.GetBytes(second));

    private static async Task CallAsync(EtcdOptions options, string method, ProtobufWriter request)
    {
        using EtcdClient client = new(options, SystemClock.Instance, SystemRandom.Instance);
        await client.CallAsync(new EtcdCall($"/etcdserverpb.{method}", false, false), request, default);
    }

    private static X509Certificate2 MakeAuthority()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private X509Certificate2 MakeCertificate(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7F;
        using X509Certificate2 signed = request.Create(
            _authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), serial);
        return signed.CopyWithPrivateKey(key);
    }

    private Task<EtcdPeer> StartAsync(params string[] arguments)
    {
        using X509Certificate2 server = MakeCertificate("server");
        string authority = Path.Combine(_folder, "ca.pem"), certificate = Path.Combine(_folder, "server.pem"),
            key = Path.Combine(_folder, "server.key");
        File.WriteAllText(authority, _authority.ExportCertificatePem());
        File.WriteAllText(certificate, server.ExportCertificatePem());
        File.WriteAllText(key, server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        string[] trust = arguments.Contains("--client-cert-auth") ? ["--trusted-ca-file", authority] : [];
        return EtcdPeer.StartAsync(new EtcdSettings
        {
            IsSecure = true, Arguments = ["--cert-file", certificate, "--key-file", key, .. trust, .. arguments],
        });
    }
}
