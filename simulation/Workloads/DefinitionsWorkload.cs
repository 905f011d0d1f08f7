using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>Tables come, change and go: what was acknowledged of a definition holds, and its rows with it.</summary>
internal sealed class DefinitionsWorkload : IWorkload
{
    private readonly List<Table> _tables = [];

    /// <inheritdoc/>
    public Task PrepareAsync(SimulatedClient client) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StepAsync(SimulatedClient client)
    {
        Table[] free = [.. _tables.Where(t => t is { IsBusy: false, Exists: true })];
        if (free.Length == 0 || client.Random.OneIn(3))
        {
            Table made = new(_tables.Count + 1, 1 + client.Random.Next(150)) { IsBusy = true };
            _tables.Add(made);
            Outcome outcome = await client.RunAsync(
                $"CREATE TABLE {made.Name} WITH (ranges = 2) AS SELECT i AS a, 'text ' || i AS b " +
                $"FROM range({made.RowCount}) AS r(i)");
            made.Exists = outcome switch { Outcome.Done => true, Outcome.Refused => false, _ => null };
            made.IsBusy = false;
            return;
        }
        Table table = client.Random.Of(free);
        table.IsBusy = true;
        await ChangeAsync(client, table);
        table.IsBusy = false;
    }

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(SimulatedClient client)
    {
        foreach (Table table in _tables)
        {
            if (!await LookAsync(client, table)) return false;
        }
        return true;
    }

    private static async Task ChangeAsync(SimulatedClient client, Table table)
    {
        switch (client.Random.Next(5))
        {
            case 0:
                Outcome dropped = await client.RunAsync($"DROP TABLE {table.Name}");
                table.Exists = dropped switch { Outcome.Done => false, Outcome.Refused => true, _ => null };
                break;
            case 1:
                string column = $"c{++table.LastColumn}";
                Outcome added = await client.RunAsync($"ALTER TABLE {table.Name} ADD COLUMN {column} BIGINT DEFAULT 7");
                if (added == Outcome.Done) table.Columns.Add(column);
                break;
            case 2:
                Outcome emptied = await client.RunAsync($"TRUNCATE TABLE {table.Name}");
                if (emptied == Outcome.Done) table.RowCount = 0;
                else if (emptied == Outcome.Unknown) table.MayBeEmpty = true;
                break;
            default:
                await LookAsync(client, table);
                break;
        }
    }

    /// <summary>False when there was no answer.</summary>
    private static async Task<bool> LookAsync(SimulatedClient client, Table table)
    {
        string sums = string.Concat(table.Columns.Select(c => $", sum({c})"));
        List<Value[]>? rows = await client.QueryAsync($"SELECT count(*), sum(a){sums} FROM {table.Name}");
        World world = client.Cluster.World;
        if (rows is null)
        {
            if (client.LastError is not QueryException { SqlState: SqlStates.UndefinedTable } error)
                return client.LastError is QueryException wrong && Fail(world, table, wrong);
            if (table.Exists == true) world.Fail("an acknowledged table is gone", $"{table.Name}: {error.Message}");
            return true;
        }
        if (table.Exists == false) world.Fail("a table is there that was refused or dropped", table.Name);
        long count = (long)rows[0][0].AsInteger;
        bool isRight = count == table.RowCount || (table.MayBeEmpty && count == 0);
        long sum = count * (count - 1) / 2;
        bool sumsUp = count == 0 || ((long)rows[0][1].AsInteger == sum &&
            rows[0].Skip(2).All(v => (long)v.AsInteger == count * 7));
        if (!isRight || !sumsUp)
        {
            string found = string.Join(",", (object[])rows[0]);
            world.Fail("a table has other rows than were acknowledged", $"{table.Name}: {found}");
        }
        return true;
    }

    private static bool Fail(World world, Table table, QueryException error)
    {
        world.Fail("a definition that was acknowledged does not hold", $"{table.Name}: {error.Message}");
        return true;
    }

    private sealed class Table(int number, long rowCount)
    {
        public string Name => $"side{number}";

        public long RowCount { get; set; } = rowCount;

        public List<string> Columns { get; } = [];

        public int LastColumn { get; set; }

        /// <summary>Null where nobody knows.</summary>
        public bool? Exists { get; set; }

        public bool MayBeEmpty { get; set; }

        public bool IsBusy { get; set; }
    }
}
