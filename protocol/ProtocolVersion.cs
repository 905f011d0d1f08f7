using ColFrag.Engine.Errors;

namespace ColFrag.Protocol;

/// <summary>
/// The protocol's number. A build speaks its own and the one before, so that a cluster is upgraded one process at a
/// time; both ends use the highest that both speak.
/// </summary>
internal static class ProtocolVersion
{
    /// <summary>The newest this build speaks.</summary>
    public const int Newest = 1;

    /// <summary>The oldest this build speaks: the one before the newest, once there is one.</summary>
    public const int Oldest = 1;

    /// <summary>The version to use with a peer that speaks the given ones.</summary>
    /// <exception cref="ClusterException">There is none.</exception>
    public static int Agree(int peerOldest, int peerNewest)
    {
        int version = Math.Min(Newest, peerNewest);
        if (version >= Math.Max(Oldest, peerOldest)) return version;
        throw new ClusterException(
            $"No common protocol version: the peer speaks {peerOldest} to {peerNewest}, this one {Oldest} to {Newest}",
            isTransient: false, SqlStates.ProtocolViolation,
            "Upgrade the older of the two; neighbouring releases speak to each other.");
    }
}
