using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ColFrag.Protocol.Transport;

namespace ColFrag.Data;

/// <summary>
/// A connection string: <c>Data Source=DIR</c> or <c>Data Source=:memory:</c> for a database in this process,
/// <c>Host=name;Port=7432</c> for a server. Unknown words are refused.
/// </summary>
public sealed class ColFragConnectionStringBuilder : DbConnectionStringBuilder
{
    private const int DefaultPort = 7432;
    private const int DefaultTimeout = 15;

    private static readonly string[] s_sslModes = ["Disable", "VerifyCA", "VerifyFull"];

    // Every word with those that mean the same; the first is the one that is written.
    private static readonly string[][] s_words =
    [
        ["Data Source", "DataSource", "Filename", "Folder"], ["Host", "Server"], ["Port"],
        ["Database", "Initial Catalog"], ["Username", "User Id", "User", "Uid"], ["Password", "Pwd"],
        ["Timeout", "Connection Timeout", "Connect Timeout"], ["Command Timeout"], ["Clr Types"], ["Threads"],
        ["Memory Limit"], ["Search Path"], ["Application Name"], ["Load Balance Hosts", "Load Balance"],
        ["Ssl Mode", "SslMode"], ["Root Certificate", "SSL CA"],
    ];

    /// <summary>An empty one: a database in memory.</summary>
    public ColFragConnectionStringBuilder()
    {
    }

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ArgumentException">It has a word that means nothing.</exception>
    public ColFragConnectionStringBuilder(string connectionString) => ConnectionString = connectionString;

    /// <summary>The folder, or <c>:memory:</c>.</summary>
    public string DataSource { get => Text("Data Source"); set => this["Data Source"] = value; }

    /// <summary>
    /// The server's name or address, or several with commas between, each perhaps with a port: the first that takes the
    /// connection is used. Empty for a database in this process.
    /// </summary>
    public string Host { get => Text("Host"); set => this["Host"] = value; }

    /// <summary>The server's port.</summary>
    public int Port { get => Number("Port", DefaultPort); set => this["Port"] = value; }

    /// <summary>The database's name; servers have one.</summary>
    public string Database { get => Text("Database"); set => this["Database"] = value; }

    /// <summary>The user.</summary>
    public string Username { get => Text("Username"); set => this["Username"] = value; }

    /// <summary>The password, where the server asks for one.</summary>
    public string Password { get => Text("Password"); set => this["Password"] = value; }

    /// <summary>Seconds to wait for a connection.</summary>
    public int Timeout { get => Number("Timeout", DefaultTimeout); set => this["Timeout"] = value; }

    /// <summary>Seconds that a command may take; 0 = no limit.</summary>
    public int CommandTimeout { get => Number("Command Timeout", 0); set => this["Command Timeout"] = value; }

    /// <summary>Threads that run queries of an embedded database; 0 = one per core.</summary>
    public int Threads { get => Number("Threads", 0); set => this["Threads"] = value; }

    /// <summary>The schemas that names without one are looked up in.</summary>
    public string SearchPath { get => Text("Search Path"); set => this["Search Path"] = value; }

    /// <summary>The client's name, as the server shows it.</summary>
    public string ApplicationName { get => Text("Application Name"); set => this["Application Name"] = value; }

    /// <summary>
    /// True for <c>Clr Types=Basic</c>: every column comes as a type that .NET has had from the start, which older
    /// libraries want.
    /// </summary>
    public bool HasBasicClrTypes
    {
        get => Text("Clr Types").Equals("Basic", StringComparison.OrdinalIgnoreCase);
        set => this["Clr Types"] = value ? "Basic" : "Full";
    }

    /// <summary>True where each connection begins with the next of several servers.</summary>
    public bool LoadBalanceHosts
    {
        get => Text("Load Balance Hosts").Equals("true", StringComparison.OrdinalIgnoreCase);
        set => this["Load Balance Hosts"] = value ? "true" : "false";
    }

    /// <summary>
    /// Disable (the default) for a plain connection, which servers take from their own machine; VerifyFull for TLS with
    /// a certificate that names the host, VerifyCA for one that need not.
    /// </summary>
    public string SslMode { get => Text("Ssl Mode"); set => this["Ssl Mode"] = value; }

    /// <summary>
    /// A file in PEM with the certificates of those who may have issued the server's; empty for whom the machine
    /// trusts.
    /// </summary>
    public string RootCertificate { get => Text("Root Certificate"); set => this["Root Certificate"] = value; }

    /// <summary>True where a server is named.</summary>
    public bool IsRemote => Host.Length > 0;

    /// <summary>TLS as it was asked for; null for a plain connection.</summary>
    /// <exception cref="Engine.Errors.StorageException">The root certificate cannot be read.</exception>
    internal ClientTls? Tls()
    {
        if (SslMode.Length == 0 || SslMode.Equals("Disable", StringComparison.OrdinalIgnoreCase)) return null;
        CertificateAuthority? roots =
            RootCertificate.Length == 0 ? null : CertificateAuthority.Read(RootCertificate);
        return new ClientTls(roots, SslMode.Equals("VerifyFull", StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    [AllowNull]
    public override object this[string keyword]
    {
        get => TryGetValue(WordOf(keyword), out object? value) ? value : "";
        set
        {
            string word = WordOf(keyword);
            if (word is "Port" or "Timeout" or "Command Timeout" or "Threads" && value is not null) RequireNumber(
                word, value);
            if (word == "Load Balance Hosts" && value is string balance && !bool.TryParse(balance, out _))
                throw new ArgumentException($"Load Balance Hosts is true or false, not {balance}.", nameof(keyword));
            if (word == "Ssl Mode" && value is string mode &&
                !s_sslModes.Contains(mode, StringComparer.OrdinalIgnoreCase))
            {
                throw new ArgumentException(
                    $"Ssl Mode is {string.Join(", ", s_sslModes)}, not {mode}.", nameof(keyword));
            }
            if (word == "Clr Types" && value is string types &&
                !types.Equals("Basic", StringComparison.OrdinalIgnoreCase) &&
                !types.Equals("Full", StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"Clr Types is Full or Basic, not {types}.", nameof(keyword));
            }
            base[word] = value;
        }
    }

    /// <inheritdoc/>
    public override bool ContainsKey(string keyword) => base.ContainsKey(WordOf(keyword));

    /// <inheritdoc/>
    public override bool Remove(string keyword) => base.Remove(WordOf(keyword));

    /// <inheritdoc/>
    public override bool TryGetValue(string keyword, [NotNullWhen(true)] out object? value) =>
        base.TryGetValue(WordOf(keyword), out value);

    private static string WordOf(string keyword)
    {
        foreach (string[] words in s_words)
        {
            if (words.Contains(keyword, StringComparer.OrdinalIgnoreCase)) return words[0];
        }
        string known = string.Join(", ", s_words.Select(w => w[0]));
        throw new ArgumentException(
            $"Unknown word in the connection string: {keyword}. Known are {known}.", nameof(keyword));
    }

    private static void RequireNumber(string word, object value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new ArgumentException($"{word} is a whole number, not {text}.", nameof(value));
    }

    private string Text(string word) => Convert.ToString(this[word], CultureInfo.InvariantCulture) ?? "";

    private int Number(string word, int fallback) =>
        Text(word) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
