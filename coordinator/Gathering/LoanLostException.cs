using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Coordinator.Gathering;

/// <summary>A task could not begin, because nobody gave its worker column groups that lie elsewhere.</summary>
internal sealed class LoanLostException(ImmutableArray<LoanFault> faults) : ColFragException(
    SqlStates.CannotConnectNow,
    "A worker could not get column files that others have: "
    + (faults.IsEmpty ? "none of them is alive" : faults[0].Reason.Message),
    "Start the workers again that hold them; SELECT * FROM colfrag_fragments shows where copies are.")
{
    /// <summary>Who did not give what was asked of him.</summary>
    public ImmutableArray<LoanFault> Faults => faults;

    public override bool IsTransient => true;
}
