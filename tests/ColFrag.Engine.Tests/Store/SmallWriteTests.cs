using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Store;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Store;

/// <summary>Rows through the journal: seen at once, kept by a crash, deleted and replaced.</summary>
public sealed class SmallWriteTests
{
    [Fact]
    public async Task Inserted_rows_are_seen_and_outlast_a_crash()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2, 3);
        await store.InsertAsync(table, 4);
        Assert.Equal([1, 2, 3, 4], await store.ReadAsync(table));
        await store.CrashAndReopenAsync();
        Assert.Equal([1, 2, 3, 4], await store.ReadAsync(table));
        await store.InsertAsync(table, 5);
        await store.CloseAndReopenAsync();
        Assert.Equal([1, 2, 3, 4, 5], await store.ReadAsync(table));
    }

    [Fact]
    public async Task Rows_of_an_open_transaction_are_its_own()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1);
        await using Transaction transaction = store.Tables.Begin();
        await StoreHarness.InsertAsync(transaction, table, 2);
        Assert.Equal([1, 2], StoreHarness.Ids(transaction.GetTable(table)));
        Assert.Equal([1], await store.ReadAsync(table));
        await store.InsertAsync(table, 3);
        Assert.Equal([1, 2], StoreHarness.Ids(transaction.GetTable(table)));
        await transaction.CommitAsync();
        Assert.Equal([1, 3, 2], await store.ReadAsync(table));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_transaction_that_is_given_up()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await using (Transaction transaction = store.Tables.Begin())
        {
            await StoreHarness.InsertAsync(transaction, table, 1);
            transaction.CreateTable(TableStore.DefaultSchema, "u", StoreHarness.Define());
        }
        Assert.Empty(await store.ReadAsync(table));
        await using Transaction after = store.Tables.Begin();
        Assert.Null(after.FindTable(TableStore.DefaultSchema, "u"));
        Assert.NotNull(after.FindTable(TableStore.DefaultSchema, "t"));
        Assert.Equal(1, store.Tables.Pins.Count);
    }

    [Fact]
    public async Task Deleted_rows_are_gone_and_stay_gone()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, Enumerable.Range(0, 100).Select(i => (long)i));
        Assert.Equal(50, await store.DeleteAsync(table, Enumerable.Range(0, 50).Select(i => 2L * i)));
        Assert.Equal(1, await store.DeleteAsync(table, 1, 2));
        List<long> expected = [.. Enumerable.Range(1, 49).Select(i => (2L * i) + 1)];
        Assert.Equal(expected, await store.ReadAsync(table));
        await store.CrashAndReopenAsync();
        Assert.Equal(expected, await store.ReadAsync(table));
        Assert.Equal(49, await store.DeleteAsync(table, expected));
        Assert.Empty(await store.ReadAsync(table));
        await using Transaction transaction = store.Tables.Begin();
        Assert.Empty(transaction.GetTable(table).Segments);
    }

    [Fact]
    public async Task A_transaction_deletes_its_own_rows_too_and_counts_each_once()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2);
        await using Transaction transaction = store.Tables.Begin();
        await StoreHarness.InsertAsync(transaction, table, 3, 4);
        TableSnapshot before = transaction.GetTable(table);
        Assert.Equal(2, StoreHarness.Delete(transaction, table, 1, 3));
        Assert.Equal(
            0, transaction.Delete(before, StoreHarness.RowsOf(before).Where(r => r.Id is 1 or 3).Select(r => r.RowId)));
        Assert.Equal([2, 4], StoreHarness.Ids(transaction.GetTable(table)));
        await transaction.CommitAsync();
        await store.CrashAndReopenAsync();
        Assert.Equal([2, 4], await store.ReadAsync(table));
    }

    [Fact]
    public async Task Two_transactions_that_delete_different_rows_both_commit()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2, 3);
        await using Transaction first = store.Tables.Begin();
        await using Transaction second = store.Tables.Begin();
        StoreHarness.Delete(first, table, 1);
        StoreHarness.Delete(second, table, 2);
        await first.CommitAsync();
        await second.CommitAsync();
        Assert.Equal([3], await store.ReadAsync(table));
    }

    [Fact]
    public async Task Of_two_transactions_that_delete_the_same_row_the_second_fails_and_leaves_nothing()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2, 3);
        await using Transaction first = store.Tables.Begin();
        await using Transaction second = store.Tables.Begin();
        StoreHarness.Delete(first, table, 1);
        StoreHarness.Delete(second, table, 1, 2);
        await StoreHarness.InsertAsync(second, table, 10);
        await first.CommitAsync();
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () => await second.CommitAsync());
        Assert.Equal(SqlStates.SerializationFailure, error.SqlState);
        Assert.Equal([2, 3], await store.ReadAsync(table));
    }

    [Fact]
    public async Task A_savepoint_undoes_what_came_after_it()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2);
        await using Transaction transaction = store.Tables.Begin();
        await StoreHarness.InsertAsync(transaction, table, 3);
        TransactionState saved = transaction.Save();
        await StoreHarness.InsertAsync(transaction, table, 4);
        StoreHarness.Delete(transaction, table, 1, 3);
        transaction.CreateTable(TableStore.DefaultSchema, "u", StoreHarness.Define());
        Assert.Equal([2, 4], StoreHarness.Ids(transaction.GetTable(table)));
        transaction.RollBackTo(saved);
        Assert.Equal([1, 2, 3], StoreHarness.Ids(transaction.GetTable(table)));
        Assert.Null(transaction.FindTable(TableStore.DefaultSchema, "u"));
        await transaction.CommitAsync();
        Assert.Equal([1, 2, 3], await store.ReadAsync(table));
    }

    [Fact]
    public async Task A_transaction_over_two_tables_is_seen_as_a_whole()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long a = await store.CreateTableAsync("a"), b = await store.CreateTableAsync("b");
        await store.InsertAsync(a, 1);
        await using Transaction reader = store.Tables.Begin();
        await using (Transaction writer = store.Tables.Begin())
        {
            StoreHarness.Delete(writer, a, 1);
            await StoreHarness.InsertAsync(writer, b, 1);
            CommitOutcome outcome = await writer.CommitAsync();
            Assert.Equal(2, outcome.Versions.Length);
        }
        Assert.Equal([1], StoreHarness.Ids(reader.GetTable(a)));
        Assert.Empty(StoreHarness.Ids(reader.GetTable(b)));
        Assert.Empty(await store.ReadAsync(a));
        Assert.Equal([1], await store.ReadAsync(b));
    }

    [Fact]
    public async Task Truncation_removes_what_was_seen_and_not_what_came_meanwhile()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2, 3);
        await using Transaction transaction = store.Tables.Begin();
        await StoreHarness.InsertAsync(transaction, table, 4);
        Assert.Equal(4, transaction.Truncate(table));
        await StoreHarness.InsertAsync(transaction, table, 5);
        Assert.Equal([5], StoreHarness.Ids(transaction.GetTable(table)));
        await store.InsertAsync(table, 6);
        await transaction.CommitAsync();
        Assert.Equal([6, 5], await store.ReadAsync(table));
    }

    [Fact]
    public async Task Rows_go_to_the_ranges_of_their_hashes()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync("t", new FragmentScheme(Distribution.Hash, [1]), ranges: 7);
        await store.InsertAsync(table, Enumerable.Range(0, 500).Select(i => (long)i));
        await using Transaction transaction = store.Tables.Begin();
        TableSnapshot snapshot = transaction.GetTable(table);
        Assert.Equal(7, snapshot.Segments.Length);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), StoreHarness.Ids(snapshot).Order());
        foreach (SnapshotSegment segment in snapshot.Segments)
        {
            HashRange range = segment.Record.Range;
            using SegmentRowReader reader = new(segment, snapshot.Definition.Columns);
            using Batch batch = reader.CreateBatch();
            while (reader.Read(batch))
            {
                for (int row = 0; row < batch.Count; row++)
                {
                    Assert.True(range.Contains(KeyPosition.Of([batch.Columns[0].GetValue(row)])));
                }
            }
        }
    }

    [Fact]
    public async Task A_null_where_none_may_be_is_refused_and_nothing_is_kept()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await using Transaction transaction = store.Tables.Begin();
        await using (TableWriter writer = transaction.BeginInsert(table))
        {
            using Batch batch = StoreHarness.Rows(1, 2);
            batch.Columns[0].SetNull(1);
            QueryException error = Assert.Throws<QueryException>(() => writer.StartLane().Append(batch));
            Assert.Equal(SqlStates.NotNullViolation, error.SqlState);
            batch.BeginMask()[1] = false;
            writer.StartLane().Append(batch);
            Assert.Equal(1, await transaction.FinishInsertAsync(writer));
        }
        Assert.Equal([1], StoreHarness.Ids(transaction.GetTable(table)));
    }

    [Fact]
    public async Task Concurrent_inserts_are_all_there_and_share_commits()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++) await store.InsertAsync(table, (w * 100) + i);
        })));
        Assert.Equal(
            Enumerable.Range(0, 8).SelectMany(w => Enumerable.Range(0, 20).Select(i => (long)((w * 100) + i))),
            (await store.ReadAsync(table)).Order());
        TableHead head = store.Tables.Follower.Newest.FindHead(table)!;
        Assert.Equal((160, 160), (head.RowCount, head.SegmentCount));
        Assert.True(head.Version <= 161);
    }

    [Fact]
    public async Task A_load_that_is_sent_again_is_committed_once()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        LoadId load = LoadId.Of("file 1");
        long version = await Load(new AttemptId(load, 1));
        await store.InsertAsync(table, 9);
        Assert.Equal(version, await Load(new AttemptId(load, 2)));
        Assert.Equal([1, 2, 9], await store.ReadAsync(table));
        await store.CrashAndReopenAsync();
        Assert.Equal(version, await Load(new AttemptId(load, 3)));
        Assert.Equal([1, 2, 9], await store.ReadAsync(table));

        async Task<long> Load(AttemptId attempt)
        {
            await using Transaction transaction = store.Tables.Begin();
            await StoreHarness.InsertAsync(transaction, table, 1, 2);
            return (await transaction.CommitAsync(attempt)).Versions[0];
        }
    }
}
