using System.Net;
using System.Net.Security;

namespace ColFrag.Protocol.Transport;

/// <summary>How a client of sessions believes that a server is the one it means.</summary>
/// <param name="Roots">Who must have issued the server's certificate; null for those whom the machine trusts.</param>
/// <param name="ChecksName">True where the certificate must name the host that was asked for.</param>
internal sealed record ClientTls(CertificateAuthority? Roots, bool ChecksName = true)
{
    /// <summary>TLS for an address.</summary>
    public SslClientAuthenticationOptions OptionsFor(string address)
    {
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = HostOf(address), CertificateChainPolicy = Roots?.Policy(),
        };
        if (ChecksName) return options;
        options.RemoteCertificateValidationCallback = static (_, certificate, _, errors) =>
            certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == 0;
        return options;
    }

    private static string HostOf(string address) => NetworkAddress.Parse(address) switch
    {
        DnsEndPoint name => name.Host,
        IPEndPoint ip => ip.Address.ToString(),
        _ => "localhost",
    };
}
