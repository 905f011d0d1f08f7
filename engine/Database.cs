using ColFrag.Engine.Files;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Linq;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;

namespace ColFrag.Engine;

/// <summary>
/// A database in a folder, or in memory, inside this process. Safe to use from many threads; each conversation has a
/// <see cref="Connection"/> of its own.
/// </summary>
/// <example><code>
/// using Database shop = Database.Open("shop");
/// using Connection connection = shop.Connect();
/// await connection.RunAsync("CREATE TABLE sales (city VARCHAR, amount DECIMAL(10, 2))");
/// </code></example>
public sealed partial class Database : IDisposable, IAsyncDisposable
{
    private readonly EmbeddedStore _store;
    private readonly ThreadScheduler _scheduler;
    private readonly MemoryBroker _memory;
    private readonly SpillSpace _spill;
    private static int s_lastSpillFolder;
    private bool _isDisposed;

    private Database(
        EmbeddedStore store, ThreadScheduler scheduler, MemoryBroker memory, SpillSpace spill, string dataSource,
        AssemblyLibrary assemblies)
    {
        _store = store;
        _scheduler = scheduler;
        _memory = memory;
        _spill = spill;
        Host = new SessionHost
        {
            Tables = store.Tables,
            Scheduler = scheduler,
            Memory = memory,
            Spill = spill,
            Runner = new LocalPlanRunner(),
            Clock = SystemClock.Instance,
            Random = SystemRandom.Instance,
            DataSource = dataSource,
            Assemblies = assemblies,
            Checkpoint = store.CheckpointAsync,
            BackUp = store.BackUpAsync,
        };
    }

    /// <summary>Bytes of native memory in use: blocks in cache, operators, rows of small writes.</summary>
    public long MemoryUsedBytes => _memory.UsedBytes;

    /// <summary>What sessions share; servers make their own sessions over it.</summary>
    internal SessionHost Host { get; }

    /// <summary>The tables and files.</summary>
    internal EmbeddedStore Store => _store;

    /// <summary>Opens the database in a folder, creating it when there is none.</summary>
    /// <param name="folder">The folder; <c>:memory:</c> for one that is gone with the process.</param>
    /// <param name="options">Threads, memory.</param>
    /// <exception cref="Errors.StorageException">Another process uses the folder, or it is of another
    /// format.</exception>
    /// <exception cref="Errors.CorruptDataException">The catalog is damaged.</exception>
    /// <example><code>using Database shop = Database.Open("shop");</code></example>
    public static Database Open(string folder, DatabaseOptions? options = null) =>
        OpenAsync(folder, options).GetAwaiter().GetResult();

    /// <summary>Opens the database in a folder, creating it when there is none.</summary>
    /// <inheritdoc cref="Open"/>
    public static async Task<Database> OpenAsync(
        string folder, DatabaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        options ??= new DatabaseOptions();
        bool isInMemory = folder == ":memory:";
        if (!isInMemory) Directory.CreateDirectory(folder);
        IFileSystem files = isInMemory
            ? new MemoryFileSystem(tracksCrashes: false)
            : new LocalFileSystem(Path.GetFullPath(folder));
        SpillSpace? spill = isInMemory ? OpenTemporarySpill() : null;
        return await OpenAsync(files, folder, options, null, spill, cancellationToken);
    }

    /// <summary>Opens the database in a file system, under a name for people; tests may give it tiny limits.</summary>
    internal static async Task<Database> OpenAsync(
        IFileSystem files, string name, DatabaseOptions options, StoreOptions? storeOptions = null,
        SpillSpace? spill = null, CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        long limit = options.MemoryLimitBytes > 0
            ? options.MemoryLimitBytes
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 8;
        MemoryBroker memory = new(limit);
        ThreadScheduler scheduler = new(options.Threads);
        try
        {
            StoreEnvironment environment = new(files)
            {
                Scheduler = scheduler, Memory = memory, Options = storeOptions ?? new StoreOptions(),
            };
            EmbeddedStore store = await EmbeddedStore.OpenAsync(environment, cancellationToken);
            Database database = new(
                store, scheduler, memory, spill ?? SpillSpace.In(files, StorePaths.Spill), name,
                new AssemblyLibrary(files, options.AllowsAssemblies));
            await TemporarySchema.SweepAsync(database.Host, cancellationToken);
            FunctionObjects.Sweep(database.Host, files);
            return database;
        }
        catch
        {
            scheduler.Dispose();
            throw;
        }
    }

    /// <summary>A database in memory has no folder: its queries spill into the machine's own for such files.</summary>
    private static SpillSpace OpenTemporarySpill()
    {
        string folder = $"colfrag-spill-{Environment.ProcessId}-{Interlocked.Increment(ref s_lastSpillFolder)}";
        return new SpillSpace(() => new LocalFileSystem(Path.GetTempPath()), folder);
    }

    /// <summary>Starts a conversation.</summary>
    public Connection Connect()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new Connection(new Session(Host));
    }

    /// <summary>
    /// A table for LINQ; each query runs in a session of its own, so that queries can run side by side.
    /// </summary>
    /// <inheritdoc cref="SessionQueries.Table{T}(ISession, string?)"/>
    public IQueryable<T> Table<T>(string? name = null) => SessionQueries.Table<T>(LinqSource.Of(this), name);

    /// <summary>Closes the files; connections must be closed before.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Closes the files; connections must be closed before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await NoContext.Enter;
        _spill.Dispose();
        await _store.DisposeAsync();
        _scheduler.Dispose();
        _memory.Close();
    }
}
