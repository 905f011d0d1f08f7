using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>Single statements with options of their own.</summary>
public static class SessionStatements
{
    /// <summary>Runs one statement; as <see cref="ISession.ExecuteAsync"/>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sql">One statement, with or without a final semicolon.</param>
    /// <param name="parameters">Values of $1, $2, …</param>
    /// <param name="options">Consistency, acknowledgement, progress.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Errors.QueryException">
    /// The statement is wrong. 25001: a transaction block is open, whose consistency and acknowledgement hold.
    /// </exception>
    public static async Task<QueryResult> ExecuteAsync(
        this ISession session, string sql, IReadOnlyList<Value>? parameters, StatementOptions options,
        CancellationToken cancellationToken = default)
    {
        using OptionsScope scope = new(session, options);
        return await session.ExecuteAsync(sql, parameters, cancellationToken);
    }

    /// <summary>Runs a prepared statement of a session; as <see cref="IPreparedStatement.ExecuteAsync"/>.</summary>
    /// <inheritdoc cref="ExecuteAsync(ISession, string, IReadOnlyList{Value}?, StatementOptions, CancellationToken)"/>
    public static async Task<QueryResult> ExecuteAsync(
        this ISession session, IPreparedStatement statement, IReadOnlyList<Value>? parameters,
        StatementOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(statement);
        using OptionsScope scope = new(session, options);
        return await statement.ExecuteAsync(parameters, cancellationToken);
    }

    /// <summary>Options of a session until it ends, then those from before.</summary>
    private readonly struct OptionsScope : IDisposable
    {
        private readonly ISession _session;
        private readonly StatementOptions _before;

        public OptionsScope(ISession session, StatementOptions options)
        {
            ArgumentNullException.ThrowIfNull(session);
            ArgumentNullException.ThrowIfNull(options);
            _session = session;
            _before = session.Options;
            session.Options = options;
        }

        public void Dispose() => _session.Options = _before;
    }
}
