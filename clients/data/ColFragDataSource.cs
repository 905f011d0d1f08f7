using System.Data.Common;

namespace ColFrag.Data;

/// <summary>Where connections come from: a connection string that was read once.</summary>
/// <example><code>
/// await using DbDataSource shop = ColFragDataSource.Create("Data Source=shop");
/// await using DbCommand count = shop.CreateCommand("SELECT count(*) FROM sales");
/// </code></example>
public sealed class ColFragDataSource : DbDataSource
{
    private readonly string _connectionString;
    private readonly EmbeddedDatabases.Lease? _lease;

    private ColFragDataSource(string connectionString)
    {
        _connectionString = connectionString;
        ColFragConnectionStringBuilder parts = new(connectionString);
        // The database stays open between connections; one in memory is this source's own.
        _lease = parts.IsRemote ? null : EmbeddedDatabases.Open(parts);
    }

    /// <inheritdoc/>
    public override string ConnectionString => _connectionString;

    /// <summary>Reads a connection string; opens the folder where it names one.</summary>
    public static ColFragDataSource Create(string connectionString) => new(connectionString);

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new ColFragConnection(_connectionString, _lease);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _lease?.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        if (_lease is not null) await _lease.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }
}
