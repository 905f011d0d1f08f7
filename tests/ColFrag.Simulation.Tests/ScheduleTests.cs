using System.Diagnostics;
using ColFrag.Simulation.Runs;
using Xunit.Abstractions;

namespace ColFrag.Simulation.Tests;

/// <summary>
/// Schedules of faults for as long as the budget lasts, from seeds that the commit chooses: whoever checks the same
/// commit tries the same.
/// </summary>
public sealed class ScheduleTests(ITestOutputHelper output)
{
    /// <summary>
    /// Schedules in a second below which the simulation has become too slow to find anything: a small part of what
    /// half a machine of two cores does.
    /// </summary>
    private const double FloorPerSecond = 0.1;

    [Fact]
    [Trait("Budget", "simulation")]
    public void Whatever_fails_nothing_acknowledged_is_lost_and_everything_heals()
    {
        TimeSpan budget = TestBudget.Of("simulation");
        ulong seed = (ulong)CommitSeed.Value << 20;
        // The youngest workloads ripen in long runs.
        bool isLong = Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1";
        bool isWide = Environment.GetEnvironmentVariable("COLFRAG_WIDE") == "1";
        SimulationOptions options = new() { HasMore = isLong || isWide, IsWide = isWide };
        SimulationTotals totals = new();
        Stopwatch spent = Stopwatch.StartNew();
        while (spent.Elapsed < budget && totals.Failures.Count < 3) totals.Add(SimulationRun.Run(seed++, options));
        output.WriteLine(totals.ToString());
        string kind = isWide ? " --wide" : isLong ? "" : " --plain";
        Assert.True(totals.Failures.Count == 0, string.Join('\n', totals.Failures.Select(
            f => $"colfrag simulate --seed {f.Seed}{kind}: {f.Failure!.What}: {f.Failure.Detail}")));
        Assert.True(totals.AcknowledgedRows > 0);
        Assert.True(
            totals.RunCount >= budget.TotalSeconds * FloorPerSecond,
            $"only {totals.RunCount} schedules in {budget.TotalSeconds:F0} s");
    }
}
