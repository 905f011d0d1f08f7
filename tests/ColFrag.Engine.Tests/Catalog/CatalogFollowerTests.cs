using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Catalog;

/// <summary>Snapshots of the catalog, from its own state and from a copy that follows it.</summary>
public sealed class CatalogFollowerTests : IAsyncLifetime
{
    private const long Table = 0x77;

    private readonly ManualClock _clock = new();
    private LogCatalog _catalog = null!;

    public async Task InitializeAsync() =>
        _catalog = await LogCatalog.OpenAsync(new MemoryFileSystem(_clock), "c", _clock, new SeededRandom(1));

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_resolves_names_and_versions_at_one_revision(bool isRemote)
    {
        await using CatalogFollower follower = await Follow(isRemote);
        long revision = (await CreateTable()).Revision;
        CatalogSnapshot empty = await follower.GetAsync(revision);
        for (int version = 1; version <= 5; version++) revision = (await AddVersion(version)).Revision;
        CatalogSnapshot full = await follower.GetAsync(revision);

        Assert.Equal(["main"], full.SchemaNames);
        Assert.True(full.HasSchema("main"));
        Assert.Equal(new NameRecord(ObjectKind.Table, Table), full.Find(NameSpace.Relation, "main", "t"));
        Assert.Null(full.Find(NameSpace.Relation, "main", "T"));
        Assert.Equal([("main", "t")], full.Names(NameSpace.Relation).Select(n => (n.Schema, n.Name)));
        Assert.Equal("a", full.GetDefinition(Table).Columns[0].Name);
        Assert.Equal([Table], full.TableIds);

        Assert.Equal((0, 0), (empty.GetTable(Table).Version, empty.GetTable(Table).Segments.Count));
        Assert.Equal((5, 5), (full.GetTable(Table).Version, full.GetTable(Table).Segments.Count));
        Assert.Equal(3, full.GetTable(Table, 3).Segments.Count);
        Assert.Equal(2, full.GetTable(Table, _clock.UtcNow - TimeSpan.FromSeconds(3)).Version);
        Assert.Throws<QueryException>(() => full.GetTable(Table, 6));
        Assert.Throws<QueryException>(() => full.GetTable(Table, _clock.UtcNow - TimeSpan.FromHours(1)));
        Assert.Equal([2L, 3L], full.GetDeltas(Table, 2, 3).Select(d => d.Version));
    }

    [Fact]
    public async Task A_version_is_read_from_the_nearest_checkpoint()
    {
        await CreateTable();
        for (int version = 1; version <= 4; version++) await AddVersion(version);
        await using CatalogFollower first = await Follow(isRemote: false);
        TableState third = first.Newest.GetTable(Table, 3);
        CatalogTransaction checkpoint = new();
        checkpoint.Put(CatalogKeys.Page(Table, 3, 0), Assert.Single(CheckpointPage.ToPages(third)));
        // Without the deltas before it, only the checkpoint can tell.
        for (int version = 1; version <= 3; version++) checkpoint.Delete(CatalogKeys.Delta(Table, version, 0));
        await _catalog.CommitAsync(checkpoint);
        await using CatalogFollower second = await Follow(isRemote: true);
        Assert.Equal(CheckpointPage.ToPages(first.Newest.GetTable(Table)).ToArray(),
            CheckpointPage.ToPages(second.Newest.GetTable(Table)).ToArray());
    }

    [Fact]
    public async Task A_strong_snapshot_does_not_wait_for_keys_that_are_not_followed()
    {
        await using CatalogFollower follower = await Follow(isRemote: true);
        await CreateTable();
        long revision = (await _catalog.CommitAsync(
            new CatalogTransaction().Put(CatalogKeys.Load(LoadId.Of("x")), new byte[1]))).Revision;
        CatalogSnapshot snapshot = await follower.GetStrongAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(revision, snapshot.Revision);
        Assert.Null(snapshot.State.Find(CatalogKeys.Load(LoadId.Of("x"))));
    }

    [Fact]
    public async Task Own_writes_are_seen_on_top_and_by_nobody_else()
    {
        await CreateTable();
        await using CatalogFollower follower = await Follow(isRemote: false);
        CatalogSnapshot own = follower.Newest.With(
        [
            new CatalogWrite(CatalogKeys.Name(NameSpace.Relation, "main", "t"), null, 0),
            new CatalogWrite(
                CatalogKeys.Name(NameSpace.Relation, "main", "u"), new NameRecord(ObjectKind.View, 9).ToBytes(), 0),
        ]);
        Assert.Equal(["u"], own.Names(NameSpace.Relation).Select(n => n.Name));
        Assert.Equal(["t"], follower.Newest.Names(NameSpace.Relation).Select(n => n.Name));
    }

    private async Task<CatalogFollower> Follow(bool isRemote) => await CatalogFollower.StartAsync(
        isRemote ? new Elsewhere(_catalog) : _catalog, _clock, new SeededRandom(2));

    private async Task<CatalogOutcome> CreateTable()
    {
        TableDefinition definition = new(Table, 1, [new TableColumn(1, "a", LogicalType.BigInt)]);
        TableState state = TableState.Create(definition, [new RangeRecord(1, HashRange.All)], _clock.UtcNow);
        return await _catalog.CommitAsync(new CatalogTransaction()
            .Put(CatalogKeys.Schema("main"), new NameRecord(ObjectKind.Schema, 1).ToBytes())
            .Put(CatalogKeys.Name(NameSpace.Relation, "main", "t"), new NameRecord(ObjectKind.Table, Table).ToBytes())
            .Put(CatalogKeys.Definition(Table, 1), definition.ToBytes())
            .Put(CatalogKeys.Head(Table), new TableHead(0, 1, 0) { CommitTime = _clock.UtcNow }.ToBytes())
            .Put(CatalogKeys.Page(Table, 0, 0), CheckpointPage.ToPages(state)[0]));
    }

    private async Task<CatalogOutcome> AddVersion(int version)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        SegmentRecord segment = new(new SegmentKey(version, 100 + version), 1, HashRange.All, 10);
        TableDelta delta = new(version, _clock.UtcNow, 1, DeltaCause.Change, [new AddSegment(segment)]);
        return await _catalog.CommitAsync(new CatalogTransaction()
            .Put(CatalogKeys.Head(Table), new TableHead(version, 1, 0) { CommitTime = _clock.UtcNow }.ToBytes())
            .Put(CatalogKeys.Delta(Table, version, 0), delta.ToParts()[0]));
    }
}
