using System.CommandLine;
using System.Globalization;
using ColFrag.Simulation.Runs;

namespace ColFrag.Console.Commands;

/// <summary>
/// <c>colfrag simulate</c>: whole clusters in this process, each from one seed, with everything going wrong that may.
/// </summary>
static class SimulateCommand
{
    private const int ExitCodeFailed = 1;

    /// <summary>Lines that a drawn run keeps: all that a run of the usual length has.</summary>
    private const int KeptLines = 500_000;

    public static Command Create()
    {
        Option<string?> seeds = new("--seeds") { Description = "Runs all seeds A..B, both in.", HelpName = "A..B" };
        Option<ulong?> seed = new("--seed") { Description = "Runs one seed.", HelpName = "N" };
        Option<bool> explain = new("--explain") { Description = "Draws what happened, a column per node." };
        Option<bool> frames = new("--frames") { Description = "With --explain: every message and file, too." };
        Option<bool> json = new("--json") { Description = "Prints the figures as JSON." };
        Option<bool> mutants = new("--mutants")
        {
            Description = "Leaves out one safeguard after the other; each must be missed by some seed.",
        };
        Option<bool> plain = new("--plain")
        {
            Description = "Without the workloads that a third of the seeds have besides, as ./test.sh without --long.",
        };
        Option<bool> hurried = new("--hurried")
        {
            Description = "Maintenance never rests, and the coordinator's disk is slow: what rarely meets, meets.",
        };
        Option<bool> calm = new("--calm") { Description = "Nothing fails: every question must be answered." };
        Option<bool> wide = new("--wide") { Description = "Every seed has all workloads, keys and sequences too." };
        Option<bool> spread = new("--spread")
        {
            Description = "Every seed has tables whose column groups lie on different workers.",
        };
        Option<bool> provoked = new("--provoked")
        {
            Description = "Processes stand still between looks and what relies on them, and faults aim.",
        };
        Option<string?> only = new("--only")
        {
            Description = "With --mutants: those whose names have this in them.", HelpName = "TEXT",
        };
        Option<string?> without = new("--without")
        {
            Description = "Leaves out the safeguard of this name: what it is good for.", HelpName = "NAME",
        };
        Option<int> seconds = new("--duration")
        {
            Description = "Virtual seconds in which things go wrong.", HelpName = "S", DefaultValueFactory = _ => 20,
        };
        Command command = new("simulate", "Runs simulated clusters from seeds and checks what must always be true.")
        {
            seeds, seed, explain, frames, json, mutants, only, plain, wide, hurried, calm,
            spread, provoked, without, seconds,
        };
        command.SetAction(parsed =>
        {
            (ulong First, ulong Last) range = RangeOf(parsed.GetValue(seeds), parsed.GetValue(seed));
            if (parsed.GetValue(mutants)) return RunMutants(range, parsed.GetValue(only) ?? "");
            return Run(
                range, parsed.GetValue(explain), parsed.GetValue(frames), parsed.GetValue(json),
                new SimulationOptions
                {
                    Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)), HasMore = !parsed.GetValue(plain),
                    IsHurried = parsed.GetValue(hurried), IsProvoked = parsed.GetValue(provoked),
                    IsWide = parsed.GetValue(wide), IsSpread = parsed.GetValue(spread),
                    HasFaults = !parsed.GetValue(calm),
                    Mutant = parsed.GetValue(without) is { } name ? MutantOf(name) : null,
                    KeptLines = parsed.GetValue(explain) ? KeptLines : 0,
                });
        });
        return command;
    }

    private static int Run(
        (ulong First, ulong Last) seeds, bool explains, bool withFrames, bool json, SimulationOptions options)
    {
        RepeatableProcess.Prepare();
        SimulationTotals totals = new();
        for (ulong seed = seeds.First; ; seed++)
        {
            SimulationReport report = SimulationRun.Run(seed, options);
            totals.Add(report);
            if (explains) System.Console.Write(Timeline.Draw(report, withFrames));
            if (report.Failure is { } failure && !json)
            {
                System.Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"seed {seed}: {failure.What} after {failure.Time.TotalSeconds:F3} s: {failure.Detail}"));
                if (!explains) System.Console.WriteLine($"  colfrag simulate --seed {seed}{KindOf(options)} --explain");
            }
            if (seed == seeds.Last) break;
        }
        System.Console.WriteLine(json ? totals.ToJson() : totals.ToString());
        return totals.Failures.Count == 0 ? 0 : ExitCodeFailed;
    }

    /// <summary>Looks for a seed that misses each safeguard; the score is how many are missed.</summary>
    private static int RunMutants((ulong First, ulong Last) seeds, string part)
    {
        RepeatableProcess.Prepare();
        int killed = 0;
        Mutant[] mutants = [.. Mutant.All.Where(m => m.Name.Contains(part, StringComparison.OrdinalIgnoreCase))];
        foreach (Mutant mutant in mutants)
        {
            if (MutationRun.FindSeed(mutant, seeds.First, seeds.Last) is not { } found)
            {
                System.Console.WriteLine($"survived: {mutant.Name}");
                continue;
            }
            killed++;
            System.Console.WriteLine(
                $"missed by seed {found.Report.Seed}{KindOf(found.Options)}: {mutant.Name}: " +
                $"{found.Report.Failure!.What}");
        }
        System.Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"mutation score {killed * 100.0 / Math.Max(1, mutants.Length):F0} %: " +
            $"{killed} of {mutants.Length} safeguards are missed"));
        return killed == mutants.Length ? 0 : ExitCodeFailed;
    }

    /// <summary>The options of the command that make such runs.</summary>
    private static string KindOf(SimulationOptions options) => string.Concat(
        options.IsProvoked ? " --provoked" : "", options.IsHurried ? " --hurried" : "",
        options.IsWide ? " --wide" : "", options.IsSpread ? " --spread" : "", options.HasFaults ? "" : " --calm",
        options.HasMore ? "" : " --plain",
        options.Mutant is { } mutant ? $" --without '{mutant.Name}'" : "");

    private static Mutant MutantOf(string name) =>
        Mutant.All.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase) ||
            m.Name.Equals($"without {name}", StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException(
            $"No safeguard is called {name}. There are: {string.Join(", ", Mutant.All.Select(m => m.Name))}.");

    private static (ulong First, ulong Last) RangeOf(string? seeds, ulong? seed)
    {
        if (seed is { } only && seeds is null) return (only, only);
        string[] ends = (seeds ?? "1..100").Split("..");
        if (seed is null && ends.Length == 2 &&
            ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong first) &&
            ulong.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong last) && first <= last)
        {
            return (first, last);
        }
        throw new UsageException("Give --seed N or --seeds A..B, where A is not above B.");
    }
}
