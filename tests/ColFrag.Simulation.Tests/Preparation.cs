using System.Runtime.CompilerServices;

namespace ColFrag.Simulation.Tests;

/// <summary>Prepares the test process before the engine is used.</summary>
static class Preparation
{
    [ModuleInitializer]
    internal static void Prepare() => Runs.RepeatableProcess.Prepare();
}
