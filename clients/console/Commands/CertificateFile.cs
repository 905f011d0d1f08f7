using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Commands;

/// <summary>Certificates in PEM, as options name them.</summary>
static class CertificateFile
{
    /// <summary>A certificate with its private key, which lies with it or in a file of its own.</summary>
    /// <exception cref="StorageException">One of them cannot be read.</exception>
    public static X509Certificate2? Read(FileInfo? certificate, FileInfo? key)
    {
        if (certificate is null)
        {
            return key is null ? null
                : throw new UsageException("The key of a certificate is given, and the certificate is absent");
        }
        return Read(certificate, () => X509Certificate2.CreateFromPemFile(
            certificate.FullName, (key ?? certificate).FullName));
    }

    /// <summary>The certificate of an authority, without its key.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static X509Certificate2? ReadAuthority(FileInfo? authority) => authority is null ? null
        : Read(authority, () => X509CertificateLoader.LoadCertificateFromFile(authority.FullName));

    private static X509Certificate2 Read(FileInfo file, Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                "Cannot read the certificate and its key", file.FullName, error.Message, inner: error);
        }
    }
}
