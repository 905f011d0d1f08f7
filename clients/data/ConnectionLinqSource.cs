using ColFrag.Engine;
using ColFrag.Engine.Linq;

namespace ColFrag.Data;

/// <summary>Runs LINQ queries on a connection; errors are the provider's.</summary>
internal sealed class ConnectionLinqSource(ColFragConnection connection) : LinqSource
{
    public override ValueTask<ISession> OpenAsync(CancellationToken cancellationToken) => new(connection.BeginQuery());

    public override ValueTask CloseAsync(ISession session)
    {
        connection.EndQuery();
        return default;
    }

    public override Exception Explain(Engine.Errors.ColFragException error) => new ColFragException(error);
}
