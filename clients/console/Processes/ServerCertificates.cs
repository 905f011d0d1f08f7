using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Console.Commands;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Transport;

namespace ColFrag.Console.Processes;

/// <summary>
/// The options of a process that listens for others: its certificate, and whose certificates it believes.
/// </summary>
sealed class ServerCertificates
{
    private readonly Option<FileInfo?> _certificate = new("--certificate")
    {
        HelpName = "FILE", Description = "Certificate for TLS in PEM, with its private key or beside it in --key",
    };

    private readonly Option<FileInfo?> _key =
        new("--key") { HelpName = "FILE", Description = "The certificate's private key in PEM" };

    private readonly Option<FileInfo?> _authority = new("--authority")
    {
        HelpName = "FILE",
        Description = "Certificates in PEM of who issues those of the cluster's processes, which must then show one",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Options.Add(_authority);
    }

    /// <summary>The process's own certificate; null where it has none.</summary>
    /// <exception cref="UsageException">An option is there without the one it belongs to.</exception>
    /// <exception cref="StorageException">The files cannot be read.</exception>
    public X509Certificate2? ReadCertificate(ParseResult parsed) =>
        CertificateFile.Read(parsed.GetValue(_certificate), parsed.GetValue(_key));

    /// <summary>Whose certificates processes of the cluster must have; null where they need none.</summary>
    /// <exception cref="UsageException">There is no certificate of its own to show in return.</exception>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public CertificateAuthority? ReadAuthority(ParseResult parsed)
    {
        if (parsed.GetValue(_authority) is not { } authority) return null;
        if (parsed.GetValue(_certificate) is null)
            throw new UsageException("--authority goes with --certificate: both ends show one");
        return CertificateAuthority.Read(authority.FullName);
    }
}
