using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// A parsed statement with what binding found; bound anew at each execution, against the newest catalog.
/// </summary>
internal sealed class PreparedStatement(
    Session session, Statement statement, Schema schema, IReadOnlyList<LogicalType> parameterTypes) : IPreparedStatement
{
    public Schema Schema => schema;

    public IReadOnlyList<LogicalType> ParameterTypes => parameterTypes;

    public Task<QueryResult> ExecuteAsync(
        IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default) =>
        session.ExecuteAsync(statement, parameters ?? [], parameterTypes, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
