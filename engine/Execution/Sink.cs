namespace ColFrag.Engine.Execution;

/// <summary>
/// Where pipelines end: state that their lanes share. Several pipelines can feed one sink (UNION ALL, the unmatched
/// rows of an outer join).
/// </summary>
internal abstract class Sink : IDisposable
{
    private int _openPipelines;

    /// <summary>True when batches must come in order, from one lane.</summary>
    public virtual bool IsSerial => false;

    /// <summary>The node whose work the collecting is, for figures; null where it is nobody's.</summary>
    public PhysicalNode? Owner { get; init; }

    /// <summary>True after <see cref="Complete"/>.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The last step of one lane.</summary>
    public abstract Operator StartLane(PipelineContext context);

    /// <summary>
    /// Called once, after the last lane of the last pipeline; must be short. Long work is a pipeline.
    /// </summary>
    protected virtual void Complete()
    {
    }

    /// <summary>Frees the state, at the end of the run.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>Counts a pipeline that will feed this sink.</summary>
    internal void AddPipeline() => Interlocked.Increment(ref _openPipelines);

    /// <summary>Counts a pipeline that has ended; completes after the last.</summary>
    internal bool EndPipeline(bool failed)
    {
        if (Interlocked.Decrement(ref _openPipelines) > 0) return false;
        if (failed) return false;
        Complete();
        IsComplete = true;
        return true;
    }
}
