using ColFrag.Engine.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>A result as users get it: reading goes on without the context of their thread.</summary>
internal sealed class DetachedResult(QueryResult inner) : QueryResult
{
    public override Schema Schema => inner.Schema;

    public override string CommandTag => inner.CommandTag;

    public override long RowsAffected => inner.RowsAffected;

    public override IReadOnlyList<string> Notices => inner.Notices;

    public override async ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        return await inner.ReadAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await NoContext.Enter;
        await inner.DisposeAsync();
    }
}

/// <summary>A prepared statement as users get it: see <see cref="DetachedResult"/>.</summary>
internal sealed class DetachedStatement(IPreparedStatement inner) : IPreparedStatement
{
    public Schema Schema => inner.Schema;

    public IReadOnlyList<LogicalType> ParameterTypes => inner.ParameterTypes;

    public async Task<QueryResult> ExecuteAsync(
        IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        return new DetachedResult(await inner.ExecuteAsync(parameters, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await NoContext.Enter;
        await inner.DisposeAsync();
    }
}
