namespace ColFrag.Simulation.Runs;

/// <summary>Looks for a seed that shows what a safeguard is good for.</summary>
internal static class MutationRun
{
    /// <summary>The first of some seeds that fails without a safeguard; null when none does.</summary>
    public static SimulationReport? FindSeed(Mutant mutant, ulong first, ulong last)
    {
        for (ulong seed = first; ; seed++)
        {
            SimulationReport report = SimulationRun.Run(seed, new SimulationOptions { Mutant = mutant });
            if (report.Failure is not null) return report;
            if (seed == last) return null;
        }
    }
}
