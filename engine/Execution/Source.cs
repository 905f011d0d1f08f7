namespace ColFrag.Engine.Execution;

/// <summary>
/// Where the batches of a pipeline come from; shared by its lanes, which take morsels from one counter.
/// </summary>
internal abstract class Source : IDisposable
{
    /// <summary>The most lanes that can find work, at least 1; asked once, when the pipeline starts.</summary>
    public abstract int MaxLanes { get; }

    /// <summary>Prepares one lane.</summary>
    public abstract SourceLane StartLane(PipelineContext context);

    /// <summary>Frees what the lanes share, after the last of them.</summary>
    public virtual void Dispose()
    {
    }
}

/// <summary>One lane's way of taking morsels and pushing their batches.</summary>
internal abstract class SourceLane : IDisposable
{
    /// <summary>
    /// Pushes a morsel, or what is left of one: about 5 ms of work. More: call again. Done: no morsels are left, or the
    /// steps need no more. Blocked: Resume the steps after the signal, then call again.
    /// </summary>
    public abstract Flow Run(Operator first);

    /// <summary>Frees what the lane holds.</summary>
    public virtual void Dispose()
    {
    }
}
