using System.Security.Cryptography.X509Certificates;
using ColFrag.Protocol.Transport;

namespace ColFrag.Console.Processes;

/// <summary>How processes of a cluster reach each other.</summary>
static class NodeNetwork
{
    /// <summary>Sockets: with TLS at both ends where there is an authority, else plain.</summary>
    public static SocketTransport Open(X509Certificate2? own, CertificateAuthority? authority) =>
        own is null || authority is null
            ? new SocketTransport()
            : new SocketTransport { ClientTls = authority.ConnectAs(own), ServerTls = authority.ListenAs(own) };
}
