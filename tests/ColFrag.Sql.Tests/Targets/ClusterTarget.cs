using ColFrag.Cluster.Tests.Cluster;
using ColFrag.Engine;

namespace ColFrag.Sql.Tests.Targets;

/// <summary>A coordinator and three workers in this process, on disks and a network in memory.</summary>
/// <param name="HasOneDown">True where one of the workers is killed before the first statement.</param>
sealed record ClusterTarget(bool HasOneDown = false) : ISqlTarget
{
    public string Name => "cluster";

    public string Description => HasOneDown ? "three workers, one of them killed" : "three workers";

    public async Task<ISqlSite> OpenAsync()
    {
        TestCluster cluster = await TestCluster.StartAsync(3);
        if (HasOneDown) await cluster.KillAsync(cluster.Workers[1]);
        return new Site(cluster);
    }

    private sealed class Site(TestCluster cluster) : ISqlSite
    {
        public Task<ISession> ConnectAsync() => Task.FromResult<ISession>(cluster.Connect());

        /// <summary>The coordinator is killed; workers find the next one.</summary>
        public async Task RestartAsync()
        {
            await cluster.KillCoordinatorAsync();
            await cluster.StartCoordinatorAsync();
            foreach (TestWorker worker in cluster.Workers) await cluster.WaitForAsync(worker);
        }

        public ValueTask DisposeAsync() => cluster.DisposeAsync();
    }
}
