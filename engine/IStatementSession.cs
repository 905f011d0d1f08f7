using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>A session in this process, which takes a statement as its tree.</summary>
internal interface IStatementSession
{
    /// <summary>Runs one statement; as <see cref="ISession.ExecuteAsync"/>.</summary>
    Task<QueryResult> ExecuteAsync(
        Statement statement, IReadOnlyList<Value> parameters, CancellationToken cancellationToken);
}
