using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Protocol.Transport;

namespace ColFrag.Coordinator.Listeners;

/// <summary>How the front door speaks TLS with those who begin with it.</summary>
/// <param name="certificate">The server's certificate.</param>
/// <param name="members">Who issues the certificates of the cluster's processes; null where they have none.</param>
internal sealed class DoorTls(X509Certificate2 certificate, CertificateAuthority? members)
{
    /// <summary>The first byte of a TLS conversation: a record of the handshake.</summary>
    public const byte FirstByte = 0x16;

    // What clients of the PostgreSQL protocol offer who begin with TLS at once.
    private static readonly SslApplicationProtocol s_postgres = new("postgresql");

    /// <summary>True where processes of the cluster must show a certificate.</summary>
    public bool KnowsMembers => members is not null;

    /// <summary>For one connection. Clients show no certificate; one that is shown must be of the authority.</summary>
    public SslServerAuthenticationOptions Options() => new()
    {
        ServerCertificate = certificate,
        ApplicationProtocols = [s_postgres],
        ClientCertificateRequired = members is not null,
        RemoteCertificateValidationCallback = (_, peer, chain, _) =>
            peer is null || members is null || members.HasIssued(peer, chain),
    };
}
