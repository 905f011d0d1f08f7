using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Exchange;

/// <summary>
/// Where one partition of a stage's rows goes: a queue for the task that will read it. Called from several lanes.
/// </summary>
internal interface IPartitionTarget
{
    /// <summary>
    /// Takes the rows of a borrowed batch that its mask lets through. They count as taken whatever is answered: Blocked
    /// asks to wait for the signal before the next batch, Done says that nobody wants more.
    /// </summary>
    Flow Add(Batch batch);

    /// <summary>Called once, after the last batch of all lanes; never for a run that failed.</summary>
    void End();
}
