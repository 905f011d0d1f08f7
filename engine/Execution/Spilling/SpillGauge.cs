using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Execution.Spilling;

/// <summary>
/// Tells a lane of an operator, before every batch, whether it must put its rows into a file first: because the broker
/// asks for it, because memory has no room for the batch, or because a test wants it. For one lane.
/// </summary>
internal sealed class SpillGauge : IDisposable
{
    /// <summary>Promises grow in steps, so that the broker is not asked at every batch.</summary>
    private const long StepBytes = 256 << 10;

    private readonly MemoryAccount _account;
    private readonly long _mostRows;
    private readonly bool _isPossible;
    private long _headroom;
    private long _promised;

    public SpillGauge(QueryRun run, MemoryAccount account)
    {
        _account = account;
        _isPossible = run.Environment.Spill is not null;
        _mostRows = run.Environment.SpillRows > 0 ? run.Environment.SpillRows : long.MaxValue;
        account.IsSpillable = _isPossible;
    }

    /// <summary>True when what is held must go before more is taken.</summary>
    /// <param name="rows">Rows or groups that are held; nothing is gained by spilling none.</param>
    /// <param name="headroom">Bytes that the next batch may take at most.</param>
    public bool MustSpill(long rows, long headroom)
    {
        if (!_isPossible) return false;
        bool mustSpill = rows > 0 &&
            (_account.SpillRequested || rows >= _mostRows || !_account.TryIntend(headroom));
        // The batch is taken in any case, before or after rows are spilled.
        _account.Intend(headroom);
        _headroom = headroom;
        if (mustSpill) _account.SpillRequested = false;
        return mustSpill;
    }

    /// <summary>
    /// Sets bytes aside for what comes after the last batch; false when there is no room, and rows must be spilled.
    /// </summary>
    public bool TryPromise(long bytes)
    {
        if (bytes <= _promised || !_isPossible) return true;
        long more = Math.Max(bytes - _promised, Math.Min(StepBytes, bytes));
        // The batch's own bytes are still to be taken.
        bool isReserved = _account.TryIntend(_headroom + more) && _account.TryReserve(more);
        _account.Intend(_headroom);
        if (isReserved) _promised += more;
        return isReserved;
    }

    /// <summary>Gives back what was set aside: now it is needed, or not any more.</summary>
    public void EndPromise()
    {
        _account.Release(_promised);
        _promised = 0;
    }

    /// <summary>The lane may be asked to spill, again.</summary>
    public void Begin() => _account.IsSpillable = _isPossible;

    /// <summary>The lane will spill no more: what it has, it keeps.</summary>
    public void End()
    {
        _account.IsSpillable = false;
        _account.EndIntent();
    }

    public void Dispose()
    {
        EndPromise();
        End();
    }
}
