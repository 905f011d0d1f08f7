using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Sessions;

/// <summary>Who opens a remote session, and how.</summary>
internal sealed record SessionOptions
{
    /// <summary>The user.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>The password, when the server asks for one.</summary>
    public string? Password { get; init; }

    /// <summary>The database, or empty for the only one.</summary>
    public string Database { get; init; } = "";

    /// <summary>Settings of the session from its start.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>TLS, or null for a plain connection.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary>Without the password: options are printed.</summary>
    public override string ToString() => $"{User} at {(Database.Length == 0 ? "the only database" : Database)}";
}
