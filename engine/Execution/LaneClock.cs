using System.Diagnostics;

namespace ColFrag.Engine.Execution;

/// <summary>
/// Which node the thread of a lane works for at the moment: time goes to one node at a time, so that the times of all
/// nodes add up to the time of the threads. For one lane.
/// </summary>
internal sealed class LaneClock
{
    private OperatorStatistics? _current;
    private long _since;

    /// <summary>From now on it is this node's time; returns whose it was.</summary>
    public OperatorStatistics? Enter(OperatorStatistics? statistics)
    {
        long now = Stopwatch.GetTimestamp();
        OperatorStatistics? before = _current;
        before?.AddTicks(now - _since);
        _current = statistics;
        _since = now;
        return before;
    }
}

/// <summary>
/// Stands in front of a step: gives it its time, and counts what comes to it as rows that left the node before it.
/// </summary>
internal sealed class MeteredOperator(
    Operator step, LaneClock clock, OperatorStatistics? own, OperatorStatistics? producer) : Operator(step)
{
    public override Flow Push(Vectors.Batch batch)
    {
        producer?.AddRows(batch.SelectedCount, 1);
        OperatorStatistics? before = clock.Enter(own);
        try
        {
            return Next.Push(batch);
        }
        finally
        {
            clock.Enter(before);
        }
    }

    public override Flow Resume()
    {
        OperatorStatistics? before = clock.Enter(own);
        try
        {
            return Next.Resume();
        }
        finally
        {
            clock.Enter(before);
        }
    }

    public override Flow Finish()
    {
        OperatorStatistics? before = clock.Enter(own);
        try
        {
            return Next.Finish();
        }
        finally
        {
            clock.Enter(before);
        }
    }

    public override void Dispose() => Next.Dispose();
}
