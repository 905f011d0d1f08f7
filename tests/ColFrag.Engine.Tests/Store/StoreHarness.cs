using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Catalog;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Store;

/// <summary>A store on a disk in memory, with tables of an id and a text.</summary>
internal sealed class StoreHarness : IAsyncDisposable
{
    private static readonly Schema s_schema = new(
        new Field("id", LogicalType.BigInt), new Field("text", LogicalType.Varchar));

    private EmbeddedStore _store = null!;

    public MemoryFileSystem Files { get; set; } = new();

    public ManualClock Clock { get; } = new();

    public StoreOptions Options { get; set; } = new();

    /// <summary>Where the catalog is when it is not in the folder.</summary>
    public OutsideCatalog? Outside { get; set; }

    public EmbeddedStore Embedded => _store;

    public TableStore Tables => _store.Tables;

    public static async Task<StoreHarness> OpenAsync(StoreOptions? options = null)
    {
        StoreHarness harness = new() { Options = options ?? new StoreOptions() };
        await harness.ReopenAsync();
        return harness;
    }

    /// <summary>Opens the folder, as it is, or as a crash left it.</summary>
    public async Task ReopenAsync(int seed = 1) => _store = await EmbeddedStore.OpenAsync(new StoreEnvironment(Files)
    {
        Clock = Clock, Random = new SeededRandom(seed), Options = Options, RunsMaintenance = false, Outside = Outside,
    });

    public async Task CloseAndReopenAsync(int seed = 1)
    {
        await _store.DisposeAsync();
        await ReopenAsync(seed);
    }

    /// <summary>The machine stops, and starts again with what was durable.</summary>
    public async Task CrashAndReopenAsync(int seed = 1)
    {
        Files = Files.Crash(new SeededRandom(seed));
        await ReopenAsync(seed + 1);
    }

    public static TableDefinition Define(FragmentScheme? scheme = null) => new(0, 1,
    [
        new TableColumn(1, "id", LogicalType.BigInt, IsNullable: false),
        new TableColumn(2, "text", LogicalType.Varchar),
    ])
    {
        Scheme = scheme ?? FragmentScheme.RoundRobin,
    };

    public async Task<long> CreateTableAsync(string name = "t", FragmentScheme? scheme = null, int ranges = 1)
    {
        await using Transaction transaction = Tables.Begin();
        long id = transaction.CreateTable(TableStore.DefaultSchema, name, Define(scheme), ranges);
        await transaction.CommitAsync();
        return id;
    }

    /// <summary>One transaction that adds rows.</summary>
    public async Task<CommitOutcome> InsertAsync(long table, params IEnumerable<long> ids)
    {
        await using Transaction transaction = Tables.Begin();
        await InsertAsync(transaction, table, ids);
        return await transaction.CommitAsync();
    }

    public static async Task InsertAsync(Transaction transaction, long table, params IEnumerable<long> ids)
    {
        await using TableWriter writer = transaction.BeginInsert(table);
        TableWriterLane lane = writer.StartLane();
        foreach (long[] some in ids.Chunk(Batch.MaxRows))
        {
            using Batch batch = Rows(some);
            lane.Append(batch);
        }
        await transaction.FinishInsertAsync(writer);
    }

    /// <summary>One transaction that deletes the rows of these ids; returns how many.</summary>
    public async Task<long> DeleteAsync(long table, params IEnumerable<long> ids)
    {
        await using Transaction transaction = Tables.Begin();
        long count = Delete(transaction, table, ids);
        await transaction.CommitAsync();
        return count;
    }

    public static long Delete(Transaction transaction, long table, params IEnumerable<long> ids)
    {
        HashSet<long> wanted = [.. ids];
        TableSnapshot snapshot = transaction.GetTable(table);
        return transaction.Delete(snapshot, RowsOf(snapshot).Where(r => wanted.Contains(r.Id)).Select(r => r.RowId));
    }

    /// <summary>The ids in a table, in the order of its segments.</summary>
    public async Task<List<long>> ReadAsync(long table)
    {
        await using Transaction transaction = Tables.Begin();
        return Ids(transaction.GetTable(table));
    }

    public static List<long> Ids(TableSnapshot snapshot)
    {
        List<(long Id, long RowId, string Text)> rows = RowsOf(snapshot);
        Assert.Equal(snapshot.RowCount, rows.Count);
        Assert.All(rows, r => Assert.Equal($"text {r.Id}", r.Text));
        return [.. rows.Select(r => r.Id)];
    }

    public static List<(long Id, long RowId, string Text)> RowsOf(TableSnapshot snapshot)
    {
        List<(long, long, string)> rows = [];
        foreach (SnapshotSegment segment in snapshot.Segments)
        {
            using SegmentRowReader reader = new(segment, snapshot.Definition.Columns);
            using Batch batch = reader.CreateBatch();
            while (reader.Read(batch))
            {
                for (int row = 0; row < batch.Count; row++)
                {
                    if (batch.IsMasked && !batch.Mask[row]) continue;
                    ImmutableArray<Value> values = [.. batch.Columns.Select(c => c.GetValue(row))];
                    rows.Add(((long)values[0].AsInteger, RowId.Of(segment.Number, reader.FirstRow + row),
                        values[1].IsNull ? "" : values[1].AsText));
                }
            }
        }
        return rows;
    }

    public static Batch Rows(params IEnumerable<long> ids) =>
        StoreRows.Batch(s_schema, [.. ids.Select(id => new[] { Value.BigInt(id), Value.Text($"text {id}") })]);

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
