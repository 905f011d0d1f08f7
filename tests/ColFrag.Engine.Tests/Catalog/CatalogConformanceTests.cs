using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Catalog;

/// <summary>
/// What every provider of <see cref="ICatalog"/> must do. A provider's tests derive from this; nothing here looks at
/// absolute revisions, keys outside its own prefix, or the provider's type.
/// </summary>
public abstract class CatalogConformanceTests : IAsyncLifetime
{
    private ICatalog _catalog = null!;

    public async Task InitializeAsync() => _catalog = await OpenAsync();

    public async Task DisposeAsync()
    {
        await _catalog.DisposeAsync();
        await CloseAsync();
    }

    [CatalogFact]
    public async Task What_was_put_is_read_with_the_revision_that_put_it()
    {
        CatalogOutcome put = await Commit(t => t.Put(Key("a"), Bytes("1")));
        CatalogEntries read = await _catalog.ReadAsync(CatalogRead.Of(Key("a")));
        Assert.True(put.Succeeded);
        Assert.Equal("1", Text(read.Single!));
        Assert.Equal(put.Revision, read.Single!.ModRevision);
        Assert.Equal(put.Revision, read.Single!.CreateRevision);
        Assert.True(read.Revision >= put.Revision);
    }

    [CatalogFact]
    public async Task A_second_put_keeps_the_revision_of_creation_and_a_delete_forgets_it()
    {
        CatalogOutcome first = await Commit(t => t.Put(Key("a"), Bytes("1")));
        CatalogOutcome second = await Commit(t => t.Put(Key("a"), Bytes("2")));
        CatalogEntry entry = (await _catalog.ReadAsync(CatalogRead.Of(Key("a")))).Single!;
        Assert.Equal((first.Revision, second.Revision), (entry.CreateRevision, entry.ModRevision));
        Assert.True(second.Revision > first.Revision);
        await Commit(t => t.Delete(Key("a")));
        Assert.Null((await _catalog.ReadAsync(CatalogRead.Of(Key("a")))).Single);
        CatalogOutcome third = await Commit(t => t.Put(Key("a"), Bytes("3")));
        entry = (await _catalog.ReadAsync(CatalogRead.Of(Key("a")))).Single!;
        Assert.Equal(third.Revision, entry.CreateRevision);
    }

    [CatalogFact]
    public async Task A_range_is_read_in_the_order_of_bytes_up_to_its_limit()
    {
        string[] names = ["r/", "r/a", "r/a/b", "r/b", "r/é", "r/\uFFFD", "r/😀"];
        await Commit(t =>
        {
            foreach (string name in names.Reverse()) t.Put(Key(name), Bytes(name));
            t.Put(Key("s"), Bytes("after"));
        });
        CatalogEntries all = await _catalog.ReadAsync(CatalogRead.Prefix("r/"));
        Assert.Equal(names, all.Entries.Select(Text));
        Assert.False(all.HasMore);
        CatalogEntries some = await _catalog.ReadAsync(CatalogRead.Prefix("r/") with { Limit = 3 });
        Assert.Equal(names[..3], some.Entries.Select(Text));
        Assert.True(some.HasMore);
        CatalogKeyRange rest = new(some.Entries[^1].Key.Successor(), Key("r/").EndOfPrefix());
        Assert.Equal(names[3..], (await _catalog.ReadAsync(new CatalogRead(rest))).Entries.Select(Text));
        Assert.Equal(["r/b"], (await _catalog.ReadAsync(
            new CatalogRead(new CatalogKeyRange(Key("r/b"), Key("r/é"))))).Entries.Select(Text));
    }

    [CatalogFact]
    public async Task Keys_and_values_are_any_bytes()
    {
        CatalogKey key = new([1, 0, 255, 254, 0]);
        byte[] value = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        await Commit(t => t.Put(key, value).Put(Key("empty"), Array.Empty<byte>()));
        Assert.Equal(value, (await _catalog.ReadAsync(CatalogRead.Of(key))).Single!.Value.ToArray());
        Assert.Equal(0, (await _catalog.ReadAsync(CatalogRead.Of(Key("empty")))).Single!.Value.Length);
    }

    [CatalogFact]
    public async Task The_largest_value_is_taken_and_a_larger_one_refused()
    {
        byte[] value = new byte[CatalogTransaction.MaxValueBytes];
        await Commit(t => t.Put(Key("large"), value));
        Assert.Equal(value.Length, (await _catalog.ReadAsync(CatalogRead.Of(Key("large")))).Single!.Value.Length);
        QueryException error = Assert.Throws<QueryException>(
            () => new CatalogTransaction().Put(Key("larger"), new byte[value.Length + 1]));
        Assert.Equal(SqlStates.ProgramLimitExceeded, error.SqlState);
    }

