using ColFrag.Simulation.Cluster;

namespace ColFrag.Simulation.Workloads;

/// <summary>
/// What clients do in a run, and what they then know must be true. A workload remembers what was acknowledged; whatever
/// contradicts that fails the run.
/// </summary>
internal interface IWorkload
{
    /// <summary>Makes its tables, while nothing fails yet.</summary>
    Task PrepareAsync(SimulatedClient client);

    /// <summary>One step of one client, and whatever can be checked at once.</summary>
    Task StepAsync(SimulatedClient client);

    /// <summary>Checks everything after the cluster has healed; false when there was no answer yet.</summary>
    Task<bool> CheckAsync(SimulatedClient client);
}
