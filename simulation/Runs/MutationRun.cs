namespace ColFrag.Simulation.Runs;

/// <summary>Looks for a seed that shows what a safeguard is good for.</summary>
internal static class MutationRun
{
    /// <summary>
    /// Usual runs, those in which processes stand still where it matters, with maintenance that never rests and
    /// without, and those in which it never rests and nothing goes wrong, so that every question must be answered.
    /// </summary>
    private static readonly SimulationOptions[] s_kinds =
    [
        new(), new() { IsProvoked = true }, new() { IsProvoked = true, IsHurried = true },
        new() { IsHurried = true, HasFaults = false },
    ];

    /// <summary>The same with column groups on different workers, for what only matters there.</summary>
    private static readonly SimulationOptions[] s_spreadKinds = [.. s_kinds.Select(k => k with { IsSpread = true })];

    /// <summary>
    /// The first of some seeds that fails without a safeguard and passes with it; null when none does.
    /// </summary>
    public static (SimulationReport Report, SimulationOptions Options)? FindSeed(
        Mutant mutant, ulong first, ulong last)
    {
        for (ulong seed = first; ; seed++)
        {
            foreach (SimulationOptions options in mutant.IsAboutGroups ? s_spreadKinds : s_kinds)
            {
                SimulationReport report = SimulationRun.Run(seed, options with { Mutant = mutant });
                if (report.Failure is not null && SimulationRun.Run(seed, options).Failure is null)
                    return (report, options);
            }
            if (seed == last) return null;
        }
    }
}
