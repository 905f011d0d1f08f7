using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Coordinator.Sessions;

/// <summary>Who may connect, and what a user must prove.</summary>
internal interface IAccess
{
    /// <summary>
    /// The verifier of the user's password, one that nobody satisfies for a user that does not exist, or null where
    /// the connection is proof enough.
    /// </summary>
    /// <exception cref="QueryException">28000: nobody may connect from there.</exception>
    ScramVerifier? VerifierOf(string user, ClientOrigin origin);
}

/// <summary>
/// Everybody on this machine may connect, nobody from elsewhere: what a server does that was told no users.
/// </summary>
internal sealed class LocalAccess : IAccess
{
    /// <inheritdoc/>
    public ScramVerifier? VerifierOf(string user, ClientOrigin origin) => origin.IsLocal
        ? null
        : throw new QueryException(
            SqlStates.InvalidAuthorization, $"No user may connect from another machine: {user}",
            hint: "Start the server with --users FILE.");
}

/// <summary>Users with passwords, of whom only verifiers are known.</summary>
/// <param name="users">Names and verifiers.</param>
/// <param name="trustsLocal">True lets everybody in who runs on this machine.</param>
/// <param name="random">Makes the secret from which verifiers for users that do not exist are made.</param>
internal sealed class PasswordAccess(
    IReadOnlyDictionary<string, ScramVerifier> users, bool trustsLocal, IRandom random) : IAccess
{
    private readonly byte[] _secret =
        [.. Enumerable.Range(0, 4).SelectMany(_ => BitConverter.GetBytes(random.NextUInt64()))];

    /// <inheritdoc/>
    public ScramVerifier? VerifierOf(string user, ClientOrigin origin)
    {
        if (trustsLocal && origin.IsLocal) return null;
        return users.TryGetValue(user, out ScramVerifier? verifier) ? verifier : ScramVerifier.Mock(user, _secret);
    }
}
