using ColFrag.Coordinator.Repair;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Protocol;

namespace ColFrag.Simulation.Cluster;

/// <summary>
/// How big everything is in a run: so tiny that a few hundred rows make many blocks, segments, versions and snapshots,
/// and different in every run.
/// </summary>
internal sealed record ClusterShape
{
    public required int WorkerCount { get; init; }

    /// <summary>Hash ranges of each table.</summary>
    public int RangeCount { get; init; } = 7;

    /// <summary>
    /// Where column groups of the tables lie: <c>spread</c> or <c>anchored</c>; empty where none has any.
    /// </summary>
    public string Placement { get; init; } = "";

    /// <summary>Bytes of other workers' column files that a worker keeps.</summary>
    public long LentBytes { get; init; } = 1 << 20;

    public required StoreOptions Store { get; init; }

    public required LogCatalogOptions Catalog { get; init; }

    public required RepairOptions Repair { get; init; }

    /// <summary>How long processes listen to silence on a connection.</summary>
    public RpcLimits Limits { get; init; } = RpcLimits.Default;

    /// <summary>
    /// The same with less patience, repair that waits for nobody, and segments that are merged late.
    /// </summary>
    public ClusterShape Impatient(SeededRandom random) => this with
    {
        Limits = RpcLimits.Default with
        {
            KeepAliveInterval = TimeSpan.FromSeconds(0.5),
            KeepAliveTimeout = TimeSpan.FromSeconds(random.Of([1.5, 3, 15])),
        },
        Repair = Repair with { Grace = random.OneIn(2) ? TimeSpan.Zero : Repair.Grace },
        // Where nothing is merged, segments live long enough for their copies to come and go.
        Store = Store with
        {
            CompactSegments = random.OneIn(2) ? int.MaxValue : Store.CompactSegments,
            Retention = TimeSpan.FromMilliseconds(random.Of([200, 1_000])),
        },
    };

    /// <summary>
    /// The same with maintenance that never rests: seals, checkpoints and collections meet every commit.
    /// </summary>
    public ClusterShape Hurried() => this with
    {
        Store = Store with
        {
            MaintenanceInterval = TimeSpan.FromMilliseconds(20), CheckpointVersions = 1, CheckpointBytes = 100,
            Retention = TimeSpan.FromMilliseconds(200), SealSegments = 2, SealAfter = TimeSpan.FromMilliseconds(100),
            CompactSegments = 2,
        },
    };

    /// <summary>The options of a table with column groups, as they go on behind others.</summary>
    public string GroupOptions(string groups) =>
        Placement.Length == 0 ? "" : $", column_groups = ({groups}), placement = {Placement}";

    /// <summary>The same with column groups on different workers.</summary>
    public ClusterShape Spread(SeededRandom random) => this with
    {
        Placement = random.Of(["spread", "spread", "anchored"]), LentBytes = random.Of([0, 2_000, 1 << 20]),
    };

    /// <summary>A shape that the seed chooses.</summary>
    public static ClusterShape Choose(SeededRandom random) => new()
    {
        WorkerCount = random.Of([3, 3, 3, 4, 5]),
        Store = new StoreOptions
        {
            Segments = new SegmentOptions { BlockRows = 64, VectorRows = 64, PackBelowBytes = random.Of([0, 1 << 20]) },
            SegmentRows = random.Of([64, 100, 300]),
            JournalRows = random.Of([8, 64, 1000]),
            JournalFileBytes = random.Of([2_000, 20_000]),
            JournalVectorBytes = random.Of([0, 64, 4096]),
            SealRows = 200, SealSegments = random.Of([2, 8]), SealAfter = TimeSpan.FromSeconds(3),
            CompactSegments = random.Of([2, 4, 8]),
            Retention = TimeSpan.FromSeconds(random.Of([1, 4])),
            CheckpointVersions = random.Of([2, 8]), CheckpointBytes = random.Of([2_000, 20_000]),
            MaintenanceInterval = TimeSpan.FromSeconds(random.Of([1, 3])),
        },
        Catalog = new LogCatalogOptions { SnapshotAfterBytes = random.Of([2_000, 20_000, 1 << 20]) },
        Repair = new RepairOptions
        {
            Interval = TimeSpan.FromSeconds(1), Grace = TimeSpan.FromSeconds(random.Of([0, 3])),
            Settle = TimeSpan.FromSeconds(random.Of([0, 1])), BalanceBytes = random.Of([500, 1 << 20]),
            CommitSegments = random.Of([2, 64]), Parallelism = random.Of([1, 2, 4]),
        },
    };
}
