using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>Where an etcd is, and how to be let in.</summary>
/// <param name="Members">An address of each member, <c>http</c> or <c>https</c>.</param>
internal sealed record EtcdOptions(IReadOnlyList<Uri> Members)
{
    private const string Plain = "etcd", Secure = "etcds";

    /// <summary>The authority that signed the members' certificates; null for those the machine trusts.</summary>
    public X509Certificate2? Authority { get; init; }

    /// <summary>The certificate of this process, whose common name is a user of etcd; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The user who logs in with a password; null where nobody must.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>How long one member is waited for before another one is asked.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a call that can be repeated goes on asking.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Reads <c>etcd://host:2379,host:2379</c>; <c>etcds</c> for TLS, and <c>etcds://user@host</c> for a user with a
    /// password.
    /// </summary>
    /// <exception cref="QueryException">It is no such address.</exception>
    public static EtcdOptions Parse(string address)
    {
        int mark = address.IndexOf("://", StringComparison.Ordinal);
        string scheme = mark < 0 ? "" : address[..mark];
        if (scheme is not (Plain or Secure)) throw Wrong(address);
        string rest = address[(mark + 3)..];
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        string? user = at < 0 ? null : Uri.UnescapeDataString(rest[..at]);
        if (user?.Contains(':', StringComparison.Ordinal) == true)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "A password in an address can be read by everybody on this machine",
                hint: "Write the user alone, and the password into the environment: COLFRAG_CATALOG_PASSWORD.");
        }
        List<Uri> members = [];
        foreach (string member in rest[(at + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            string http = scheme == Secure ? "https" : "http";
            if (!Uri.TryCreate($"{http}://{member}", UriKind.Absolute, out Uri? uri) || uri.PathAndQuery != "/" ||
                uri.UserInfo.Length > 0)
            {
                throw Wrong(address);
            }
            members.Add(uri.IsDefaultPort ? new UriBuilder(uri) { Port = 2379 }.Uri : uri);
        }
        return new EtcdOptions(members) { User = user };
    }

    /// <summary>The address as it was written.</summary>
    public override string ToString()
    {
        string scheme = Members[0].Scheme == Uri.UriSchemeHttps ? Secure : Plain;
        return $"{scheme}://{string.Join(',', Members.Select(m => m.Authority))}";
    }

    /// <summary>How to speak TLS to a member; null for plain ones.</summary>
    internal SslClientAuthenticationOptions? TlsFor(Uri member)
    {
        if (member.Scheme != Uri.UriSchemeHttps) return null;
        SslClientAuthenticationOptions tls = new() { TargetHost = member.DnsSafeHost };
        if (Certificate is not null)
        {
            tls.ClientCertificates = [Certificate];
            // A server that trusts one authority of its own need not name it to be sent our certificate.
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate;
        }
        if (Authority is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.Add(Authority);
        }
        return tls;
    }

    private static QueryException Wrong(string address) => new(
        SqlStates.InvalidParameterValue, $"Not the address of a catalog: {address}",
        hint: "Write etcd://HOST:2379, with commas between several members, or etcds:// for TLS.");
}
