using System.Diagnostics;
using System.Globalization;
using System.Text;
using ColFrag.Console.Cluster;
using ColFrag.Console.Demo;
using ColFrag.Console.Processes;
using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Tests.Cluster;

/// <summary>
/// A coordinator and three workers as processes, some of which are ended with kill -9: no answer changes, no
/// acknowledged row is lost, nothing of a failed load is seen, copies are made again, and who comes back is used again.
/// </summary>
[Trait("Budget", "kill")]
[Collection("processes")]
public sealed class KillTests : IAsyncLifetime
{
    /// <summary>How many tests share the seconds of the family.</summary>
    internal const int TestCount = 7;

    private const int WorkerCount = 3;
    private const int RowsOfLoad = 20_000;

    private const string AllCopied =
        "SELECT count(*) > 0 AND min(copies) >= 2 FROM colfrag_fragments WHERE segments > 0";

    private const string Create =
        "CREATE TABLE loads (load INTEGER, city VARCHAR, amount INTEGER) WITH " +
        "(distributed_by = hash(city), ranges = 3, column_groups = ((load, city), (amount)))";

    private readonly string _folder =
        Path.Combine(Directory.CreateTempSubdirectory("colfrag-kill-").FullName, "shop");

    private readonly Random _random = new(20_011_127);
    private LocalCluster _cluster = null!;

    public Task InitializeAsync()
    {
        _cluster = new LocalCluster(new ClusterFolder(_folder));
        return UpAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DownAsync(CancellationToken.None);
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    [Fact]
    public async Task A_worker_that_is_killed_before_or_during_a_query_changes_no_answer()
    {
        await using ISession session = await _cluster.ConnectAsync(CancellationToken.None);
        await RunAsync(session, Create);
        for (int load = 0; load < 5; load++) await LoadAsync(session, load);
        const string Question =
            "SELECT a.city, count(*), sum(a.amount + b.load) FROM loads a JOIN loads b ON a.amount = b.amount " +
            "GROUP BY a.city ORDER BY a.city";
        Answer expected = await Answer.OfAsync(session, Question, CancellationToken.None);
        Assert.Equal(97, expected.Rows.Count);
        await RepeatAsync(async () =>
        {
            int victim = 1 + _random.Next(WorkerCount);
            Task<Answer> running = Answer.OfAsync(session, Question, CancellationToken.None);
            await Task.Delay(_random.Next(400));
            _cluster.Kill(victim);
            Assert.True((await running).Matches(expected), $"worker {victim} killed during the query");
            Answer without = await Answer.OfAsync(session, Question, CancellationToken.None);
            Assert.True(without.Matches(expected), $"worker {victim} away");
            await WaitForCopiesAsync(session);
            await UpAsync();
        });
    }

    [Fact]
    public async Task Loads_under_kills_of_workers_are_there_whole_when_acknowledged_and_else_not_at_all()
    {
        await using ISession session = await _cluster.ConnectAsync(CancellationToken.None);
        await RunAsync(session, Create);
        List<int> acknowledged = [];
        int load = 0;
        await RepeatAsync(async () =>
        {
            int number = load++;
            Task<bool> loading = TryLoadAsync(session, number);
            await Task.Delay(_random.Next(200));
            _cluster.Kill(1 + _random.Next(WorkerCount));
            if (await loading) acknowledged.Add(number);
            await AssertLoadsAsync(session, acknowledged);
            // With one worker away loads go on.
            await LoadAsync(session, load);
            acknowledged.Add(load++);
            await UpAsync();
            await WaitForCopiesAsync(session);
            await AssertLoadsAsync(session, acknowledged);
        });
        // All are back, and what comes now goes home.
        await LoadAsync(session, load);
        acknowledged.Add(load);
        await AssertLoadsAsync(session, acknowledged);
        await AssertUsedAgainAsync(session);
    }

    [Fact]
    public async Task A_coordinator_that_is_killed_during_a_load_has_every_acknowledged_row_when_it_is_back()
    {
        List<int> acknowledged = [];
        await using (ISession first = await _cluster.ConnectAsync(CancellationToken.None)) await RunAsync(
            first, Create);
        int load = 0;
        await RepeatAsync(async () =>
        {
            await using (ISession before = await _cluster.ConnectAsync(CancellationToken.None))
            {
                await LoadAsync(before, load);
                acknowledged.Add(load++);
                Task<bool> loading = TryLoadAsync(before, load);
                await Task.Delay(_random.Next(200));
                ServerProcess.Kill(_cluster.Folder.Read().Coordinator!);
                if (await loading) acknowledged.Add(load);
            }
            await UpAsync();
            await using ISession after = await _cluster.ConnectAsync(CancellationToken.None);
            // Whether the last one was committed nobody was told: it is there whole, or it is not there.
            Answer found = await LoadsAsync(after);
            if (found.Rows.Any(r => r[0] == Text(load)) && !acknowledged.Contains(load)) acknowledged.Add(load);
            load++;
            await AssertLoadsAsync(after, acknowledged);
            await WaitForCopiesAsync(after);
        });
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task RepeatAsync(Func<Task> round)
    {
        long begin = Stopwatch.GetTimestamp();
        do await round();
        while (Stopwatch.GetElapsedTime(begin) < TestBudget.Share("kill", TestCount));
    }

    private Task UpAsync() => _cluster.UpAsync(WorkerCount, port: 0, _ => { }, CancellationToken.None);

    private static async Task RunAsync(ISession session, string sql) =>
        await Answer.OfAsync(session, sql, CancellationToken.None);

    private static async Task LoadAsync(ISession session, int load)
    {
        StringBuilder lines = new();
        for (int i = 0; i < RowsOfLoad; i++) lines.Append(CultureInfo.InvariantCulture, $"{load},city{i % 97},{i}\n");
        session.CopyInput = new MemoryStream(Encoding.UTF8.GetBytes(lines.ToString()));
        await RunAsync(session, "COPY loads FROM STDIN (FORMAT csv)");
    }

    private static async Task<bool> TryLoadAsync(ISession session, int load)
    {
        try
        {
            await LoadAsync(session, load);
            return true;
        }
        catch (ColFragException error)
        {
            Assert.True(error.IsTransient || error.SqlState == SqlStates.SerializationFailure, error.ToString());
            return false;
        }
    }

    private static Task<Answer> LoadsAsync(ISession session) => Answer.OfAsync(
        session, "SELECT load, count(*), sum(amount) FROM loads GROUP BY load ORDER BY load", CancellationToken.None);

    private static async Task AssertLoadsAsync(ISession session, List<int> acknowledged)
    {
        Answer found = await LoadsAsync(session);
        long sum = RowsOfLoad * (RowsOfLoad - 1L) / 2;
        Assert.Equal(
            acknowledged.Order().Select(load => $"{load} {RowsOfLoad} {sum}"),
            found.Rows.Select(row => string.Join(' ', row)));
    }

    private static Task WaitForCopiesAsync(ISession session) =>
        LocalCluster.WaitAsync(session, AllCopied, "not every fragment has two copies", CancellationToken.None);

    private static Task AssertUsedAgainAsync(ISession session) => LocalCluster.WaitAsync(
        session, $"SELECT count(*) = {WorkerCount} FROM colfrag_workers WHERE state = 'live' AND segments > 0",
        "a worker that came back is not used", CancellationToken.None);
}
