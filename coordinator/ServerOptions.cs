using System.Security.Cryptography.X509Certificates;
using ColFrag.Protocol.Transport;

namespace ColFrag.Coordinator;

/// <summary>Where a server listens for clients, and how it is protected.</summary>
internal sealed record ServerOptions
{
    /// <summary>The port for clients where none is named.</summary>
    public const int DefaultPort = 7432;

    /// <summary>
    /// Where clients connect: <c>ip:port</c>, <c>[ipv6]:port</c> or <c>unix:path</c>; port 0 is any free one.
    /// </summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The certificate for TLS, which those from other machines must use; null where TLS is refused.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Who issues the certificates of the cluster's processes, which then must show one; null where they have none and
    /// come from this machine.
    /// </summary>
    public CertificateAuthority? Members { get; init; }

    /// <summary>True allows plain connections from other machines.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Connections at one time; more are closed at once.</summary>
    public int MaxConnections { get; init; } = 1_000;
}
