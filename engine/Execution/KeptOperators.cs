namespace ColFrag.Engine.Execution;

/// <summary>
/// The operators of a statement that is run again as it was: nodes are data, so the next run takes them as they are.
/// </summary>
internal sealed class KeptOperators
{
    /// <summary>The root; null until they were planned once.</summary>
    public PhysicalNode? Root { get; set; }
}
