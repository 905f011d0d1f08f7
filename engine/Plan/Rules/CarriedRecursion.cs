namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Recursions that can run for many outer rows side by side: every row of a round comes of one of the round before, so
/// that it belongs to the same outer row, and a recursion that has ended gives nothing while others go on.
/// </summary>
internal static class CarriedRecursion
{
    /// <summary>True where the step is of this form.</summary>
    public static bool IsCarried(RecursiveCte recursion)
    {
        int[] ids = [recursion.CteId, recursion.AllCteId];
        return Refers(recursion.Step, ids) && Carries(recursion.Step, ids);
    }

    private static bool Refers(LogicalNode node, int[] ids) =>
        node.DescendantsAndSelf().Any(n => n is CteReference reference && ids.Contains(reference.CteId));

    /// <summary>True when each row of a plan comes of one row of the recursion, or none of it does.</summary>
    private static bool Carries(LogicalNode node, int[] ids)
    {
        if (!Refers(node, ids)) return true;
        return node switch
        {
            CteReference => true,
            Filter or Project or Sort or Window or Distinct or Unnest or Limit or CrossJoin
                or Join { Kind: JoinKind.Inner } => node.Inputs.All(input => Carries(input, ids)),
            // Rows without a partner come too: those of the left side must be the recursion's.
            Join { Kind: not (JoinKind.Right or JoinKind.Full) } join =>
                Refers(join.Left, ids) && Carries(join.Left, ids) && Carries(join.Right, ids),
            Aggregate { Keys.IsEmpty: false, GroupingSets.IsEmpty: true } => Carries(node.Inputs[0], ids),
            SetOperation { Kind: SetOperationKind.Union } union =>
                union.Operands.All(operand => Refers(operand, ids) && Carries(operand, ids)),
            _ => false,
        };
    }
}
