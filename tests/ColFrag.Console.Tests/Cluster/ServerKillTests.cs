using System.Diagnostics;
using System.Globalization;
using ColFrag.Console.Demo;
using ColFrag.Console.Processes;
using ColFrag.Console.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using Xunit.Abstractions;

namespace ColFrag.Console.Tests.Cluster;

/// <summary>
/// One process with one folder, ended with kill -9 again and again while some insert a few rows, load many, delete,
/// change and compact: what was acknowledged is there afterwards, what was under way is there whole or not at all, and
/// nothing else is. COLFRAG_LONG=1 kills 2,000 times.
/// </summary>
[Trait("Budget", "kill")]
[Collection("processes")]
public sealed class ServerKillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int LoadedRows = 20_000, InsertedRows = 3, Counters = 8;

    private static readonly int s_kills = Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1" ? 2_000 : 1;

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-kill-").FullName;
    private readonly Random _random = new(20_011_128);

    // Rows of each batch: how many it must have, and how many it may have instead.
    private readonly Dictionary<int, (int Rows, int? Or)> _batches = [];
    private readonly (long Value, long? Or)[] _counters = new (long, long?)[Counters];
    private readonly Lock _lock = new();
    private TaskCompletionSource _isWorking = new();
    private int _lastBatch;
    private int _acknowledged;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        await StartAsync();
        await using ISession session = await ConnectAsync();
        await RunAsync(session, "CREATE TABLE items (batch INTEGER, item INTEGER, note VARCHAR)");
        await RunAsync(session, "CREATE TABLE counters (id INTEGER PRIMARY KEY, value BIGINT)");
        await RunAsync(session, $"INSERT INTO counters SELECT i, 0 FROM range({Counters}) AS r(i)");
    }

    public Task DisposeAsync()
    {
        ServerProcess.Kill(_server);
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_process_killed_while_rows_are_inserted_loaded_deleted_and_compacted_loses_and_invents_nothing()
    {
        long begin = Stopwatch.GetTimestamp();
        int kills = 0;
        while (kills < s_kills || Stopwatch.GetElapsedTime(begin) < TestBudget.Share("kill", KillTests.TestCount))
        {
            _isWorking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task[] writers = [.. new[] { InsertAsync, LoadAsync, ChangeAsync, CompactAsync }.Select(WriteAsync)];
            // Mostly under way, now and then before anything was.
            if (_random.Next(8) > 0) await Task.WhenAny(_isWorking.Task, Task.WhenAll(writers));
            await Task.Delay(_random.Next(300));
            ServerProcess.Kill(_server);
            kills++;
            await Task.WhenAll(writers);
            await StartAsync();
            await CheckAsync($"kill {kills}");
        }
        output.WriteLine($"{kills} kills, {_acknowledged} statements acknowledged");
        Assert.True(_acknowledged > 0);
    }

    /// <summary>Goes on until the process is gone.</summary>
    private async Task WriteAsync(Func<ISession, Task> step)
    {
        try
        {
            await using ISession session = await ConnectAsync();
            while (true)
            {
                await step(session);
                Interlocked.Increment(ref _acknowledged);
                _isWorking.TrySetResult();
            }
        }
        catch (ColFragException error)
        {
            Assert.True(error.IsTransient, error.ToString());
        }
    }

    private Task InsertAsync(ISession session)
    {
        int batch = Interlocked.Increment(ref _lastBatch);
        return WriteAsync(session, batch, InsertedRows,
            $"INSERT INTO items VALUES ({batch}, 0, 'a'), ({batch}, 1, 'b'), ({batch}, 2, NULL)");
    }

    private Task LoadAsync(ISession session)
    {
        int batch = Interlocked.Increment(ref _lastBatch);
        return WriteAsync(session, batch, LoadedRows,
            $"INSERT INTO items SELECT {batch}, i, 'note ' || i FROM range({LoadedRows}) AS r(i)");
    }

    /// <summary>Counts one counter up, and deletes a batch.</summary>
    private async Task ChangeAsync(ISession session)
    {
        int counter = Random.Shared.Next(Counters);
        lock (_lock) _counters[counter].Or = _counters[counter].Value + 1;
        await RunAsync(session, $"UPDATE counters SET value = value + 1 WHERE id = {counter}");
        lock (_lock) _counters[counter] = (_counters[counter].Value + 1, null);
        int? victim;
        lock (_lock)
        {
            victim = _batches.Where(b => b.Value is { Rows: > 0, Or: null }).Select(b => (int?)b.Key).FirstOrDefault();
        }
        if (victim is { } batch) await WriteAsync(session, batch, 0, $"DELETE FROM items WHERE batch = {batch}");
    }

    private static async Task CompactAsync(ISession session)
    {
        await RunAsync(session, "CHECKPOINT");
        await RunAsync(session, "VACUUM items");
    }

    /// <summary>Until a statement is acknowledged, its batch is as before or as the statement leaves it.</summary>
    private async Task WriteAsync(ISession session, int batch, int rows, string sql)
    {
        lock (_lock) _batches[batch] = (_batches.GetValueOrDefault(batch).Rows, rows);
        await RunAsync(session, sql);
        lock (_lock) _batches[batch] = (rows, null);
    }

    private async Task CheckAsync(string when)
    {
        await using ISession session = await ConnectAsync();
        Answer items = await Answer.OfAsync(
            session, "SELECT batch, count(*), sum(item), count(DISTINCT item) FROM items GROUP BY batch", default);
        Dictionary<int, int> found = [];
        foreach (string?[] row in items.Rows)
        {
            (int batch, int rows) = ((int)Number(row[0]), (int)Number(row[1]));
            Assert.True(
                Number(row[2]) == rows * (rows - 1L) / 2 && Number(row[3]) == rows,
                $"{when}: batch {batch} has {rows} rows that are not those written");
            found.Add(batch, rows);
        }
        Assert.True(found.Keys.All(_batches.ContainsKey), $"{when}: rows that nobody wrote");
        foreach ((int batch, (int rows, int? other)) in _batches.ToArray())
        {
            int now = found.GetValueOrDefault(batch);
            Assert.True(now == rows || now == other, $"{when}: batch {batch} has {now} rows, not {rows} or {other}");
            _batches[batch] = (now, null);
        }
        Answer counters = await Answer.OfAsync(session, "SELECT id, value FROM counters ORDER BY id", default);
        Assert.Equal(Counters, counters.Rows.Count);
        foreach (string?[] row in counters.Rows)
        {
            (long value, long? other) = _counters[Number(row[0])];
            long now = Number(row[1]);
            Assert.True(now == value || now == other, $"{when}: counter {row[0]} is {now}, not {value} or {other}");
            _counters[Number(row[0])] = (now, null);
        }
    }

    private async Task StartAsync() => _server = await ServerProcess.StartAsync(
        "server", ["serve", Path.Combine(_folder, "data"), "--pg", "0"],
        new ServerFiles(Path.Combine(_folder, "log"), Path.Combine(_folder, "ready")), CancellationToken.None);

    private Task<ISession> ConnectAsync() =>
        SessionOpener.OpenAsync(SessionTarget.Parse(_server.Ready.Split('\n')[0].Trim()), CancellationToken.None);

    private static async Task RunAsync(ISession session, string sql) => await Answer.OfAsync(session, sql, default);

    private static long Number(string? text) => long.Parse(text!, CultureInfo.InvariantCulture);
}
