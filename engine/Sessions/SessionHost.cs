using System.Collections.Concurrent;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Sessions;

/// <summary>What the sessions of one process share: tables, functions, threads, memory, and who runs plans.</summary>
internal sealed record SessionHost
{
    public required TableStore Tables { get; init; }

    public required IScheduler Scheduler { get; init; }

    public required MemoryBroker Memory { get; init; }

    /// <summary>Where operators put what memory has no room for; null: they fail instead.</summary>
    public SpillSpace? Spill { get; init; }

    public required IPlanRunner Runner { get; init; }

    public required IClock Clock { get; init; }

    public required IRandom Random { get; init; }

    /// <summary>The functions that C# registered.</summary>
    public RegisteredFunctions Registered { get; } = new();

    /// <summary>The assemblies whose functions SQL may call.</summary>
    public AssemblyLibrary Assemblies { get; init; } = new(new MemoryFileSystem(tracksCrashes: false), false);

    /// <summary>Built-in functions and those that C# registered.</summary>
    public FunctionRegistry Functions => Registered.Registry;

    /// <summary>The schemas of temporary tables of sessions that are there.</summary>
    public ConcurrentDictionary<string, byte> TemporarySchemas { get; } = new(StringComparer.Ordinal);

    /// <summary>Loads at work, and the last ones.</summary>
    public LoadRegistry Loads { get; init; } = new(SystemClock.Instance);

    /// <summary>Where statements find files of users.</summary>
    public IInputFiles InputFiles { get; init; } = LocalInputFiles.Instance;

    /// <summary>Where it is, for people.</summary>
    public required string DataSource { get; init; }

    /// <summary>The workers of the cluster; none where the database is embedded.</summary>
    public Func<IReadOnlyList<WorkerStatus>> Workers { get; init; } = static () => [];

    /// <summary>Which workers a query that starts now would ask.</summary>
    public Func<PhysicalNode, ScanPlaces> PlaceScans { get; init; } = static _ => ScanPlaces.None;

    /// <summary>Does what CHECKPOINT asks for: seals small writes and writes the catalog's snapshot.</summary>
    public required Func<CancellationToken, ValueTask> Checkpoint { get; init; }

    /// <summary>Copies the database into an empty folder, as BACKUP asks.</summary>
    public Func<IFileSystem, CancellationToken, ValueTask<BackupSummary>> BackUp { get; init; } =
        static (_, _) => throw new QueryException(SqlStates.FeatureNotSupported, "BACKUP is not supported here");
}

/// <summary>Runs resolved plans: here, or spread over workers.</summary>
internal interface IPlanRunner
{
    /// <summary>Plans and starts a query whose rows go to the reader of the result.</summary>
    ValueTask<RunningPlan> StartAsync(
        LogicalNode plan, QueryEnvironment environment, CancellationToken cancellationToken);

    /// <summary>Plans and runs a query whose rows go into a sink; ends when all have.</summary>
    Task RunAsync(LogicalNode plan, Sink target, QueryEnvironment environment, CancellationToken cancellationToken);

    /// <summary>
    /// Has workers make the rows of a plan and write them, where they can; the writer then has the segments. False
    /// where nothing was done: the rows are for whoever asks.
    /// </summary>
    /// <param name="plan">The table's columns in order, then a BOOLEAN per check.</param>
    /// <param name="target">Who gets the segments.</param>
    /// <param name="checks">Names of the checks.</param>
    /// <param name="environment">What the run needs.</param>
    /// <param name="cancellationToken">Stops it; what was written goes.</param>
    ValueTask<bool> TryInsertAsync(
        LogicalNode plan, TableWriter target, IReadOnlyList<string> checks, QueryEnvironment environment,
        CancellationToken cancellationToken) => new(false);

    /// <summary>The plan as it would run, in lines; with figures where it was run.</summary>
    ValueTask<IReadOnlyList<string>> ExplainAsync(
        LogicalNode plan, BoundExplain options, QueryEnvironment environment, CancellationToken cancellationToken);
}

/// <summary>A plan at work and the reader's end of its rows.</summary>
internal abstract class RunningPlan : IAsyncDisposable
{
    /// <summary>The next rows, good until the next call; null after the last.</summary>
    public abstract ValueTask<Vectors.Batch?> ReadAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
