namespace ColFrag.Engine.Execution.Planning;

/// <summary>Ways over the nodes of a plan.</summary>
internal static class PlanTraversal
{
    /// <summary>A node and everything below it, parents first.</summary>
    public static IEnumerable<PhysicalNode> DescendantsAndSelf(this PhysicalNode root)
    {
        Stack<PhysicalNode> pending = new([root]);
        while (pending.TryPop(out PhysicalNode? node))
        {
            yield return node;
            for (int i = node.Inputs.Count - 1; i >= 0; i--) pending.Push(node.Inputs[i]);
        }
    }

    /// <summary>
    /// Changes inputs first, then what became of their parents; unchanged nodes stay the same objects.
    /// </summary>
    public static PhysicalNode RewriteUp(this PhysicalNode node, Func<PhysicalNode, PhysicalNode> change)
    {
        if (node.Inputs.Count == 0) return change(node);
        PhysicalNode[] inputs = [.. node.Inputs.Select(i => i.RewriteUp(change))];
        bool isSame = inputs.SequenceEqual(node.Inputs, ReferenceEqualityComparer.Instance);
        return change(isSame ? node : node.WithInputs(inputs));
    }
}
