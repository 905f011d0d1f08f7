using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Store;

/// <summary>CREATE, ALTER, DROP, and what becomes of the rows.</summary>
public sealed class SchemaChangeTests
{
    private const string Public = TableStore.DefaultSchema;

    [Fact]
    public async Task Errors_name_what_is_there_and_what_is_not()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        await store.CreateTableAsync("t");
        await using Transaction transaction = store.Tables.Begin();
        AssertState(SqlStates.DuplicateTable, () => transaction.CreateTable(Public, "t", StoreHarness.Define()));
        AssertState(SqlStates.InvalidSchemaName, () => transaction.CreateTable("s", "t", StoreHarness.Define()));
        AssertState(SqlStates.DuplicateSchema, () => transaction.CreateSchema(Public));
        AssertState(SqlStates.DependentObjectsStillExist, () => transaction.DropSchema(Public));
        AssertState(SqlStates.UndefinedTable, () => transaction.Drop(NameSpace.Relation, Public, "u"));
        AssertState(SqlStates.UndefinedTable, () => transaction.Undrop(Public, "u"));
        AssertState(SqlStates.DuplicateColumn, () => transaction.AlterTable(
            transaction.FindTable(Public, "t")!.TableId,
            d => d with { Columns = d.Columns.Add(new TableColumn(3, "ID", LogicalType.Integer)) }));
        AssertState(SqlStates.FeatureNotSupported, () => transaction.CreateTable(
            Public, "n", new TableDefinition(0, 1, [new TableColumn(1, "l", LogicalType.List(LogicalType.Integer))])
            {
                Scheme = new FragmentScheme(Distribution.Hash, [1]),
            }));
        Assert.False(transaction.HasChanges);
    }

    [Fact]
    public async Task A_schema_with_a_table_is_made_and_removed_in_one_transaction_each()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        await using (Transaction transaction = store.Tables.Begin())
        {
            transaction.CreateSchema("sales");
            long table = transaction.CreateTable("sales", "t", StoreHarness.Define());
            await StoreHarness.InsertAsync(transaction, table, 1, 2);
            transaction.CreateObject(
                NameSpace.Relation, ObjectKind.View, "sales", "v", "SELECT 1"u8.ToArray());
            await transaction.CommitAsync();
        }
        await store.CrashAndReopenAsync();
        await using (Transaction transaction = store.Tables.Begin())
        {
            Assert.Equal([1, 2], StoreHarness.Ids(transaction.FindTable("sales", "t")!));
            NameRecord view = transaction.Catalog.Find(NameSpace.Relation, "sales", "v")!.Value;
            Assert.Equal("SELECT 1"u8.ToArray(), transaction.Catalog.GetObject(view.Id).Body.ToArray());
            Assert.Null(transaction.FindTable("sales", "v"));
            AssertState(SqlStates.DuplicateTable, () => transaction.CreateTable("sales", "v", StoreHarness.Define()));
            transaction.Drop(NameSpace.Relation, "sales", "v");
            transaction.Drop(NameSpace.Relation, "sales", "t");
            transaction.DropSchema("sales");
            await transaction.CommitAsync();
        }
        await using Transaction after = store.Tables.Begin();
        Assert.Equal([Public], after.Catalog.SchemaNames);
    }

    [Fact]
    public async Task A_table_that_is_made_and_dropped_in_one_transaction_leaves_nothing()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        await using (Transaction transaction = store.Tables.Begin())
        {
            long table = transaction.CreateTable(Public, "t", StoreHarness.Define());
            await StoreHarness.InsertAsync(transaction, table, 1);
            transaction.Drop(NameSpace.Relation, Public, "t");
            await transaction.CommitAsync();
        }
        Assert.Empty(store.Tables.Follower.Newest.TableIds);
        Assert.Empty(store.Tables.Follower.Newest.Names(NameSpace.Relation));
    }

    [Fact]
    public async Task Of_two_that_make_the_same_name_the_second_fails()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        await using Transaction first = store.Tables.Begin();
        await using Transaction second = store.Tables.Begin();
        first.CreateTable(Public, "t", StoreHarness.Define());
        second.CreateTable(Public, "t", StoreHarness.Define());
        await first.CommitAsync();
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () => await second.CommitAsync());
        Assert.Equal(SqlStates.SerializationFailure, error.SqlState);
    }

    [Fact]
    public async Task A_table_is_not_made_in_a_schema_that_was_dropped_meanwhile()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        await using (Transaction setup = store.Tables.Begin())
        {
            setup.CreateSchema("s");
            await setup.CommitAsync();
        }
        await using Transaction first = store.Tables.Begin();
        await using Transaction second = store.Tables.Begin();
        first.DropSchema("s");
        second.CreateTable("s", "t", StoreHarness.Define());
        await first.CommitAsync();
        await Assert.ThrowsAsync<QueryException>(async () => await second.CommitAsync());
    }

    [Fact]
    public async Task Columns_are_added_dropped_renamed_and_widened_without_touching_rows()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table;
        await using (Transaction setup = store.Tables.Begin())
        {
            table = setup.CreateTable(Public, "t", new TableDefinition(0, 1,
                [new TableColumn(1, "a", LogicalType.Integer), new TableColumn(2, "b", LogicalType.Varchar)]));
            await AppendAsync(setup, table, [Value.Integer(LogicalType.Integer, -7), Value.Text("x")]);
            await setup.CommitAsync();
        }
        await AlterAsync(store, table, d => d with
        {
            Columns = d.Columns.Add(new TableColumn(d.NextColumnId, "c", LogicalType.Double)
            {
                MissingValue = Value.Float(LogicalType.Double, 1.5),
            }),
            NextColumnId = d.NextColumnId + 1,
        });
        await AlterAsync(store, table, d => d with
        {
            Columns = [d.Columns[0] with { Name = "big", Type = LogicalType.BigInt }, d.Columns[2]],
        });
        await using (Transaction insert = store.Tables.Begin())
        {
            await AppendAsync(insert, table, [Value.BigInt(1L << 40), Value.Float(LogicalType.Double, 2)]);
            await insert.CommitAsync();
        }
        await AlterAsync(store, table, d => d with
        {
            Columns = d.Columns.Add(new TableColumn(d.NextColumnId, "b", LogicalType.Varchar)),
            NextColumnId = d.NextColumnId + 1,
        });
        await store.CrashAndReopenAsync();
        await using Transaction transaction = store.Tables.Begin();
        TableSnapshot snapshot = transaction.GetTable(table);
        Assert.Equal(["big", "c", "b"], snapshot.Definition.Columns.Select(c => c.Name));
        // The name of the dropped column is back, and its values are not.
        Assert.Equal(
            ["-7|1.5|NULL", "1099511627776|2|NULL"],
            Read(snapshot).Select(r => string.Join('|', r.Select(v => $"{v}"))));
    }

    [Fact]
    public async Task Rows_and_columns_change_in_one_transaction_and_a_savepoint_undoes_both()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await using Transaction transaction = store.Tables.Begin();
        await StoreHarness.InsertAsync(transaction, table, 1);
        AddColumn(transaction, table, "c");
        await AppendAsync(transaction, table, [Value.BigInt(2), Value.Text("text 2"), Value.BigInt(20)]);
        TransactionState saved = transaction.Save();
        AddColumn(transaction, table, "d");
        await AppendAsync(
            transaction, table, [Value.BigInt(3), Value.Text("text 3"), Value.BigInt(30), Value.BigInt(300)]);
        Assert.Equal([4, 4, 4], Read(transaction.GetTable(table)).Select(r => r.Length));
        transaction.RollBackTo(saved);
        Assert.Equal(["NULL", "20"], Read(transaction.GetTable(table)).Select(r => $"{r[2]}"));
        AddColumn(transaction, table, "e");
        await transaction.CommitAsync();
        await store.CrashAndReopenAsync();
        await using Transaction after = store.Tables.Begin();
        Assert.Equal(["id", "text", "c", "e"], after.GetTable(table).Definition.Columns.Select(c => c.Name));
        Assert.Equal(["NULL|NULL", "20|NULL"], Read(after.GetTable(table)).Select(r => $"{r[2]}|{r[3]}"));
    }

    [Fact]
    public async Task Rows_of_another_definition_do_not_pass_an_alteration()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await using Transaction writer = store.Tables.Begin();
        await StoreHarness.InsertAsync(writer, table, 1);
        await AlterAsync(store, table, d => d with { Comment = "altered" });
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () => await writer.CommitAsync());
        Assert.Equal(SqlStates.SerializationFailure, error.SqlState);
        Assert.Empty(await store.ReadAsync(table));
    }

    [Fact]
    public async Task A_renamed_table_keeps_its_rows()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync("old");
        await store.InsertAsync(table, 1);
        await using (Transaction transaction = store.Tables.Begin())
        {
            transaction.Rename(NameSpace.Relation, Public, "old", Public, "new");
            Assert.Null(transaction.FindTable(Public, "old"));
            await transaction.CommitAsync();
        }
        await using Transaction after = store.Tables.Begin();
        Assert.Equal(table, after.FindTable(Public, "new")!.TableId);
        Assert.Null(after.FindTable(Public, "old"));
    }

    [Fact]
    public async Task A_dropped_table_comes_back_with_its_rows()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2);
        await DropAsync(store, "t");
        await Assert.ThrowsAsync<QueryException>(async () => await store.InsertAsync(table, 3));
        await store.CrashAndReopenAsync();
        await using (Transaction transaction = store.Tables.Begin())
        {
            Assert.Null(transaction.FindTable(Public, "t"));
            Assert.Equal(table, transaction.Undrop(Public, "t"));
            await transaction.CommitAsync();
        }
        await store.InsertAsync(table, 3);
        Assert.Equal([1, 2, 3], await store.ReadAsync(table));
    }

    [Fact]
    public async Task A_clone_shares_rows_and_then_goes_its_own_way()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2, 3);
        await store.DeleteAsync(table, 2);
        long clone;
        await using (Transaction transaction = store.Tables.Begin())
        {
            clone = transaction.Clone(table, Public, "copy");
            Assert.Equal([1, 3], StoreHarness.Ids(transaction.GetTable(clone)));
            await transaction.CommitAsync();
        }
        await store.InsertAsync(table, 4);
        await store.DeleteAsync(clone, 1);
        await store.InsertAsync(clone, 5);
        await store.CrashAndReopenAsync();
        Assert.Equal([1, 3, 4], await store.ReadAsync(table));
        Assert.Equal([3, 5], await store.ReadAsync(clone));
        Assert.Equal(2, store.Tables.Follower.Newest.FindHead(clone)!.RowCount);
        // The rows stay when the table that had them first goes.
        await DropAsync(store, "t");
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.Embedded.Maintenance.RunOnceAsync();
        await store.CrashAndReopenAsync();
        Assert.Equal([3, 5], await store.ReadAsync(clone));
    }

    private static async Task DropAsync(StoreHarness store, string name)
    {
        await using Transaction transaction = store.Tables.Begin();
        transaction.Drop(NameSpace.Relation, Public, name);
        await transaction.CommitAsync();
    }

    private static async Task AlterAsync(
        StoreHarness store, long table, Func<TableDefinition, TableDefinition> alter)
    {
        await using Transaction transaction = store.Tables.Begin();
        transaction.AlterTable(table, alter);
        await transaction.CommitAsync();
    }

    private static void AddColumn(Transaction transaction, long table, string name) =>
        transaction.AlterTable(table, d => d with
        {
            Columns = d.Columns.Add(new TableColumn(d.NextColumnId, name, LogicalType.BigInt)),
            NextColumnId = d.NextColumnId + 1,
        });

    private static async Task AppendAsync(Transaction transaction, long table, params Value[][] rows)
    {
        await using TableWriter writer = transaction.BeginInsert(table);
        using Batch batch = StoreRows.Batch(writer.Definition.Schema, rows);
        writer.StartLane().Append(batch);
        await transaction.FinishInsertAsync(writer);
    }

    private static List<Value[]> Read(TableSnapshot snapshot)
    {
        List<Value[]> rows = [];
        foreach (SnapshotSegment segment in snapshot.Segments)
        {
            using SegmentRowReader reader = new(segment, snapshot.Definition.Columns);
            using Batch batch = reader.CreateBatch();
            while (reader.Read(batch)) rows.AddRange(StoreRows.Values(batch).Select(r => r.ToArray()));
        }
        return rows;
    }

    private static void AssertState(string state, Action action) =>
        Assert.Equal(state, Assert.Throws<QueryException>(action).SqlState);
}
