using ColFrag.Engine.Errors;
using ColFrag.Protocol;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Membership;

/// <summary>Admits the processes of the cluster, and tells the worker list when their connections end.</summary>
internal sealed class MemberGate(Func<NodeIdentity> self, Action<MemberSession> ended) : IRpcGate
{
    private readonly NodeGate _gate = new(self);

    /// <inheritdoc/>
    public async ValueTask<RpcPeer> AdmitAsync(
        IMessage hello, IGreeting greeting, CancellationToken cancellationToken)
    {
        RpcPeer peer = await _gate.AdmitAsync(hello, greeting, cancellationToken);
        return peer with { State = new MemberSession((NodeIdentity)peer.State!, ended) };
    }

    /// <summary>The session of a call.</summary>
    public static MemberSession SessionOf(RpcCall call) => call.Peer.State as MemberSession ??
        throw new ClusterException(
            "Only processes of the cluster may ask this", isTransient: false, SqlStates.ProtocolViolation);
}
