namespace ColFrag.Clients.Tests.Support;

/// <summary>One PostgreSQL for all tests of a class, started when the first of them asks.</summary>
public sealed class SharedPostgres : IDisposable
{
    private readonly Lazy<ReferencePostgres> _postgres = new(ReferencePostgres.Start);

    internal ReferencePostgres Server => _postgres.Value;

    public void Dispose()
    {
        if (_postgres.IsValueCreated) _postgres.Value.Dispose();
    }
}