    [CatalogFact]
    public async Task A_transaction_with_all_operations_it_may_have_is_taken()
    {
        CatalogOutcome outcome = await Commit(t =>
        {
            for (int i = 0; i < CatalogTransaction.MaxOperations; i++)
            {
                t.WhenAbsent(Key($"many/{i:d3}")).Put(Key($"many/{i:d3}"), Bytes("x"));
            }
        });
        Assert.True(outcome.Succeeded);
        CatalogEntries read = await _catalog.ReadAsync(CatalogRead.Prefix("many/"));
        Assert.Equal(CatalogTransaction.MaxOperations, read.Entries.Length);
        Assert.All(read.Entries, e => Assert.Equal(outcome.Revision, e.ModRevision));
    }

    [CatalogFact]
    public async Task An_absent_key_is_compared_as_revision_zero()
    {
        Assert.True((await Commit(t => t.WhenAbsent(Key("a")).Put(Key("a"), Bytes("1")))).Succeeded);
        Assert.False((await Commit(t => t.WhenAbsent(Key("a")).Put(Key("a"), Bytes("2")))).Succeeded);
        await Commit(t => t.Delete(Key("a")));
        Assert.True((await Commit(t => t.WhenAbsent(Key("a")).Put(Key("a"), Bytes("3")))).Succeeded);
    }

    [CatalogFact]
    public async Task A_compare_of_the_revision_of_change_fails_after_a_change()
    {
        long revision = (await Commit(t => t.Put(Key("a"), Bytes("1")))).Revision;
        CatalogOutcome next = await Commit(t => t.WhenUnchanged(Key("a"), revision).Put(Key("a"), Bytes("2")));
        Assert.True(next.Succeeded);
        Assert.False((await Commit(t => t.WhenUnchanged(Key("a"), revision).Put(Key("a"), Bytes("3")))).Succeeded);
        await Commit(t => t.Delete(Key("a")));
        Assert.False((await Commit(t => t.WhenUnchanged(Key("a"), next.Revision).Put(Key("b"), Bytes("4")))).Succeeded);
    }

    [CatalogFact]
    public async Task A_compare_of_the_revision_of_creation_outlasts_changes_and_not_a_deletion()
    {
        long created = (await Commit(t => t.Put(Key("a"), Bytes("1")))).Revision;
        await Commit(t => t.Put(Key("a"), Bytes("2")));
        Assert.True((await Commit(t => t.WhenCreatedAt(Key("a"), created).Put(Key("b"), Bytes("x")))).Succeeded);
        await Commit(t => t.Delete(Key("a")));
        await Commit(t => t.Put(Key("a"), Bytes("1")));
        Assert.False((await Commit(t => t.WhenCreatedAt(Key("a"), created).Put(Key("b"), Bytes("y")))).Succeeded);
    }

    [CatalogFact]
    public async Task A_compare_of_the_value_looks_at_its_bytes()
    {
        await Commit(t => t.Put(Key("a"), Bytes("1")));
        Assert.True((await Commit(t => t.WhenValue(Key("a"), Bytes("1")).Put(Key("b"), Bytes("x")))).Succeeded);
        Assert.False((await Commit(t => t.WhenValue(Key("a"), Bytes("2")).Put(Key("b"), Bytes("y")))).Succeeded);
        Assert.False((await Commit(t => t.WhenValue(Key("none"), Bytes("")).Put(Key("b"), Bytes("z")))).Succeeded);
        Assert.Equal("x", Text((await _catalog.ReadAsync(CatalogRead.Of(Key("b")))).Single!));
    }

    [CatalogFact]
    public async Task One_compare_that_does_not_hold_undoes_everything_and_the_reads_say_why()
    {
        await Commit(t => t.Put(Key("a"), Bytes("1")));
        CatalogOutcome outcome = await Commit(t => t
            .WhenAbsent(Key("b")).WhenAbsent(Key("a"))
            .Put(Key("b"), Bytes("x")).Delete(Key("a"))
            .ReadOnConflict(CatalogRead.Of(Key("a"))).ReadOnConflict(CatalogRead.Of(Key("b"))));
        Assert.False(outcome.Succeeded);
        Assert.Equal("1", Text(outcome.Reads[0].Single!));
        Assert.Null(outcome.Reads[1].Single);
        Assert.Null((await _catalog.ReadAsync(CatalogRead.Of(Key("b")))).Single);
        Assert.NotNull((await _catalog.ReadAsync(CatalogRead.Of(Key("a")))).Single);
    }

