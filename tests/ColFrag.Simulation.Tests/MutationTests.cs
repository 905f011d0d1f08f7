using ColFrag.Simulation.Runs;

namespace ColFrag.Simulation.Tests;

/// <summary>Without one of the product's flushes some seed fails soon: the simulation sees what they are for.</summary>
public sealed class MutationTests
{
    private const ulong Seeds = 20;

    public static TheoryData<string> Names => [.. Mutant.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_safeguard_that_is_left_out_is_missed(string name)
    {
        SimulationReport? found = MutationRun.FindSeed(Mutant.All.Single(m => m.Name == name), 1, Seeds);
        Assert.True(found is not null, $"Nobody misses it: {name}");
        Assert.Null(SimulationRun.Run(found.Seed).Failure);
    }
}
