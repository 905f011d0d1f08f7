using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Linq;

/// <summary>Where the queries of a provider run: a session of the caller's, or one for each query.</summary>
internal abstract class LinqSource
{
    /// <summary>A session to run one query in.</summary>
    public abstract ValueTask<ISession> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Ends the use of a session.</summary>
    public abstract ValueTask CloseAsync(ISession session);

    /// <summary>The error as the source's users expect it.</summary>
    public virtual Exception Explain(ColFragException error) => error;

    /// <summary>A source that runs everything in one session.</summary>
    public static LinqSource Of(ISession session) => new OneSession(session);

    /// <summary>A source that opens a session for each query, so that queries can run side by side.</summary>
    public static LinqSource Of(Database database) => new SessionPerQuery(database);

    private sealed class OneSession(ISession session) : LinqSource
    {
        public override ValueTask<ISession> OpenAsync(CancellationToken cancellationToken) => new(session);

        public override ValueTask CloseAsync(ISession used) => default;
    }

    private sealed class SessionPerQuery(Database database) : LinqSource
    {
        public override ValueTask<ISession> OpenAsync(CancellationToken cancellationToken) => new(database.Connect());

        public override ValueTask CloseAsync(ISession used) => used.DisposeAsync();
    }
}
