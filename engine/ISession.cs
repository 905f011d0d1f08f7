using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>
/// One user's conversation with a database, embedded or remote: settings, a transaction, statements one after another.
/// Consoles, the ADO.NET provider and servers use this and do not know which kind they hold. For one caller at a time.
/// </summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>Where this session is connected, for prompts: a folder or <c>host:port</c>.</summary>
    string DataSource { get; }

    /// <summary>Whether a transaction block is open or failed.</summary>
    TransactionStatus TransactionStatus { get; }

    /// <summary>What COPY … FROM STDIN reads; set by the caller before such a statement.</summary>
    Stream? CopyInput { get; set; }

    /// <summary>What COPY … TO STDOUT writes; set by the caller before such a statement.</summary>
    Stream? CopyOutput { get; set; }

    /// <summary>
    /// How statements run that begin from now on, where that differs from the settings. For one statement there are
    /// overloads that set it and set it back.
    /// </summary>
    StatementOptions Options { get; set; }

    /// <summary>Settings that clients want to be told about, with their values.</summary>
    IEnumerable<(string Name, string Value)> ReportedSettings { get; }

    /// <summary>Called after such a setting has changed.</summary>
    Action<string, string>? SettingChanged { get; set; }

    /// <summary>
    /// Runs one statement. Returns when the first rows (or the outcome) are known; the rest streams from the result,
    /// which must be disposed before the next statement.
    /// </summary>
    /// <param name="sql">One statement, with or without a final semicolon.</param>
    /// <param name="parameters">Values of $1, $2, …</param>
    /// <param name="cancellationToken">Stops the statement within 100 ms, also while rows are read.</param>
    /// <exception cref="Errors.QueryException">The statement is wrong; the position counts from its start.</exception>
    Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Parses and binds one statement without running it, to learn its columns and parameters and to run it often.
    /// </summary>
    /// <param name="sql">One statement, with or without a final semicolon.</param>
    /// <param name="parameterTypes">Types of $1, $2, … where the caller knows them; null entries are inferred.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.QueryException">The statement is wrong; the position counts from its start.</exception>
    Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null, CancellationToken cancellationToken = default);
}

/// <summary>A statement that was parsed and bound once. Bound anew where the catalog has changed since.</summary>
public interface IPreparedStatement : IAsyncDisposable
{
    /// <summary>The columns of its result; empty where it returns no rows.</summary>
    Schema Schema { get; }

    /// <summary>Types of $1, $2, …</summary>
    IReadOnlyList<LogicalType> ParameterTypes { get; }

    /// <summary>Runs it; as <see cref="ISession.ExecuteAsync"/>.</summary>
    Task<QueryResult> ExecuteAsync(
        IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default);
}

/// <summary>Where a session is between BEGIN and COMMIT.</summary>
public enum TransactionStatus
{
    /// <summary>Outside a transaction block.</summary>
    Idle,

    /// <summary>Inside a transaction block.</summary>
    InTransaction,

    /// <summary>Inside a block that failed; only ROLLBACK helps.</summary>
    Failed,
}
