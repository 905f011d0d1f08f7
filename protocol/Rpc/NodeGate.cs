using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Rpc;

/// <summary>
/// Admits nodes and tools of one cluster that speak a version in common and mean this node in this incarnation.
/// </summary>
/// <param name="self">Who this process is; asked at every hello, since an incarnation changes with a
/// registration.</param>
internal sealed class NodeGate(Func<NodeIdentity> self) : IRpcGate
{
    /// <inheritdoc/>
    public ValueTask<RpcPeer> AdmitAsync(IMessage hello, IGreeting greeting, CancellationToken cancellationToken)
    {
        IConnection connection = greeting.Connection;
        if (hello is not Hello node)
        {
            throw new ClusterException(
                $"A {hello.GetType().Name} is not answered here: this is the port of the cluster's own processes",
                isTransient: false, SqlStates.ProtocolViolation,
                "Connect to a coordinator's port for sessions (7432).");
        }
        if (!connection.IsProtected)
        {
            throw new ClusterException(
                $"A process at {connection.Peer} cannot show that it belongs to the cluster", isTransient: false,
                SqlStates.InvalidAuthorization,
                "Give both processes --certificate, --key and --authority; --insecure on both trusts the network.");
        }
        NodeIdentity receiver = self();
        int version = ProtocolVersion.Agree(node.OldestVersion, node.NewestVersion);
        if (node.Sender.Cluster != Guid.Empty && node.Sender.Cluster != receiver.Cluster)
        {
            throw new ClusterException(
                $"Another cluster: {connection.Peer} belongs to {node.Sender.Cluster}, not to {receiver.Cluster}",
                isTransient: false, SqlStates.ProtocolViolation);
        }
        CheckReceiver(node.ExpectedNode, node.ExpectedIncarnation, receiver);
        CheckCertificate(node.Sender, connection);
        return ValueTask.FromResult(new RpcPeer(
            $"{node.Sender.Kind} {node.Sender.Node:x} at {connection.Peer}",
            new Welcome(version, receiver, Software.Name), node.Sender));
    }

    /// <summary>Throws unless the one found is the one expected, 0 being anyone.</summary>
    internal static void CheckReceiver(ulong expectedNode, long expectedIncarnation, NodeIdentity found)
    {
        if (expectedNode != 0 && expectedNode != found.Node)
        {
            throw new ClusterException(
                $"Wrong node: expected {expectedNode:x} and found {found.Node:x}", sqlState: SqlStates.CannotConnectNow,
                hint: "Another process has taken that address; the catalog will say where the node is now.");
        }
        if (expectedIncarnation != 0 && expectedIncarnation != found.Incarnation)
        {
            throw new ClusterException(
                $"Wrong incarnation: expected {expectedIncarnation} and found {found.Incarnation}",
                sqlState: SqlStates.CannotConnectNow,
                hint: "The process was restarted since; read its registration again.");
        }
    }

    /// <summary>
    /// A certificate that names a node, <c>worker/1f</c> or <c>coordinator/2a</c>, is that node's; one that names
    /// something else, such as a machine, shows that its holder belongs to the cluster.
    /// </summary>
    private static void CheckCertificate(NodeIdentity sender, IConnection connection)
    {
        if (connection.PeerCertificateName is not string name || sender.Kind == NodeKind.Tool) return;
        bool namesNode = name.StartsWith("worker/", StringComparison.Ordinal) ||
            name.StartsWith("coordinator/", StringComparison.Ordinal);
        if (!namesNode) return;
        string expected = $"{(sender.Kind == NodeKind.Worker ? "worker" : "coordinator")}/{sender.Node:x}";
        if (name != expected)
        {
            throw new ClusterException(
                $"The certificate is not the sender's: it names {name}, the hello {expected}", isTransient: false,
                SqlStates.ProtocolViolation);
        }
    }
}
