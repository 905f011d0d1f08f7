using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages;

namespace ColFrag.Protocol.Sessions;

/// <summary>Whoever has the database that remote clients get sessions of: an embedded one or a coordinator.</summary>
internal interface ISessionHost
{
    /// <summary>
    /// How a user must prove who he is: the verifier of his password, one of <see cref="ScramVerifier.Mock"/> when
    /// there is no such user, or null where the connection itself is proof enough (a socket that only its owner can
    /// open).
    /// </summary>
    ValueTask<ScramVerifier?> GetVerifierAsync(
        SessionHello hello, ClientOrigin origin, CancellationToken cancellationToken);

    /// <summary>Opens a session for a user who has proved who he is.</summary>
    /// <exception cref="ColFragException">He may not, or there is no such database.</exception>
    ValueTask<ISession> OpenAsync(SessionHello hello, CancellationToken cancellationToken);
}
