using System.Globalization;
using ColFrag.Engine.Types;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>
/// Rows of every kind of type, each of which says by its number what must be in its other columns, in a table that is
/// cut anew, copied, altered, dropped and brought back; and the statements that only tell. What a copy of a table had
/// when it was made it has for ever.
/// </summary>
internal sealed class VarietyWorkload : IWorkload
{
    /// <summary>What the columns hold, by <c>id</c>.</summary>
    private static readonly (string Name, string Type, string Value)[] s_columns =
    [
        ("yes", "BOOLEAN", "id % 3 = 0"),
        ("small", "SMALLINT", "CAST(id % 1000 AS SMALLINT)"),
        ("wide", "DECIMAL(30, 6)", "CAST(id AS DECIMAL(30, 6)) * 1000003 / 8"),
        ("money", "DECIMAL(12, 2)", "CAST(id AS DECIMAL(12, 2)) / 4"),
        ("ratio", "DOUBLE", "CAST(id AS DOUBLE) / 16"),
        ("word", "VARCHAR", "CASE WHEN id % 5 = 0 THEN NULL ELSE repeat('wörd ' || id, CAST(id % 9 AS INTEGER)) END"),
        ("bytes", "BLOB", "encode('bytes ' || id)"),
        ("day", "DATE", "DATE '2020-01-01' + CAST(id % 5000 AS INTEGER)"),
        ("moment", "TIMESTAMP", "TIMESTAMP '2020-01-01 00:00:00' + CAST(id % 5000 AS INTEGER) * INTERVAL '1 hour'"),
        ("list", "BIGINT[]", "[id, id + 1]"),
    ];

    private static readonly string[] s_tellers =
    [
        "EXPLAIN ANALYZE SELECT small, count(*), sum(money) FROM variety GROUP BY small",
        "EXPLAIN FRAGMENTS SELECT * FROM variety WHERE id = 17",
        "SELECT a.small, count(*) FROM variety a JOIN variety b ON a.id = b.id AND a.day = b.day GROUP BY a.small",
        "SELECT word, day FROM variety ORDER BY wide DESC, id LIMIT 20",
        "SELECT id, row_number() OVER (PARTITION BY small ORDER BY id) FROM variety",
        "SELECT count(DISTINCT word), min(moment), max(day) FROM variety WHERE money > 10",
        "SELECT * FROM colfrag_workers", "SELECT * FROM colfrag_fragments", "SELECT * FROM colfrag_segments",
        "SELECT * FROM colfrag_tables",
    ];

    private readonly SortedDictionary<long, Outcome> _runs = [];
    private readonly Dictionary<string, long> _copies = [];
    private long _lastRun;
    private int _lastCopy;

    private static string Expected => string.Join(" AND ", s_columns.Select(
        c => $"{c.Name} IS NOT DISTINCT FROM ({c.Value})"));

    /// <inheritdoc/>
    public async Task PrepareAsync(SimulatedClient client)
    {
        string columns = string.Join(", ", s_columns.Select(c => $"{c.Name} {c.Type}"));
        string groups = client.Cluster.Shape.GroupOptions(
            "(id, run, day, small), (yes, wide, money, ratio), (word, bytes, moment, list)");
        Outcome outcome = await client.RunAsync(
            $"CREATE TABLE variety (run BIGINT, id BIGINT, {columns}) " +
            $"WITH (distributed_by = hash(id, day, small), ranges = 3{groups})");
        if (outcome != Outcome.Done)
            client.Cluster.World.Fail("nothing can be done while nothing fails", $"{client.LastError}");
    }

