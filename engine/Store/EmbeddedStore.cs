using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>What a store is given by the process it runs in.</summary>
/// <param name="Files">The disk, whose root is the database's folder.</param>
internal sealed record StoreEnvironment(IFileSystem Files)
{
    public IClock Clock { get; init; } = SystemClock.Instance;

    public IRandom Random { get; init; } = SystemRandom.Instance;

    /// <summary>Encodes columns side by side; null for one after the other.</summary>
    public IScheduler? Scheduler { get; init; }

    public MemoryBroker Memory { get; init; } = MemoryBroker.Unlimited;

    public StoreOptions Options { get; init; } = new();

    public LogCatalogOptions Catalog { get; init; } = new();

    /// <summary>Where the catalog is when it is not in the folder.</summary>
    public OutsideCatalog? Outside { get; init; }

    /// <summary>Where segments go instead of into this folder; null where they stay in it.</summary>
    public Func<StoreParts, StoreDistribution>? Distribute { get; init; }

    /// <summary>False where somebody else says when to seal, compact and collect.</summary>
    public bool RunsMaintenance { get; init; } = true;
}

/// <summary>What a store has opened when it is asked where segments go.</summary>
internal sealed record StoreParts(
    FolderIdentity Identity, ICatalog Catalog, CatalogFollower Follower, LocalFragmentStore Local);

/// <summary>Where segments go.</summary>
internal sealed record StoreDistribution(IFragmentStore Fragments, ISegmentPlacement Placement);

/// <summary>
/// A whole database in one folder: catalog, journal and segments, used by one process at a time. Segments may lie
/// elsewhere, and then the folder has what names them.
/// </summary>
internal sealed class EmbeddedStore : IAsyncDisposable
{
    private readonly IFileSystem _files;
    private readonly IDisposable _folderLock;
    private readonly ICatalog _catalog;
    private readonly LocalFragmentStore _fragments;
    private readonly StorageCaches _caches;
    private readonly MemoryAccount _account;

    private EmbeddedStore(
        IFileSystem files, IDisposable folderLock, ICatalog catalog, LocalFragmentStore fragments,
        StorageCaches caches, MemoryAccount account, TableStore tables, FolderIdentity identity)
    {
        _files = files;
        _folderLock = folderLock;
        _catalog = catalog;
        _fragments = fragments;
        _caches = caches;
        _account = account;
        Tables = tables;
        Identity = identity;
        Maintenance = new Maintenance(tables, new Collection(tables, files, fragments.Journal));
    }

    /// <summary>The tables.</summary>
    public TableStore Tables { get; }

    /// <summary>Whose folder it is.</summary>
    public FolderIdentity Identity { get; }

    /// <summary>Seals, compacts, collects: in the background once it is started.</summary>
    public Maintenance Maintenance { get; }

    /// <summary>Opens the database in a folder, or makes an empty one.</summary>
    /// <exception cref="StorageException">Another process uses the folder, or it is of another format.</exception>
    /// <exception cref="CorruptDataException">Its catalog is damaged.</exception>
    public static async ValueTask<EmbeddedStore> OpenAsync(
        StoreEnvironment environment, CancellationToken cancellationToken = default)
    {
        IFileSystem files = environment.Files;
        // Another format is told before the lock, which would write into the folder.
        FolderIdentity? identity = FolderIdentity.TryRead(files);
        RefuseForeignFolder(files, identity);
        await using Undo undo = new();
        IDisposable folderLock = undo.Add(files.Lock(StorePaths.Lock));
        files.DeleteTempFiles("");
        SpillSpace.DeleteLeftOvers(files, StorePaths.Spill);
        if (identity is null)
        {
            identity = new FolderIdentity(
                FolderIdentity.NewId(environment.Random), FolderIdentity.NewId(environment.Random),
                environment.Clock.UtcNow);
            await identity.WriteAsync(files, cancellationToken);
        }
        await identity.RaiseAsync(files, cancellationToken);
        ICatalog catalog = undo.Add(await OpenCatalogAsync(environment, identity, cancellationToken));
        if (environment.Distribute is null) await RefuseClusterAsync(catalog, files, cancellationToken);
        MemoryAccount account = undo.Add(environment.Memory.CreateAccount("tables"));
        await CreateDatabaseAsync(catalog, identity, environment, cancellationToken);
        if (environment.Outside is { } outside) await CatalogPlace.FinishAsync(files, outside, cancellationToken);
        LocalFragmentStore fragments = await LocalFragmentStore.OpenAsync(
            files, identity, environment.Options, account, environment.Scheduler, cancellationToken);
        undo.Add(fragments);
        StorageCaches caches = undo.Add(new StorageCaches(environment.Memory));
        CatalogFollower follower = await CatalogFollower.StartAsync(
            catalog, environment.Clock, environment.Random, cancellationToken);
        SegmentCache segments = new(
            files, caches, account, environment.Options.CachedRowBytes, environment.Options.CachedVectorBytes);
        StoreDistribution distribution =
            environment.Distribute?.Invoke(new StoreParts(identity, catalog, follower, fragments)) ??
            new StoreDistribution(fragments, new LocalPlacement(environment.Random));
        TableStore tables = undo.Add(new TableStore(
            catalog, follower, distribution.Fragments, distribution.Placement, segments, environment.Options,
            environment.Clock, environment.Random, account));
        EmbeddedStore store = new(files, folderLock, catalog, fragments, caches, account, tables, identity);
        await Recovery.RunAsync(files, tables, cancellationToken);
        if (environment.RunsMaintenance) store.Maintenance.Start();
        undo.Keep();
        return store;
    }

