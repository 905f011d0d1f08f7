using ColFrag.Engine;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Files;
using ColFrag.Engine.Plan.Rules;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;

namespace ColFrag.Sql.Tests.Targets;

/// <summary>ColFrag in this process, on a disk in memory.</summary>
sealed record EmbeddedTarget : ISqlTarget
{
    public string Name => "embedded";

    public string Description { get; private init; } = "defaults";

    public DatabaseOptions Options { get; init; } = new();

    public StoreOptions Store { get; init; } = new();

    /// <summary>The rules that every session switches off.</summary>
    public string DisabledRules { get; init; } = "";

    /// <summary>Rows after which every operator that can spills; 0: only when memory is short.</summary>
    public int SpillRows { get; init; }

    /// <summary>
    /// Limits so small that a few rows fill vectors, blocks and segments, with a chance share of the optimizer.
    /// Nothing of it may change an answer.
    /// </summary>
    public static EmbeddedTarget Tiny(int seed)
    {
        Random random = new(seed);
        int vectorRows = 64 << random.Next(3);
        int blockRows = vectorRows * (1 + random.Next(3));
        StoreOptions store = new()
        {
            JournalRows = random.Next(4) * 20,
            SegmentRows = blockRows * (1 + random.Next(3)),
            SealRows = 1 + random.Next(100),
            SealSegments = 1 + random.Next(4),
            CompactSegments = 2 + random.Next(3),
            JournalVectorBytes = random.Next(2) * 4096,
            CheckpointVersions = 1 + random.Next(4),
            MaintenanceInterval = TimeSpan.FromMilliseconds(5),
            Segments = new SegmentOptions
            {
                VectorRows = vectorRows,
                BlockRows = blockRows,
                PackBelowBytes = random.Next(2) << 20,
                Compression = (GeneralCompression)random.Next(2),
            },
        };
        int threads = 1 << random.Next(4);
        string rules = string.Join(',', Optimizer.RuleNames.Where(_ => random.Next(4) == 0));
        return new EmbeddedTarget
        {
            Options = new DatabaseOptions { Threads = threads },
            Store = store,
            DisabledRules = rules,
            Description = $"seed {seed}: {threads} threads, vectors of {vectorRows}, blocks of {blockRows}, " +
                $"segments of {store.SegmentRows}, journal up to {store.JournalRows}, without [{rules}]",
        };
    }

    /// <summary>Operators that put what they keep on disk after a few rows, with a chance number of threads.</summary>
    public static EmbeddedTarget Spilling(int seed)
    {
        Random random = new(seed);
        int threads = 1 << random.Next(3);
        int rows = 1 + random.Next(1 << random.Next(1, 8));
        return new EmbeddedTarget
        {
            Options = new DatabaseOptions { Threads = threads }, SpillRows = rows,
            Description = $"seed {seed}: {threads} threads, spilling after {rows} rows",
        };
    }

    /// <summary>With the given threads and without the given rules.</summary>
    public static EmbeddedTarget Of(int threads, string disabledRules = "") => new()
    {
        Options = new DatabaseOptions { Threads = threads },
        DisabledRules = disabledRules,
        Description = $"{threads} threads, without [{disabledRules}]",
    };

    public async Task<ISqlSite> OpenAsync()
    {
        Site site = new(this);
        await site.StartAsync();
        return site;
    }

    private sealed class Site(EmbeddedTarget target) : ISqlSite
    {
        private readonly MemoryFileSystem _files = new(tracksCrashes: false);
        private Database? _database;

        public async Task StartAsync() =>
            _database = await Database.OpenAsync(_files, "embedded", target.Options, target.Store);

        public async Task<ISession> ConnectAsync()
        {
            Connection connection = _database!.Connect();
            if (target.SpillRows > 0) await connection.RunAsync($"SET spill_rows = {target.SpillRows}");
            if (target.DisabledRules.Length == 0) return connection;
            await connection.RunAsync($"SET disabled_rules = '{target.DisabledRules}'");
            return connection;
        }

        public async Task RestartAsync()
        {
            await _database!.DisposeAsync();
            await StartAsync();
        }

        public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