    /// <inheritdoc/>
    public async Task StepAsync(SimulatedClient client)
    {
        switch (client.Random.Next(12))
        {
            case < 4: await InsertAsync(client); break;
            case 4: await CopyAsync(client); break;
            case 5: await DropAndBringBackAsync(client); break;
            case 6: await client.RunAsync($"ALTER TABLE variety SET (ranges = {client.Random.Of([2, 3, 5])})"); break;
            case 7: await RewriteAsync(client); break;
            case 8: await client.RunAsync("CHECKPOINT"); break;
            case 9: await client.QueryAsync(client.Random.Of(s_tellers)); break;
            case 10: await ViewAsync(client); break;
            default: await CheckAsync(client); break;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(SimulatedClient client)
    {
        Dictionary<long, Outcome> before = new(_runs);
        List<Value[]>? rows = await client.QueryAsync(
            $"SELECT run, count(*), count(*) FILTER (WHERE NOT ({Expected})) FROM variety GROUP BY run");
        if (rows is null) return false;
        World world = client.Cluster.World;
        Dictionary<long, Value[]> seen = rows.ToDictionary(r => (long)r[0].AsInteger);
        foreach ((long run, Outcome outcome) in before)
        {
            if (!seen.TryGetValue(run, out Value[]? row))
            {
                if (outcome == Outcome.Done) world.Fail("acknowledged rows are lost", $"run {run} of variety");
                continue;
            }
            if (outcome == Outcome.Refused) world.Fail("rows came that were refused or deleted", $"run {run}");
            if ((long)row[1].AsInteger != SizeOf(run))
                world.Fail("a part of a batch is visible", $"run {run} of variety: {row[1]} of {SizeOf(run)} rows");
            if ((long)row[2].AsInteger != 0) world.Fail("a row has other values than were written", $"run {run}");
        }
        foreach ((string copy, long count) in _copies.ToArray())
        {
            List<Value[]>? found = await client.QueryAsync($"SELECT count(*), count(DISTINCT id) FROM {copy}");
            if (found is null) return false;
            if ((long)found[0][0].AsInteger != count || (long)found[0][1].AsInteger != count)
                world.Fail("a copy of a table changed", $"{copy}: {found[0][0]} of {count} rows");
        }
        return true;
    }

    private static long SizeOf(long run) => 1 + (run * 37 % 190);

    private async Task InsertAsync(SimulatedClient client)
    {
        long run = ++_lastRun;
        _runs[run] = Outcome.Unknown;
        string values = string.Join(", ", s_columns.Select(c => c.Value));
        _runs[run] = await client.RunAsync(
            $"INSERT INTO variety SELECT {run}, id, {values} " +
            $"FROM (SELECT {run * 1_000} + i AS id FROM range({SizeOf(run)}) AS r(i)) AS s");
    }

    /// <summary>A copy that shares the files, and how many rows it has.</summary>
    private async Task CopyAsync(SimulatedClient client)
    {
        string copy = string.Create(CultureInfo.InvariantCulture, $"variety{++_lastCopy}");
        if (await client.RunAsync("BEGIN") != Outcome.Done) return;
        List<Value[]>? count = await client.QueryAsync("SELECT count(*) FROM variety");
        if (count is null || await client.RunAsync($"CREATE TABLE {copy} CLONE variety") != Outcome.Done)
        {
            await client.CloseAsync();
            return;
        }
        if (await client.RunAsync("COMMIT") == Outcome.Done) _copies[copy] = (long)count[0][0].AsInteger;
        else await client.CloseAsync();
    }

    /// <summary>A copy that is dropped and brought back has what it had.</summary>
    private async Task DropAndBringBackAsync(SimulatedClient client)
    {
        if (_copies.Count == 0) return;
        string copy = client.Random.Of(_copies.Keys.Order(StringComparer.Ordinal).ToArray());
        if (!_copies.Remove(copy, out long count)) return;
        if (await client.RunAsync($"DROP TABLE {copy}") != Outcome.Done || client.Random.OneIn(2)) return;
        if (await client.RunAsync($"UNDROP TABLE {copy}") == Outcome.Done) _copies[copy] = count;
    }

    /// <summary>Values are written anew as they are: in new segments, behind delete vectors.</summary>
    private async Task RewriteAsync(SimulatedClient client)
    {
        if (_lastRun == 0) return;
        long run = 1 + client.Random.Next((int)_lastRun);
        await client.RunAsync(client.Random.Next(3) switch
        {
            0 => $"UPDATE variety SET money = money + 0 WHERE run = {run} AND id % 10 = 3",
            1 => $"MERGE INTO variety USING (SELECT id FROM variety WHERE run = {run} AND id % 7 = 1) AS s " +
                "ON variety.id = s.id WHEN MATCHED THEN UPDATE SET ratio = ratio",
            _ => $"UPDATE variety SET word = word, list = list WHERE run = {run} AND id % 50 = 0",
        });
    }

    private static async Task ViewAsync(SimulatedClient client)
    {
        await client.RunAsync(
            "CREATE OR REPLACE VIEW variety_days AS SELECT day, count(*) AS n FROM variety GROUP BY day");
        await client.QueryAsync("SELECT sum(n) FROM variety_days");
        await client.RunAsync("CREATE SCHEMA IF NOT EXISTS aside");
        await client.RunAsync("CREATE TABLE IF NOT EXISTS aside.kept (a BIGINT)");
        await client.RunAsync("ALTER TABLE aside.kept RENAME TO held");
        await client.RunAsync("DROP SCHEMA aside CASCADE");
    }
}
