using System.CommandLine;
using ColFrag.Protocol.Etcd;

namespace ColFrag.Console.Commands;

/// <summary>The options that say where the catalog is when it is not in the folder.</summary>
sealed class CatalogOptions
{
    /// <summary>What the password of the user in the address is read from.</summary>
    private const string PasswordVariable = "COLFRAG_CATALOG_PASSWORD";

    private readonly Option<string?> _catalog = new("--catalog")
    {
        HelpName = "ADDR",
        Description = "Keeps the catalog in etcd: etcd://HOST:2379,HOST:2379, or etcds:// for TLS; with " +
            $"etcds://USER@HOST the password is read from {PasswordVariable}",
    };

    private readonly Option<FileInfo?> _authority = new("--catalog-ca")
    {
        HelpName = "FILE", Description = "With etcds://: the authority that signed etcd's certificates, in PEM",
    };

    private readonly Option<FileInfo?> _certificate = new("--catalog-certificate")
    {
        HelpName = "FILE", Description = "With etcds://: the certificate to show etcd, in PEM",
    };

    private readonly Option<FileInfo?> _key = new("--catalog-key")
    {
        HelpName = "FILE", Description = "The private key of --catalog-certificate, where it is not in the same file",
    };

    public void AddTo(Command command)
    {
        command.Add(_catalog);
        command.Add(_authority);
        command.Add(_certificate);
        command.Add(_key);
    }

    /// <summary>The etcd that was named; null for none.</summary>
    public EtcdOptions? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_catalog) is not { } address) return null;
        return EtcdOptions.Parse(address) with
        {
            Authority = CertificateFile.ReadAuthority(parsed.GetValue(_authority)),
            Certificate = CertificateFile.Read(parsed.GetValue(_certificate), parsed.GetValue(_key)),
            Password = Environment.GetEnvironmentVariable(PasswordVariable),
        };
    }
}
