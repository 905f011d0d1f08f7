using ColFrag.Simulation.Runs;

namespace ColFrag.Simulation.Tests;

/// <summary>Seeds that failed once, each with what was wrong in the product.</summary>
public sealed class FoundBySimulationTests
{
    [Theory]
    // Workers gave up for good when the coordinator's disk failed while they registered.
    [InlineData(127)]
    // A load that is in already read the client's rows on the thread pool.
    [InlineData(58)]
    [InlineData(80)]
    // The catalog's log was lost: a frame whose flush had failed was read again from the system's memory, others were
    // added behind it, and then the power went.
    [InlineData(1005)]
    [InlineData(1147)]
    [InlineData(1284)]
    // A delete that was decided long ago arrived after the copy had been made and named anew.
    [InlineData(1021)]
    // A surplus copy went that was the only good one: nobody had looked at the others.
    [InlineData(1203)]
    // The same once more: between the look and the commit one of those that stayed was damaged and another's disk
    // exchanged. Copies that no version names go only after a look at those that the catalog names by then.
    [InlineData(990501792647000)]
    // All workers that the catalog named had got empty disks, one after the other; the copy that was to go was the last,
    // and nobody named it again.
    [InlineData(30000931)]
    // A transaction waited for a worker until both disks that had its rows had been exchanged, and was committed.
    [InlineData(30003161)]
    // A delete vector was damaged on the only worker that was left, and the copy at the coordinator was not asked for.
    [InlineData(30003770)]
    public void A_seed_that_failed_once_passes(ulong seed) => AssertPasses(SimulationRun.Run(seed));

    [Theory]
    // The look at a worker's folder took so long that the worker was started again meanwhile, without a folder that it
    // had lost: the end of the first look forgot what the second one had found.
    [InlineData(22)]
    public void A_provoked_seed_that_failed_once_passes(ulong seed) =>
        AssertPasses(SimulationRun.Run(seed, new SimulationOptions { IsProvoked = true }));

    private static void AssertPasses(SimulationReport report) =>
        Assert.True(report.Failure is null, $"{report.Failure?.What}: {report.Failure?.Detail}");
}
