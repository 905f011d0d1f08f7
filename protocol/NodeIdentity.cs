namespace ColFrag.Protocol;

/// <summary>Which process of which cluster this is.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Kind">What the process does.</param>
/// <param name="Node">The id that a worker or coordinator keeps across restarts.</param>
/// <param name="Incarnation">Raised at every registration, so that answers of an earlier life are told apart.</param>
internal sealed record NodeIdentity(Guid Cluster, NodeKind Kind, ulong Node, long Incarnation);

/// <summary>What a process does. Numbers are on the wire and are never reused.</summary>
internal enum NodeKind
{
    /// <summary>A tool that is no part of the cluster.</summary>
    Tool = 0,
    /// <summary>Sessions, plans, placement.</summary>
    Coordinator = 1,
    /// <summary>Fragments and stages.</summary>
    Worker = 2,
}
