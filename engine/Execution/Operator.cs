using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution;

/// <summary>
/// A step of a query at work in one lane of a pipeline. It takes batches and pushes batches to the next step; it never
/// waits. Used by one thread at a time.
/// <para>
/// A pushed batch is borrowed: its vectors stay as they are until the <see cref="Push"/> that brought it, or the
/// <see cref="Resume"/> that continues it, returns something else than blocked. The receiver may narrow its mask and
/// must not touch its columns.
/// </para>
/// </summary>
internal abstract class Operator(Operator? next) : IDisposable
{
    /// <summary>The step that takes what this one makes. The last step of a lane has none.</summary>
    protected Operator Next { get; } = next!;

    /// <summary>
    /// Takes a batch. When blocked, the batch counts as taken and the rest of the work is left for Resume.
    /// </summary>
    public abstract Flow Push(Batch batch);

    /// <summary>
    /// Continues where a call that was blocked left off, the steps further down first. Steps that make several batches
    /// of one override it.
    /// </summary>
    public virtual Flow Resume() => Next is null ? Flow.More : Next.Resume();

    /// <summary>
    /// No batch follows: passes on what is held back. When blocked it is called again, after Resume has answered
    /// something else, and continues.
    /// </summary>
    public virtual Flow Finish() => Next is null ? Flow.More : Next.Finish();

    /// <summary>Frees what the step holds; the lane calls it for every step, finished or not.</summary>
    public virtual void Dispose()
    {
    }
}
