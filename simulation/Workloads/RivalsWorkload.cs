using System.Globalization;
using ColFrag.Engine.Types;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>
/// Clients do the same at the same moment: a load that several send is there once, and a name is given to one of those
/// who want it.
/// </summary>
internal sealed class RivalsWorkload : IWorkload
{
    private readonly SortedDictionary<long, Load> _loads = [];
    private readonly HashSet<long> _names = [];

    /// <inheritdoc/>
    public async Task PrepareAsync(SimulatedClient client)
    {
        Outcome outcome = await client.RunAsync(
            "CREATE TABLE rivals (load BIGINT, line BIGINT) WITH (distributed_by = hash(line), ranges = 2)");
        if (outcome != Outcome.Done)
            client.Cluster.World.Fail("nothing can be done while nothing fails", $"{client.LastError}");
    }

    /// <inheritdoc/>
    public async Task StepAsync(SimulatedClient client)
    {
        long second = await client.MeetAsync();
        if (second % 2 == 0) await LoadAsync(client, second);
        else await NameAsync(client, second);
    }

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(SimulatedClient client)
    {
        List<Value[]>? rows =
            await client.QueryAsync("SELECT load, count(*), max(line) FROM rivals GROUP BY load ORDER BY load");
        if (rows is null) return false;
        Dictionary<long, (long Count, long Last)> seen =
            rows.ToDictionary(r => (long)r[0].AsInteger, r => ((long)r[1].AsInteger, (long)r[2].AsInteger));
        World world = client.Cluster.World;
        foreach ((long number, Load load) in _loads)
        {
            if (!seen.TryGetValue(number, out (long Count, long Last) found))
            {
                if (load.IsDone) world.Fail("acknowledged rows are lost", $"load {number} that several sent");
            }
            else if (found != (load.Size, load.Size - 1))
            {
                world.Fail(
                    found.Count > load.Size ? "rows are there twice" : "a part of a batch is visible",
                    $"load {number} that several sent: {found.Count} rows of {load.Size}");
            }
        }
        return true;
    }

    private async Task LoadAsync(SimulatedClient client, long second)
    {
        if (!_loads.TryGetValue(second, out Load? load))
            _loads.Add(second, load = new Load(1 + client.Random.Next(12)));
        string rows = string.Concat(Enumerable.Range(0, load.Size).Select(
            line => string.Create(CultureInfo.InvariantCulture, $"{second},{line}\n")));
        Outcome outcome = await client.RunAsync(
            $"COPY rivals FROM STDIN (FORMAT csv, load_id 'rival {second}')", rows);
        load.IsDone |= outcome == Outcome.Done;
    }

    /// <summary>Nobody drops these tables, so that only one can have been told that he made it.</summary>
    private async Task NameAsync(SimulatedClient client, long second)
    {
        Outcome outcome = await client.RunAsync($"CREATE TABLE rival{second} (a BIGINT)");
        if (outcome == Outcome.Done && !_names.Add(second))
            client.Cluster.World.Fail("a table was made twice", $"rival{second}");
    }

    private sealed class Load(int size)
    {
        public int Size => size;

        /// <summary>Somebody was told that it is in.</summary>
        public bool IsDone { get; set; }
    }
}
