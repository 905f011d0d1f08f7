using ColFrag.Simulation.Runs;

namespace ColFrag.Simulation.Tests;

/// <summary>A seed repeats a whole run, step by step.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_seed_gives_the_same_trace_twice(ulong seed)
    {
        SimulationReport first = SimulationRun.Run(seed), second = SimulationRun.Run(seed);
        Assert.Null(first.Failure);
        Assert.True(first.Steps > 1_000);
        Assert.Equal(first.Steps, second.Steps);
        Assert.Equal(first.TraceHash, second.TraceHash);
    }

    [Fact]
    public void Another_seed_gives_another_trace() =>
        Assert.NotEqual(SimulationRun.Run(5).TraceHash, SimulationRun.Run(6).TraceHash);

    [Fact]
    public void Watching_a_run_changes_nothing_of_it() => Assert.Equal(
        SimulationRun.Run(7).TraceHash, SimulationRun.Run(7, new SimulationOptions { KeptLines = 100_000 }).TraceHash);
}
