using System.Globalization;
using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Etcd;

namespace ColFrag.Cluster.Tests.Catalog;

/// <summary>etcd with members that are killed and paused, that are full, and that forget.</summary>
public sealed class EtcdFaultTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Guid _cluster = Guid.NewGuid();

    [JudgedFact(Judge.Etcd)]
    public async Task Members_that_are_killed_and_paused_lose_nothing_and_do_nothing_twice()
    {
        using EtcdPeer etcd = await EtcdPeer.StartAsync(new EtcdSettings { MemberCount = 3 });
        await using EtcdCatalog catalog = await OpenAsync(etcd);
        await catalog.CommitAsync(new CatalogTransaction().Put(Key("n/count"), Bytes("0")));
        await using CatalogFollower follower =
            await CatalogFollower.StartAsync(catalog, SystemClock.Instance, SystemRandom.Instance);
        using CancellationTokenSource stop = new();
        Task<int>[] writers = [.. Enumerable.Range(0, 4).Select(writer => WriteAsync(etcd, writer, stop.Token))];

        await WaitForCountAsync(catalog, 50);
        int leader = await etcd.LeaderAsync();
        etcd.Kill(leader);
        await WaitForCountAsync(catalog, await CountAsync(catalog) + 50);
        await etcd.UpAsync();
        leader = await etcd.LeaderAsync();
        etcd.Pause(leader);
        await WaitForCountAsync(catalog, await CountAsync(catalog) + 50);
        etcd.Continue(leader);
        etcd.Kill((leader + 1) % 3);
        await WaitForCountAsync(catalog, await CountAsync(catalog) + 50);
        await etcd.UpAsync();

        await stop.CancelAsync();
        int acknowledged = (await Task.WhenAll(writers)).Sum();
        int count = await CountAsync(catalog);
        CatalogEntries done = await catalog.ReadAsync(CatalogRead.Prefix("n/done/"));
        Assert.Equal(acknowledged, count);
        Assert.Equal(acknowledged, done.Entries.Length);
        CatalogSnapshot followed = await follower.GetStrongAsync().AsTask().WaitAsync(s_patience);
        Assert.Equal(
            done.Entries.Select(e => (e.Key.ToString(), e.ModRevision)),
            followed.State.Read(CatalogKeyRange.Prefix("n/done/"), 0).Entries
                .Select(e => (e.Key.ToString(), e.ModRevision)));
    }

    [JudgedFact(Judge.Etcd)]
    public async Task What_became_of_a_transaction_is_found_out_when_its_answer_is_lost()
    {
        using EtcdPeer etcd = await EtcdPeer.StartAsync();
        using TcpProxy proxy = new("127.0.0.1", etcd.ClientPortOf(0));
        EtcdOptions options = EtcdOptions.Parse($"etcd://{proxy.Address}") with
        {
            TryTimeout = TimeSpan.FromMilliseconds(300), Patience = TimeSpan.FromSeconds(60),
        };
        await using EtcdCatalog catalog = await EtcdCatalog.OpenAsync(
            options, _cluster, SystemClock.Instance, SystemRandom.Instance);
        CatalogKey key = Key("n/count");
        long revision = (await catalog.CommitAsync(new CatalogTransaction().Put(key, Bytes("0")))).Revision;
        for (int i = 1; i <= 20; i++)
        {
            // Every other one takes effect before its answer is lost; a third of the others never arrives.
            if (i % 2 == 0) proxy.SwallowsAnswers = true;
            else if (i % 3 == 0) proxy.SwallowsRequests = true;
            ValueTask<CatalogOutcome> commit = catalog.CommitAsync(
                new CatalogTransaction().WhenUnchanged(key, revision).Put(key, Bytes($"{i}")));
            if (i % 2 == 0) await WaitForCountAsync(etcd, i);
            proxy.Mend();
            CatalogOutcome outcome = await commit;
            Assert.True(outcome.Succeeded);
            revision = outcome.Revision;
            CatalogEntry now = (await catalog.ReadAsync(CatalogRead.Of(key))).Single!;
            Assert.Equal((i, revision), (Number(now), now.ModRevision));
        }
        // Whoever was refused hears that, and not of the loss.
        proxy.SwallowsAnswers = true;
        Task<CatalogOutcome> refused = catalog.CommitAsync(
            new CatalogTransaction().WhenAbsent(key).Put(key, Bytes("100"))
                .ReadOnConflict(CatalogRead.Of(key))).AsTask();
        await Task.WhenAny(refused, Task.Delay(TimeSpan.FromMilliseconds(500)));
        proxy.Mend();
        Assert.False((await refused).Succeeded);
        Assert.Equal(20, Number((await refused).Reads[0].Single!));
        Assert.Equal(20, await CountAsync(catalog));
    }

    private async Task WaitForCountAsync(EtcdPeer etcd, int wanted)
    {
        await using EtcdCatalog direct = await OpenAsync(etcd);
        await WaitForCountAsync(direct, wanted);
    }

    [JudgedFact(Judge.Etcd)]
    public async Task A_full_etcd_refuses_writes_with_advice_and_goes_on_once_there_is_room()
    {
        using EtcdPeer etcd = await EtcdPeer.StartAsync(
            new EtcdSettings { Arguments = ["--quota-backend-bytes", "4194304"] });
        await using EtcdCatalog catalog = await OpenAsync(etcd);
        byte[] large = new byte[CatalogTransaction.MaxValueBytes];
        ClusterException? refused = null;
        for (int i = 0; i < 1_000 && refused is null; i++)
        {
            try
            {
                await catalog.CommitAsync(new CatalogTransaction().Put(Key($"n/{i}"), large));
            }
            catch (ClusterException error)
            {
                refused = error;
            }
        }
        Assert.Equal(SqlStates.DiskFull, refused!.SqlState);
        Assert.Contains("--quota-backend-bytes", refused.Hint, StringComparison.Ordinal);
        CatalogEntries all = await catalog.ReadAsync(CatalogRead.Prefix("n/"));
        Assert.NotEmpty(all.Entries);

        // How many values fit depends on when etcd last wrote its pages, so that they can be more than one transaction.
        long revision = 0;
        foreach (CatalogEntry[] entries in all.Entries.Chunk(CatalogTransaction.MaxOperations))
        {
            CatalogTransaction delete = new();
            foreach (CatalogEntry entry in entries) delete.Delete(entry.Key);
            revision = (await catalog.CommitAsync(delete)).Revision;
        }
        await etcd.AskAsync(0, "kv/compaction", $$"""{"revision":"{{revision}}","physical":true}""");
        await etcd.AskAsync(0, "maintenance/defragment");
        string member = (await etcd.AskAsync(0, "maintenance/status")).GetProperty("header")
            .GetProperty("member_id").GetString()!;
        await etcd.AskAsync(
            0, "maintenance/alarm", $$"""{"action":"DEACTIVATE","memberID":"{{member}}","alarm":"NOSPACE"}""");
        Assert.True((await catalog.CommitAsync(new CatalogTransaction().Put(Key("n/again"), large))).Succeeded);
    }

    [JudgedFact(Judge.Etcd)]
    public async Task What_is_compacted_is_told_to_who_reads_and_who_watches()
    {
        using EtcdPeer etcd = await EtcdPeer.StartAsync();
        await using EtcdCatalog catalog = await OpenAsync(etcd);
        long first = (await catalog.CommitAsync(new CatalogTransaction().Put(Key("n/a"), Bytes("1")))).Revision;
        long last = 0;
        for (int i = 0; i < 5; i++)
        {
            last = (await catalog.CommitAsync(new CatalogTransaction().Put(Key("n/a"), Bytes($"{i}")))).Revision;
        }
        await etcd.AskAsync(0, "kv/compaction", $$"""{"revision":"{{last}}","physical":true}""");
        await Assert.ThrowsAsync<CatalogCompactedException>(
            () => catalog.ReadAsync(CatalogRead.Of(Key("n/a")) with { Revision = first }).AsTask());
        await using ICatalogWatch watch = await catalog.WatchAsync(CatalogKeyRange.Prefix("n/"), first);
        CatalogCompactedException error = await Assert.ThrowsAsync<CatalogCompactedException>(
            () => watch.NextAsync().AsTask().WaitAsync(s_patience));
        Assert.Equal(last, error.OldestRevision);
        QueryException future = await Assert.ThrowsAsync<QueryException>(
            () => catalog.ReadAsync(CatalogRead.Of(Key("n/a")) with { Revision = last + 100 }).AsTask());
        Assert.Equal(SqlStates.InvalidParameterValue, future.SqlState);
    }

    [JudgedFact(Judge.Etcd)]
    public async Task A_member_of_another_etcd_is_not_believed()
    {
        using EtcdPeer first = await EtcdPeer.StartAsync();
        using EtcdPeer second = await EtcdPeer.StartAsync();
        string both = $"{first.Address},{second.Address["etcd://".Length..]}";
        await using EtcdCatalog catalog = await EtcdCatalog.OpenAsync(
            EtcdOptions.Parse(both), _cluster, SystemClock.Instance, SystemRandom.Instance);
        await catalog.CommitAsync(new CatalogTransaction().Put(Key("n/a"), Bytes("1")));
        first.Kill(0);
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => catalog.ReadAsync(CatalogRead.Of(Key("n/a"))).AsTask());
        Assert.False(error.IsTransient);
        Assert.Contains("another etcd", error.Message, StringComparison.Ordinal);
    }

    [JudgedFact(Judge.Etcd)]
    public async Task Without_a_majority_nothing_is_told_that_may_be_old()
    {
        using EtcdPeer etcd = await EtcdPeer.StartAsync(new EtcdSettings { MemberCount = 3 });
        EtcdOptions options = EtcdOptions.Parse(etcd.Address) with
        {
            TryTimeout = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(4),
        };
        await using EtcdCatalog catalog = await EtcdCatalog.OpenAsync(
            options, _cluster, SystemClock.Instance, SystemRandom.Instance);
        await catalog.CommitAsync(new CatalogTransaction().Put(Key("n/a"), Bytes("1")));
        await using ICatalogWatch watch = await catalog.WatchAsync(CatalogKeyRange.Prefix("n/"), 1);
        await watch.NextAsync().AsTask().WaitAsync(s_patience);
        etcd.Kill(1);
        etcd.Kill(2);
        ClusterException read = await Assert.ThrowsAsync<ClusterException>(
            () => catalog.ReadAsync(CatalogRead.Of(Key("n/a"))).AsTask());
        Assert.True(read.IsTransient);
        await Assert.ThrowsAsync<ClusterException>(
            () => catalog.CommitAsync(new CatalogTransaction().Put(Key("n/a"), Bytes("2"))).AsTask());
        // A watch on a member that has lost the others ends, instead of being silent.
        await Assert.ThrowsAsync<ClusterException>(async () =>
        {
            while (true) await watch.NextAsync().AsTask().WaitAsync(s_patience);
        });
        await etcd.UpAsync();
        CatalogEntry entry = (await catalog.ReadAsync(CatalogRead.Of(Key("n/a")))).Single!;
        Assert.Contains(Encoding.UTF8.GetString(entry.Value.Span), new[] { "1", "2" });
    }

    /// <summary>Counts up until it is told to stop; returns how often.</summary>
    private async Task<int> WriteAsync(EtcdPeer etcd, int writer, CancellationToken stop)
    {
        await using EtcdCatalog catalog = await OpenAsync(etcd);
        int done = 0;
        while (!stop.IsCancellationRequested)
        {
            CatalogKey mark = Key($"n/done/{writer}/{done:d6}");
            if (await TryCountAsync(catalog, mark)) done++;
        }
        return done;
    }

    /// <summary>Counts one up with a mark; an answer that was lost is found by the mark.</summary>
    private static async Task<bool> TryCountAsync(EtcdCatalog catalog, CatalogKey mark)
    {
        try
        {
            if ((await catalog.ReadAsync(CatalogRead.Of(mark))).Single is not null) return true;
            CatalogEntry count = (await catalog.ReadAsync(CatalogRead.Of(Key("n/count")))).Single!;
            int next = Number(count) + 1;
            CatalogOutcome outcome = await catalog.CommitAsync(new CatalogTransaction()
                .WhenUnchanged(count.Key, count.ModRevision).WhenAbsent(mark)
                .Put(count.Key, Bytes(next.ToString(CultureInfo.InvariantCulture))).Put(mark, Bytes("x")));
            return outcome.Succeeded;
        }
        catch (ClusterException error) when (error.IsTransient)
        {
            return false;
        }
    }

    private static async Task WaitForCountAsync(EtcdCatalog catalog, int wanted)
    {
        using CancellationTokenSource limit = new(s_patience);
        while (true)
        {
            try
            {
                if (await CountAsync(catalog) >= wanted) return;
            }
            catch (ClusterException)
            {
                // Nobody leads just now.
            }
            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task<int> CountAsync(EtcdCatalog catalog) =>
        Number((await catalog.ReadAsync(CatalogRead.Of(Key("n/count")))).Single!);

    private static int Number(CatalogEntry entry) =>
        int.Parse(Encoding.UTF8.GetString(entry.Value.Span), CultureInfo.InvariantCulture);

    private static CatalogKey Key(string text) => new(text);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private ValueTask<EtcdCatalog> OpenAsync(EtcdPeer etcd) => EtcdCatalog.OpenAsync(
        EtcdOptions.Parse(etcd.Address), _cluster, SystemClock.Instance, SystemRandom.Instance);
}