    /// <summary>
    /// Leaves nothing in the journal, and writes the catalog's snapshot, so that the next start replays nothing.
    /// </summary>
    public async ValueTask CheckpointAsync(CancellationToken cancellationToken = default)
    {
        await Maintenance.RunOnceAsync(sealsAll: true, cancellationToken: cancellationToken);
        if (_catalog is LogCatalog log) await log.CheckpointAsync(cancellationToken);
    }

    /// <summary>Copies the newest state, and all versions it keeps, into an empty folder.</summary>
    public async ValueTask<BackupSummary> BackUpAsync(
        IFileSystem target, CancellationToken cancellationToken = default)
    {
        using IDisposable pause = await Maintenance.PauseAsync(cancellationToken);
        // What every process follows is not all: which loads were committed is in a backup too.
        CatalogState state = _catalog is ILocalCatalog local ? local.Newest
            : await CatalogFollower.ReadAllAsync(_catalog, CatalogKeyRange.All, cancellationToken);
        return await new Backup(_files, target, Tables.Fragments).RunAsync(
            state, Identity, Tables.Clock, Tables.Random, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Maintenance.DisposeAsync();
        try
        {
            await Maintenance.SaveSummariesAsync();
        }
        catch (ColFragException)
        {
            // A full disk: planning reads the manifests next time.
        }
        await Tables.DisposeAsync();
        await _fragments.DisposeAsync();
        await _catalog.DisposeAsync();
        _caches.Dispose();
        _account.Dispose();
        _folderLock.Dispose();
    }

    /// <summary>A folder with other things in it is not taken for a new database.</summary>
    private static void RefuseForeignFolder(IFileSystem files, FolderIdentity? identity)
    {
        if (files.FileExists(StorePaths.Worker))
        {
            throw new StorageException(
                "The folder is of a worker of a cluster, which has parts of tables and no catalog", files.Root,
                "Open the coordinator's folder, or connect to the coordinator: colfrag HOST:PORT.");
        }
        if (identity is not null) return;
        string[] own =
        [
            StorePaths.Lock, StorePaths.Catalog, StorePaths.Journal, StorePaths.Tables, StorePaths.Cluster,
            "colfrag.json",
        ];
        FileEntry[] foreign = [.. files.List("").Where(e =>
            !own.Contains(e.Name) && !e.Name.StartsWith('.') &&
            !e.Name.EndsWith(TempFile.Suffix, StringComparison.Ordinal))];
        if (foreign.Length == 0) return;
        throw new StorageException(
            $"Not a ColFrag folder, and not empty (it contains {foreign[0].Name})", files.Root,
            "Give an empty folder, or one that ColFrag made.");
    }

    private static async ValueTask<ICatalog> OpenCatalogAsync(
        StoreEnvironment environment, FolderIdentity identity, CancellationToken cancellationToken)
    {
        IFileSystem files = environment.Files;
        if (environment.Outside is { } outside)
        {
            return await CatalogPlace.OpenAsync(files, identity, outside, OpenOwnAsync, cancellationToken);
        }
        CatalogPlace.ThrowIfOutside(files);
        return await OpenOwnAsync();

        ValueTask<LogCatalog> OpenOwnAsync() => LogCatalog.OpenAsync(
            files, StorePaths.Catalog, environment.Clock, environment.Random, environment.Catalog, cancellationToken);
    }

    /// <summary>Alone, a process would find the tables and not their rows.</summary>
    private static async ValueTask RefuseClusterAsync(
        ICatalog catalog, IFileSystem files, CancellationToken cancellationToken)
    {
        CatalogRead workers = new(CatalogKeys.Workers, Limit: 1);
        if ((await catalog.ReadAsync(workers, cancellationToken)).Entries.IsEmpty) return;
        throw new StorageException(
            "The folder is of the coordinator of a cluster, whose workers have the rows", files.Root,
            "Start the cluster (colfrag cluster up DIR, or colfrag serve DIR) and connect to its port.");
    }

    private static async ValueTask CreateDatabaseAsync(
        ICatalog catalog, FolderIdentity identity, StoreEnvironment environment, CancellationToken cancellationToken)
    {
        CatalogTransaction create = new CatalogTransaction().WhenAbsent(CatalogKeys.Database)
            .Put(CatalogKeys.Database, new DatabaseRecord(identity.ClusterId, environment.Clock.UtcNow).ToBytes());
        CatalogKey schema = CatalogKeys.Schema(TableStore.DefaultSchema);
        CatalogEntry? found = (await catalog.ReadAsync(CatalogRead.Of(CatalogKeys.Database), cancellationToken)).Single;
        if (found is not null)
        {
            CorruptDataException.ThrowUnless(
                DatabaseRecord.Read(found).ClusterId == identity.ClusterId, "the catalog of another folder",
                StorePaths.Identity, 0);
            return;
        }
        // A catalog that was moved here has its schemas already.
        if ((await catalog.ReadAsync(CatalogRead.Of(schema), cancellationToken)).Single is null)
        {
            create.Put(
                schema, new NameRecord(ObjectKind.Schema, LocalPlacement.NewId(environment.Random)).ToBytes());
        }
        await catalog.CommitAsync(create, cancellationToken);
    }

    /// <summary>What was opened so far, closed in reverse when opening fails.</summary>
    private sealed class Undo : IAsyncDisposable
    {
        private readonly Stack<object> _opened = [];

        public T Add<T>(T opened) where T : notnull
        {
            _opened.Push(opened);
            return opened;
        }

        public void Keep() => _opened.Clear();

        public async ValueTask DisposeAsync()
        {
            while (_opened.TryPop(out object? opened))
            {
                if (opened is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
                else ((IDisposable)opened).Dispose();
            }
        }
    }
}
