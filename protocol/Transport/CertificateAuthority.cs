using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Transport;

/// <summary>
/// Whose certificates are believed: those that some roots have issued, and no others, whatever the machine trusts
/// besides. Revocation is not looked up: an authority of one's own is taken away by replacing it.
/// </summary>
internal sealed class CertificateAuthority(X509Certificate2Collection roots)
{
    /// <summary>The roots of a file in PEM.</summary>
    /// <exception cref="StorageException">It cannot be read, or has no certificate.</exception>
    public static CertificateAuthority Read(string path)
    {
        X509Certificate2Collection roots = [];
        try
        {
            roots.ImportFromPemFile(path);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StorageException("Cannot read the authority's certificates", path, error.Message, inner: error);
        }
        return roots.Count > 0
            ? new CertificateAuthority(roots)
            : throw new StorageException("The file has no certificate", path, "It is to be in PEM.");
    }

    /// <summary>How a process that has a certificate listens for others that must have one too.</summary>
    public SslServerAuthenticationOptions ListenAs(X509Certificate2 own) => new()
    {
        ServerCertificate = own,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, peer, chain, _) => HasIssued(peer, chain),
    };

    /// <summary>
    /// How it connects to them. They are known by addresses, which certificates need not name: membership is what is
    /// proved.
    /// </summary>
    public SslClientAuthenticationOptions ConnectAs(X509Certificate2 own) => new()
    {
        ClientCertificates = [own],
        RemoteCertificateValidationCallback = (_, peer, chain, _) => HasIssued(peer, chain),
    };

    /// <summary>True for a certificate that is valid now and leads to one of the roots.</summary>
    /// <param name="certificate">The certificate; null where the peer showed none.</param>
    /// <param name="shown">What the peer showed besides: certificates between his and the root.</param>
    public bool HasIssued(X509Certificate? certificate, X509Chain? shown)
    {
        if (certificate is not X509Certificate2 issued) return false;
        using X509Chain chain = new() { ChainPolicy = Policy() };
        foreach (X509ChainElement element in shown is null ? [] : shown.ChainElements.ToArray())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(issued);
    }

    /// <summary>The rules as the runtime's own check takes them.</summary>
    public X509ChainPolicy Policy()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
