using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// A parsed statement with what binding found; bound anew against the newest catalog, unless nothing has changed.
/// </summary>
internal sealed class PreparedStatement(
    Session session, Statement statement, Schema schema, IReadOnlyList<LogicalType> parameterTypes) : IPreparedStatement
{
    private readonly KeptPlan _kept = new(session);

    public Schema Schema => schema;

    public IReadOnlyList<LogicalType> ParameterTypes => parameterTypes;

    public Task<QueryResult> ExecuteAsync(
        IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default) =>
        session.ExecuteAsync(statement, parameters ?? [], parameterTypes, cancellationToken, _kept);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
