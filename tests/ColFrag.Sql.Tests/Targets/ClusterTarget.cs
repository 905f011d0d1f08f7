using ColFrag.Cluster.Tests.Cluster;
using ColFrag.Engine;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;

namespace ColFrag.Sql.Tests.Targets;

/// <summary>
/// A coordinator and three workers in this process, on disks and a network in memory. Tables that do not say how they
/// are cut have seven ranges of two column groups each, on different workers, and blocks of 64 rows.
/// </summary>
/// <param name="HasOneDown">True where one of the workers is killed before the first statement.</param>
sealed record ClusterTarget(bool HasOneDown = false) : ISqlTarget
{
    public string Name => "cluster";

    public string Description => HasOneDown ? "three workers, one of them killed" : "three workers";

    private static readonly StoreOptions s_store = TestCluster.StoreOptions with
    {
        NewTables = new TableCut(Ranges: 7, Groups: 2, GroupPlacement.Spread),
        // Tables without a key are in all ranges from few rows on.
        RoundRobinRows = 16,
        Segments = new SegmentOptions { BlockRows = 64, VectorRows = 64 },
    };

    public async Task<ISqlSite> OpenAsync()
    {
        TestCluster cluster = await TestCluster.StartAsync(3, store: s_store);
        if (HasOneDown) await cluster.KillAsync(cluster.Workers[1]);
        return new Site(cluster, HasOneDown);
    }

    private sealed class Site(TestCluster cluster, bool hasOneDown) : ISqlSite
    {
        public Task<ISession> ConnectAsync() => Task.FromResult<ISession>(cluster.Connect());

        /// <summary>The coordinator is killed; workers find the next one.</summary>
        public async Task RestartAsync()
        {
            await cluster.KillCoordinatorAsync();
            await cluster.StartCoordinatorAsync();
            foreach (TestWorker worker in cluster.Workers) await cluster.WaitForAsync(worker);
        }

        public async ValueTask DisposeAsync()
        {
            await using (cluster) AssertSpread(cluster.Coordinator.Store.Tables.Follower.Newest, hasOneDown);
        }

        /// <summary>No script may pass because all of a table lay in one place.</summary>
        private static void AssertSpread(CatalogSnapshot catalog, bool isSmall)
        {
            foreach (long table in catalog.TableIds.Where(t => catalog.FindHead(t) is { DropTime: null }))
            {
                SegmentRecord[] segments = [.. catalog.GetTable(table).Segments.Values.Where(s => !s.IsJournal)];
                if (segments.Sum(s => (long)s.RowCount) <= 1_000) continue;
                // A table may say itself that it has one range.
                bool isOne = catalog.GetTable(table).Ranges.Length == 1;
                Assert.True(
                    isOne || segments.SelectMany(s => s.Workers).Distinct().All(w => isSmall || Lacks(w, segments)),
                    $"all of table {table:x} lies on one worker");
                // Of two workers that are left each has everything.
                if (segments[0].Groups.Length < 2 || isSmall) continue;
                Assert.True(segments.Any(s => !s.Groups[0].Workers.SequenceEqual(s.Groups[1].Workers)), $"{table:x}");
            }
        }

        private static bool Lacks(long worker, SegmentRecord[] segments) =>
            segments.Any(s => s.Groups.Any(g => !g.Workers.Contains(worker)));
    }
}
