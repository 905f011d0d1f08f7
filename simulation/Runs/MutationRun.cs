namespace ColFrag.Simulation.Runs;

/// <summary>Looks for a seed that shows what a safeguard is good for.</summary>
internal static class MutationRun
{
    /// <summary>
    /// Usual runs, those in which maintenance never rests, and those in which nothing else goes wrong either, so that
    /// every question must be answered; at last those whose column groups lie on different workers.
    /// </summary>
    private static readonly SimulationOptions[] s_kinds =
    [
        new(), new() { IsHurried = true }, new() { IsHurried = true, HasFaults = false },
        new() { IsSpread = true }, new() { IsSpread = true, IsHurried = true },
    ];

    /// <summary>
    /// The first of some seeds that fails without a safeguard and passes with it; null when none does.
    /// </summary>
    public static (SimulationReport Report, SimulationOptions Options)? FindSeed(
        Mutant mutant, ulong first, ulong last)
    {
        foreach (SimulationOptions options in s_kinds)
        {
            for (ulong seed = first; ; seed++)
            {
                SimulationReport report = SimulationRun.Run(seed, options with { Mutant = mutant });
                if (report.Failure is not null && SimulationRun.Run(seed, options).Failure is null)
                    return (report, options);
                if (seed == last) break;
            }
        }
        return null;
    }
}
