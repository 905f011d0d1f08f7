using System.IO.Pipelines;
using ColFrag.Engine;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>A client that was let in: how to talk with it, and its session.</summary>
internal sealed record PostgresGreeted(
    IDuplexPipe Transport, PostgresReader Reader, PostgresWriter Writer, Stream? Secure, ISession Session)
    : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        Writer.Dispose();
        if (Secure is not null) await Secure.DisposeAsync();
    }
}
