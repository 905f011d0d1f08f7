using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>Pushes something several times for every batch, and goes on in the middle where it had to stop.</summary>
internal abstract class RepeatingOperator(Operator next) : Operator(next)
{
    private Batch? _input;
    private int _next;

    /// <summary>How often.</summary>
    protected abstract int RepetitionCount { get; }

    public override Flow Push(Batch batch)
    {
        _input = batch;
        _next = 0;
        return Continue();
    }

    public override Flow Resume()
    {
        Flow flow = Next.Resume();
        return flow.IsMore ? Continue() : flow;
    }

    /// <summary>What one repetition makes of a batch; null when nothing is left of it.</summary>
    protected abstract Batch? Repeat(Batch input, int repetition);

    private Flow Continue()
    {
        if (_input is null) return Flow.More;
        while (_next < RepetitionCount)
        {
            if (Repeat(_input, _next++) is not { } batch) continue;
            Flow flow = Next.Push(batch);
            if (!flow.IsMore) return flow;
        }
        _input = null;
        return Flow.More;
    }
}
