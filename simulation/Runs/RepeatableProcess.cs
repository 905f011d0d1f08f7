using ColFrag.Engine.Kernels;

namespace ColFrag.Simulation.Runs;

/// <summary>What a process must be told before its first run, so that another process repeats it.</summary>
internal static class RepeatableProcess
{
    /// <summary>Fixes what is otherwise random in each process; called before the engine runs.</summary>
    /// <exception cref="InvalidOperationException">The engine has run already.</exception>
    public static void Prepare()
    {
        const ulong Seed = 0x0C01F4A6;
        AppContext.SetData(Hashing.SeedName, Seed);
        if (Hashing.Seed != Seed) throw new InvalidOperationException("The engine has chosen its hash already.");
    }
}
