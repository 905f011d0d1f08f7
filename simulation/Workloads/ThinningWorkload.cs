using System.Globalization;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>
/// Runs of rows that fill whole segments, from which a few rows at a time are deleted: delete vectors that live long,
/// beside copies that come and go. Whoever was told that a row is gone never sees it again, and all others stay.
/// </summary>
internal sealed class ThinningWorkload : IWorkload
{
    private readonly List<Run> _runs = [];
    private long _lastId;

    /// <inheritdoc/>
    public async Task PrepareAsync(SimulatedClient client)
    {
        Outcome outcome = await client.RunAsync(
            "CREATE TABLE thinned (id BIGINT, run BIGINT, note VARCHAR) WITH (distributed_by = hash(id), ranges = 2" +
            $"{client.Cluster.Shape.GroupOptions("(id, run), (note)")})");
        if (outcome != Outcome.Done)
            client.Cluster.World.Fail("nothing can be done while nothing fails", $"{client.LastError}");
    }

    /// <inheritdoc/>
    public Task StepAsync(SimulatedClient client) => client.Random.Next(8) switch
    {
        0 => InsertAsync(client),
        < 6 => DeleteAsync(client),
        _ => CheckAsync(client),
    };

    /// <inheritdoc/>
    public async Task<bool> CheckAsync(SimulatedClient client)
    {
        Run[] runs = [.. _runs];
        (bool MustBe, HashSet<long> Gone)[] before = [.. runs.Select(r => (r.MustBe, r.Gone.ToHashSet()))];
        if (await client.QueryAsync("SELECT run, id FROM thinned ORDER BY id") is not { } rows) return false;
        ILookup<long, long> seen = rows.ToLookup(r => (long)r[0].AsInteger, r => (long)r[1].AsInteger);
        foreach ((int number, Run run) in runs.Index())
        {
            long[] found = [.. seen[run.First]];
            string name = string.Create(CultureInfo.InvariantCulture, $"run {run.First}");
            World world = client.Cluster.World;
            if (found.Distinct().Count() != found.Length) world.Fail("rows are there twice", name);
            if (found.FirstOrDefault(before[number].Gone.Contains, -1) is >= 0 and long ghost)
                world.Fail("rows came that were refused or deleted", $"{name}: {ghost}");
            long[] expected = [.. run.Ids.Where(id => !run.MayBeGone.Contains(id))];
            bool isWhole = expected.All(found.Contains);
            if (!isWhole && (before[number].MustBe || found.Length > 0))
            {
                world.Fail(
                    before[number].MustBe ? "acknowledged rows are lost" : "a part of a batch is visible",
                    $"{name}: {found.Length} rows, and {expected.Length} should be there");
            }
            if (found.Length > 0) run.MustBe = true;
        }
        return true;
    }

    private async Task InsertAsync(SimulatedClient client)
    {
        Run run = new(_lastId, 100 + client.Random.Next(200));
        _lastId += run.Count;
        _runs.Add(run);
        Outcome outcome = await client.RunAsync(
            $"INSERT INTO thinned SELECT {run.First} + i, {run.First}, 'note ' || i % 7 " +
            $"FROM range({run.Count}) AS r(i)");
        if (outcome == Outcome.Done) run.MustBe = true;
        if (outcome == Outcome.Refused) run.Gone.UnionWith(run.Ids);
    }

    private async Task DeleteAsync(SimulatedClient client)
    {
        Run[] whole = [.. _runs.Where(r => r.MustBe)];
        if (whole.Length == 0)
        {
            await InsertAsync(client);
            return;
        }
        Run run = client.Random.Of(whole);
        long[] chosen =
        [
            .. Enumerable.Range(0, 1 + client.Random.Next(4)).Select(_ => run.First + client.Random.Next(run.Count))
                .Distinct().Where(id => !run.MayBeGone.Contains(id)),
        ];
        if (chosen.Length == 0) return;
        run.MayBeGone.UnionWith(chosen);
        Outcome outcome = await client.RunAsync($"DELETE FROM thinned WHERE id IN ({string.Join(", ", chosen)})");
        if (outcome == Outcome.Done) run.Gone.UnionWith(chosen);
        if (outcome == Outcome.Refused) run.MayBeGone.ExceptWith(chosen);
    }

    private sealed class Run(long first, int count)
    {
        public long First => first;

        public int Count => count;

        public IEnumerable<long> Ids => Enumerable.Range(0, count).Select(i => first + i);

        /// <summary>True once it was acknowledged or seen.</summary>
        public bool MustBe { get; set; }

        /// <summary>Rows that somebody was told are gone.</summary>
        public HashSet<long> Gone { get; } = [];

        /// <summary>Rows that somebody deletes, or has deleted, or tried to.</summary>
        public HashSet<long> MayBeGone { get; } = [];
    }
}
