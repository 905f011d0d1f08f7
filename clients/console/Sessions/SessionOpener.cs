using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Sessions;

/// <summary>Opens what a target names. From there on, embedded and remote are the same.</summary>
static class SessionOpener
{
    /// <summary>Opens a session.</summary>
    /// <exception cref="ColFragException">The folder or server cannot be opened.</exception>
    public static Task<ISession> OpenAsync(
        SessionTarget target, bool isReadOnly, CancellationToken cancellationToken) =>
        throw new QueryException(
            SqlStates.FeatureNotSupported,
            $"There is no database in this build yet: {target}, {isReadOnly}, {cancellationToken}");
}
