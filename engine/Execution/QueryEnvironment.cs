using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution;

/// <summary>What a run needs of the process it runs in; one for a statement.</summary>
internal sealed record QueryEnvironment
{
    /// <summary>Gives turns.</summary>
    public required IScheduler Scheduler { get; init; }

    /// <summary>Counts memory.</summary>
    public MemoryBroker Memory { get; init; } = MemoryBroker.Unlimited;

    /// <summary>Where operators put what memory has no room for; null: nowhere, they fail instead.</summary>
    public SpillSpace? Spill { get; init; }

    /// <summary>
    /// Rows (or groups) after which every operator that can spills, whatever memory is free; 0: only when it is short.
    /// </summary>
    public long SpillRows { get; init; }

    /// <summary>What functions may know of the session.</summary>
    public SessionInfo Session { get; init; } = SessionInfo.Default;

    /// <summary>Values of $1, $2, …</summary>
    public IReadOnlyList<Value> Parameters { get; init; } = [];

    /// <summary>Where rows of other stages come from; null in a plan that is not cut.</summary>
    public IExchangeInputs? Exchanges { get; init; }

    /// <summary>Where operators are kept for the next run of the same statement; null where they are not.</summary>
    public KeptOperators? Kept { get; init; }

    /// <summary>
    /// True when whoever reads the rows takes vectors of every shape; else they come flat or constant.
    /// </summary>
    public bool KeepsShapes { get; init; }

    /// <summary>Optimizer rules that the session switched off.</summary>
    public IReadOnlySet<string> DisabledRules { get; init; } = new HashSet<string>();

    /// <summary>Is told what scans have read; null where nobody wants to know.</summary>
    public ScanProgress? Progress { get; init; }

    /// <summary>Measures each operator's rows and time, for EXPLAIN ANALYZE; costs a few percent.</summary>
    public bool IsMeasured { get; init; }
}
