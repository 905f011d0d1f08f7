using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>
/// Rows with a primary key, in a table that is distributed by range, and numbers of a sequence: a key that was
/// acknowledged is there, once, and is given to nobody else; no number is given twice.
/// </summary>
internal sealed class KeysWorkload : IWorkload
{
    private const int SmallKeys = 200, RowsOfRun = 90;

    private readonly HashSet<long> _acknowledged = [];
    private readonly HashSet<string> _numbers = [];
    private int _runs;

    /// <inheritdoc/>
    public async Task PrepareAsync(SimulatedClient client)
    {
        string[] statements =
        [
            "CREATE TABLE keyed (id BIGINT PRIMARY KEY, owner VARCHAR, amount INTEGER) " +
            "WITH (distributed_by = range(id), ranges = 3" +
                $"{client.Cluster.Shape.GroupOptions("(id), (owner, amount)")})",
            "CREATE SEQUENCE ticket",
        ];
        foreach (string statement in statements)
        {
            while (await client.RunAsync(statement) != Outcome.Done && !IsThere(client))
                await client.Clock.Delay(TimeSpan.FromSeconds(1));
        }
    }

    /// <inheritdoc/>
    public async Task StepAsync(SimulatedClient client)
    {
        switch (client.Random.Next(8))
        {
            case 0: await TakeNumbersAsync(client); break;
            case 1: await client.QueryAsync("EXPLAIN SELECT owner, sum(amount) FROM keyed GROUP BY owner"); break;
            case 2: await client.RunAsync("ALTER TABLE keyed ALTER COLUMN amount TYPE BIGINT"); break;
            case 3: await InsertRunAsync(client); break;
            default: await InsertOneAsync(client); break;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(SimulatedClient client)
    {
        if (await client.QueryAsync("SELECT id, count(*) FROM keyed GROUP BY id") is not { } rows) return false;
        HashSet<long> found = [];
        foreach (Value[] row in rows)
        {
            found.Add(long.Parse(row[0].ToString(), CultureInfo.InvariantCulture));
            if (row[1].ToString() != "1")
                client.Cluster.World.Fail("a key is there more than once", string.Join(',', (object[])row));
        }
        long[] missing = [.. _acknowledged.Where(id => !found.Contains(id)).Order()];
        if (missing.Length > 0)
            client.Cluster.World.Fail("acknowledged keys are missing", string.Join(',', missing.Take(20)));
        return true;
    }

    private static bool IsThere(SimulatedClient client) =>
        client.LastError is ColFragException { SqlState: SqlStates.DuplicateTable or SqlStates.DuplicateObject };

    private async Task InsertOneAsync(SimulatedClient client)
    {
        long id = client.Random.Next(SmallKeys);
        bool wasThere = _acknowledged.Contains(id);
        Outcome outcome = await client.RunAsync($"INSERT INTO keyed VALUES ({id}, '{client.Name}', 1)");
        if (outcome != Outcome.Done) return;
        if (wasThere || !_acknowledged.Add(id))
            client.Cluster.World.Fail("a key was given to two", id.ToString(CultureInfo.InvariantCulture));
    }

    private async Task InsertRunAsync(SimulatedClient client)
    {
        long first = SmallKeys + ((long)_runs++ * RowsOfRun);
        Outcome outcome = await client.RunAsync(
            $"INSERT INTO keyed SELECT {first} + i, '{client.Name}', i FROM range({RowsOfRun}) AS r(i)");
        if (outcome != Outcome.Done) return;
        for (int i = 0; i < RowsOfRun; i++) _acknowledged.Add(first + i);
    }

    private async Task TakeNumbersAsync(SimulatedClient client)
    {
        if (await client.QueryAsync("SELECT nextval('ticket') FROM range(5)") is not { } rows) return;
        foreach (string number in rows.Select(row => row[0].ToString()))
        {
            if (!_numbers.Add(number)) client.Cluster.World.Fail("a number was given twice", number);
        }
    }
}
