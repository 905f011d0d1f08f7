using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>What expressions of a run may use beside their input.</summary>
/// <param name="Session">Time, zone, user: fixed for the statement.</param>
/// <param name="Parameters">Values of $1, $2, …</param>
/// <param name="Account">Counts the vectors of evaluators.</param>
/// <param name="Cancellation">Ends calls that take long.</param>
internal sealed record ExpressionScope(
    SessionInfo Session, IReadOnlyList<Value> Parameters, MemoryAccount Account,
    CancellationToken Cancellation = default)
{
    /// <summary>A scope of nobody, for folding and tests.</summary>
    public static ExpressionScope Default { get; } = new(SessionInfo.Default, [], MemoryAccount.Untracked);

    /// <summary>A context for one call.</summary>
    public FunctionContext CreateContext(MemoryAccount account) => new(Session, account)
    {
        CancellationToken = Cancellation,
    };
}
