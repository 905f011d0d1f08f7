using ColFrag.Engine.Catalog;
using ColFrag.Engine.Tests.Catalog;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Etcd;

namespace ColFrag.Cluster.Tests.Catalog;

/// <summary>One etcd for all tests of a class.</summary>
public sealed class EtcdFixture : IAsyncLifetime
{
    internal EtcdPeer Peer { get; private set; } = null!;

    /// <summary>Starts it where it is installed; where it is not, the tests are skipped.</summary>
    public async Task InitializeAsync()
    {
        if (Judge.Absence(Judge.Etcd) is null) Peer = await EtcdPeer.StartAsync();
    }

    public Task DisposeAsync()
    {
        Peer?.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>etcd does what every catalog does.</summary>
public sealed class EtcdCatalogConformanceTests(EtcdFixture etcd) : CatalogConformanceTests, IClassFixture<EtcdFixture>
{
    private protected override TimeSpan LeaseTime => TimeSpan.FromSeconds(6);

    private protected override async ValueTask<ICatalog> OpenAsync() => await EtcdCatalog.OpenAsync(
        EtcdOptions.Parse(etcd.Peer.Address), Guid.NewGuid(), SystemClock.Instance, SystemRandom.Instance);

    private protected override Task ElapseAsync(TimeSpan time) =>
        // What is waited for longer than the lease comes by itself.
        time > LeaseTime ? Task.CompletedTask : Task.Delay(time / 2);
}
