using ColFrag.Engine.Types;
using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>A reader takes longer than old versions are kept, and sees in the end what it saw at first.</summary>
internal sealed class PatientWorkload : IWorkload
{
    private const string Sum = "SELECT count(*), sum(batch), sum(amount) FROM batches";

    /// <inheritdoc/>
    public Task PrepareAsync(SimulatedClient client) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StepAsync(SimulatedClient client)
    {
        if (!client.Random.OneIn(3) || await client.RunAsync("BEGIN") != Outcome.Done) return;
        if (await client.QueryAsync(Sum) is { } first)
        {
            await client.Clock.Delay(TimeSpan.FromSeconds(3 + client.Random.Next(5)));
            Compare(client, first, await client.QueryAsync(Sum));
        }
        await client.RunAsync("COMMIT");
    }

    /// <inheritdoc/>
    public Task<bool> CheckAsync(SimulatedClient client) => Task.FromResult(true);

    private static void Compare(SimulatedClient client, List<Value[]> first, List<Value[]>? second)
    {
        World world = client.Cluster.World;
        if (second is null)
        {
            if (client.Cluster.IsCalm)
                world.Fail("a reader lost its snapshot while nothing failed", $"{client.LastError}");
            return;
        }
        string before = string.Join(",", (object[])first[0]), after = string.Join(",", (object[])second[0]);
        if (before != after) world.Fail("two looks of one transaction differ", $"{before} | {after}");
    }
}