    [CatalogFact]
    public async Task What_changes_nothing_makes_no_revision()
    {
        long before = (await _catalog.ReadAsync(CatalogRead.Of(Key("a")))).Revision;
        CatalogOutcome nothing = await Commit(t => t.Delete(Key("a")));
        CatalogOutcome refused = await Commit(t => t.WhenUnchanged(Key("a"), 1).Put(Key("b"), Bytes("x")));
        Assert.True(nothing.Succeeded);
        Assert.False(refused.Succeeded);
        Assert.Equal(before, (await _catalog.ReadAsync(CatalogRead.Of(Key("a")))).Revision);
    }

    [CatalogFact]
    public async Task An_earlier_revision_is_read_as_it_was()
    {
        long first = (await Commit(t => t.Put(Key("h/a"), Bytes("1")).Put(Key("h/b"), Bytes("1")))).Revision;
        long second = (await Commit(t => t.Put(Key("h/a"), Bytes("2")).Delete(Key("h/b")))).Revision;
        await Commit(t => t.Delete(Key("h/a")));
        CatalogEntries old = await _catalog.ReadAsync(CatalogRead.Prefix("h/") with { Revision = first });
        Assert.Equal(["1", "1"], old.Entries.Select(Text));
        CatalogEntries newer = await _catalog.ReadAsync(CatalogRead.Prefix("h/") with { Revision = second });
        Assert.Equal(["2"], newer.Entries.Select(Text));
    }

    [CatalogFact]
    public async Task A_watch_sees_every_change_of_its_keys_once_and_in_order()
    {
        long start = (await Commit(t => t.Put(Key("w/a"), Bytes("0")))).Revision;
        await using ICatalogWatch watch = await _catalog.WatchAsync(CatalogKeyRange.Prefix("w/"), start + 1);
        List<long> revisions = [];
        for (int i = 1; i <= 20; i++)
        {
            string value = $"{i}";
            revisions.Add(
                (await Commit(t => t.Put(Key("w/a"), Bytes(value)).Put(Key("other"), Bytes(value)))).Revision);
        }
        revisions.Add((await Commit(t => t.Delete(Key("w/a")).Put(Key("w/b"), Bytes("new")))).Revision);
        for (int i = 1; i <= 20; i++)
        {
            CatalogChanges changes = await Next(watch);
            Assert.Equal(revisions[i - 1], changes.Revision);
            Assert.Equal($"{i}", Text(Assert.Single(changes.Changes).Entry!));
        }
        CatalogChanges last = await Next(watch);
        Assert.Equal(revisions[^1], last.Revision);
        Assert.True(last.Changes.Single(c => c.Key == Key("w/a")).IsDelete);
        Assert.Equal("new", Text(last.Changes.Single(c => c.Key == Key("w/b")).Entry!));
    }

    [CatalogFact]
    public async Task A_watch_begins_with_what_happened_before_it()
    {
        long first = (await Commit(t => t.Put(Key("w/a"), Bytes("1")))).Revision;
        await Commit(t => t.Put(Key("w/a"), Bytes("2")));
        await Commit(t => t.Put(Key("w/a"), Bytes("3")));
        await using ICatalogWatch watch = await _catalog.WatchAsync(CatalogKeyRange.Prefix("w/"), first + 1);
        Assert.Equal("2", Text((await Next(watch)).Changes[0].Entry!));
        Assert.Equal("3", Text((await Next(watch)).Changes[0].Entry!));
        await using ICatalogWatch again = await _catalog.WatchAsync(CatalogKeyRange.Prefix("w/"), first);
        Assert.Equal("1", Text((await Next(again)).Changes[0].Entry!));
    }

    [CatalogFact]
    public async Task A_watch_says_how_far_it_has_come_when_it_is_asked()
    {
        long start = (await Commit(t => t.Put(Key("w"), Bytes("1")))).Revision;
        await using ICatalogWatch watch = await _catalog.WatchAsync(CatalogKeyRange.Prefix("w"), start + 1);
        long last = (await Commit(t => t.Put(Key("other"), Bytes("2")))).Revision;
        await watch.RequestProgressAsync();
        CatalogChanges progress;
        do progress = await watch.NextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        while (progress.Revision < last);
        Assert.Empty(progress.Changes);
        await Commit(t => t.Put(Key("w"), Bytes("3")));
        Assert.Equal("3", Text((await Next(watch)).Changes[0].Entry!));
    }

    [CatalogFact]
    public async Task A_watch_waits_and_can_be_cancelled()
    {
        long now = (await _catalog.ReadAsync(CatalogRead.Of(Key("w")))).Revision;
        await using ICatalogWatch watch = await _catalog.WatchAsync(CatalogKeyRange.Prefix("w"), now + 1);
        using CancellationTokenSource cancel = new();
        Task<CatalogChanges> waiting = watch.NextAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Task<CatalogChanges> next = watch.NextAsync().AsTask();
        await Commit(t => t.Put(Key("w"), Bytes("late")));
        Assert.Equal("late", Text((await next).Changes[0].Entry!));
    }

