using ColFrag.Engine;
using ColFrag.Engine.Records;
using ColFrag.Engine.Types;

namespace ColFrag.Data;

/// <summary>A statement that a reader will run, with the values of its parameters.</summary>
/// <param name="Sql">Its text, parameters numbered.</param>
/// <param name="Values">The values.</param>
/// <param name="Types">Their types; null where the statement decides.</param>
internal sealed record PendingStatement(string Sql, Value[] Values, LogicalType?[] Types)
{
    /// <summary>Consistency, acknowledgement, progress.</summary>
    public StatementOptions Options { get; init; } = StatementOptions.Default;

    /// <summary>The statements of a text.</summary>
    public static IReadOnlyList<PendingStatement> Of(string text, ColFragParameterCollection parameters) =>
    [
        .. CommandText.Split(text, parameters).Select(statement => new PendingStatement(
            statement.Sql,
            [.. statement.Parameters.Select(place => ClrValues.FromClr(parameters.At(place).Value))],
            [.. statement.Parameters.Select(place => TypeOf(parameters.At(place)))])),
    ];

    /// <summary>Starts it.</summary>
    public async Task<QueryResult> RunAsync(ISession session, CancellationToken cancellationToken)
    {
        if (Values.Length == 0)
            return await session.ExecuteAsync(Sql, null, Options, cancellationToken).ConfigureAwait(false);
        // Only a prepared statement knows the types that were said: a number must not come back as text.
        IPreparedStatement prepared = await session.PrepareAsync(Sql, Types, cancellationToken).ConfigureAwait(false);
        await using (prepared.ConfigureAwait(false))
        {
            return await session.ExecuteAsync(prepared, Values, Options, cancellationToken).ConfigureAwait(false);
        }
    }

    private static LogicalType? TypeOf(ColFragParameter parameter)
    {
        if (parameter.GivenType is { } given && ClrTypes.Of(given) is { } declared)
            return declared.Kind == TypeKind.Varchar ? null : declared;
        Value value = ClrValues.FromClr(parameter.Value);
        return value.IsNull || value.Type.Kind == TypeKind.Varchar ? null : value.Type;
    }
}
