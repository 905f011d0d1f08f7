using System.Data.Common;

namespace ColFrag.Data;

/// <summary>Makes the provider's objects for code that knows only <see cref="System.Data.Common"/>.</summary>
/// <example><code>
/// DbProviderFactories.RegisterFactory("ColFrag.Data", ColFragFactory.Instance);
/// </code></example>
public sealed class ColFragFactory : DbProviderFactory
{
    /// <summary>The one instance; code that looks for providers finds this field.</summary>
    public static readonly ColFragFactory Instance = new();

    private ColFragFactory()
    {
    }

    /// <inheritdoc/>
    public override bool CanCreateBatch => true;

    /// <inheritdoc/>
    public override bool CanCreateDataAdapter => true;

    /// <inheritdoc/>
    public override bool CanCreateCommandBuilder => false;

    /// <inheritdoc/>
    public override DbConnection CreateConnection() => new ColFragConnection();

    /// <inheritdoc/>
    public override DbCommand CreateCommand() => new ColFragCommand();

    /// <inheritdoc/>
    public override DbParameter CreateParameter() => new ColFragParameter();

    /// <inheritdoc/>
    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => new ColFragConnectionStringBuilder();

    /// <inheritdoc/>
    public override DbDataAdapter CreateDataAdapter() => new ColFragDataAdapter();

    /// <inheritdoc/>
    public override DbBatch CreateBatch() => new ColFragBatch();

    /// <inheritdoc/>
    public override DbBatchCommand CreateBatchCommand() => new ColFragBatchCommand();

    /// <inheritdoc/>
    public override DbDataSource CreateDataSource(string connectionString) =>
        ColFragDataSource.Create(connectionString);
}