    [CatalogFact]
    public async Task Concurrent_increments_guarded_by_the_revision_are_all_counted()
    {
        await Commit(t => t.Put(Key("n"), BitConverter.GetBytes(0)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Increment(25)));
        Assert.Equal(
            200, BitConverter.ToInt32((await _catalog.ReadAsync(CatalogRead.Of(Key("n")))).Single!.Value.Span));

        async Task Increment(int times)
        {
            await Task.Yield();
            while (times > 0)
            {
                CatalogEntry entry = (await _catalog.ReadAsync(CatalogRead.Of(Key("n")))).Single!;
                byte[] next = BitConverter.GetBytes(BitConverter.ToInt32(entry.Value.Span) + 1);
                CatalogOutcome outcome = await Commit(
                    t => t.WhenUnchanged(Key("n"), entry.ModRevision).Put(Key("n"), next));
                if (outcome.Succeeded) times--;
            }
        }
    }

    [CatalogFact]
    public async Task A_key_goes_with_its_lease_and_not_before()
    {
        ICatalogLease lease = await _catalog.GrantLeaseAsync(LeaseTime);
        await Commit(t => t.Put(Key("l/a"), Bytes("1"), lease.Id).Put(Key("l/b"), Bytes("2")));
        Assert.Equal(lease.Id, (await _catalog.ReadAsync(CatalogRead.Of(Key("l/a")))).Single!.LeaseId);
        for (int i = 0; i < 4; i++)
        {
            await ElapseAsync(LeaseTime / 2);
            Assert.True(await lease.KeepAliveAsync());
        }
        Assert.NotNull((await _catalog.ReadAsync(CatalogRead.Of(Key("l/a")))).Single);
        long now = (await _catalog.ReadAsync(CatalogRead.Of(Key("l/a")))).Revision;
        await using ICatalogWatch watch = await _catalog.WatchAsync(CatalogKeyRange.Prefix("l/"), now + 1);
        await ElapseAsync(LeaseTime * 2.5);
        CatalogChanges gone = await Next(watch);
        Assert.True(Assert.Single(gone.Changes).IsDelete);
        Assert.False(await lease.KeepAliveAsync());
        Assert.NotNull((await _catalog.ReadAsync(CatalogRead.Of(Key("l/b")))).Single);
        await Assert.ThrowsAsync<ClusterException>(() => Commit(t => t.Put(Key("l/a"), Bytes("1"), lease.Id)));
    }

    [CatalogFact]
    public async Task A_revoked_lease_takes_its_keys_at_once()
    {
        ICatalogLease lease = await _catalog.GrantLeaseAsync(TimeSpan.FromMinutes(1));
        await Commit(t => t.Put(Key("l"), Bytes("1"), lease.Id));
        await lease.DisposeAsync();
        Assert.Null((await _catalog.ReadAsync(CatalogRead.Of(Key("l")))).Single);
        Assert.False(await lease.KeepAliveAsync());
    }

    [CatalogFact]
    public async Task A_put_without_the_lease_frees_the_key_from_it()
    {
        ICatalogLease lease = await _catalog.GrantLeaseAsync(TimeSpan.FromMinutes(1));
        await Commit(t => t.Put(Key("l"), Bytes("1"), lease.Id));
        await Commit(t => t.Put(Key("l"), Bytes("2")));
        await lease.DisposeAsync();
        Assert.Equal("2", Text((await _catalog.ReadAsync(CatalogRead.Of(Key("l")))).Single!));
    }

    /// <summary>An empty catalog.</summary>
    private protected abstract ValueTask<ICatalog> OpenAsync();

    /// <summary>The time to live of a lease that is waited for.</summary>
    private protected virtual TimeSpan LeaseTime => TimeSpan.FromSeconds(2);

    /// <summary>Lets time pass for leases.</summary>
    private protected abstract Task ElapseAsync(TimeSpan time);

    /// <summary>Removes what <see cref="OpenAsync"/> made besides the catalog.</summary>
    private protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    private static async Task<CatalogChanges> Next(ICatalogWatch watch)
    {
        while (true)
        {
            CatalogChanges changes = await watch.NextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
            if (changes.Changes.Count > 0) return changes;
        }
    }

    private static CatalogKey Key(string text) => new(text);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(CatalogEntry entry) => Encoding.UTF8.GetString(entry.Value.Span);

    private async Task<CatalogOutcome> Commit(Action<CatalogTransaction> build)
    {
        CatalogTransaction transaction = new();
        build(transaction);
        return await _catalog.CommitAsync(transaction);
    }
}
