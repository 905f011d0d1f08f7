using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ColFrag.Clients.Tests.Support;

/// <summary>An authority and what it issues, for this machine.</summary>
sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset s_validFrom = DateTimeOffset.UtcNow.AddMinutes(-5);

    public TestCertificates()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=a test's authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Authority = request.CreateSelfSigned(s_validFrom, s_validFrom.AddHours(2));
        RootFile = Path.Combine(Path.GetTempPath(), $"colfrag-root-{Guid.NewGuid():N}.pem");
        File.WriteAllText(RootFile, Authority.ExportCertificatePem());
    }

    public X509Certificate2 Authority { get; }

    /// <summary>A file with the authority's certificate.</summary>
    public string RootFile { get; }

    /// <summary>A certificate that names this machine's loopback, or another host.</summary>
    public X509Certificate2 Issue(string? host = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={host ?? "localhost"}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(host ?? "localhost");
        if (host is null) names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(
            Authority, s_validFrom, s_validFrom.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        Authority.Dispose();
        File.Delete(RootFile);
    }
}
