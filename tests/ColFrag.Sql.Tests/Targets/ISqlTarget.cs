using ColFrag.Engine;

namespace ColFrag.Sql.Tests.Targets;

/// <summary>
/// A way to run ColFrag: embedded, embedded with tiny limits, a cluster, a cluster with a worker down. The same scripts
/// and query lists run on each.
/// </summary>
interface ISqlTarget
{
    /// <summary>What <c>skipif</c> and <c>onlyif</c> in scripts call it.</summary>
    string Name { get; }

    /// <summary>Everything that was drawn by chance, for the message of a failure.</summary>
    string Description { get; }

    /// <summary>A new, empty database.</summary>
    Task<ISqlSite> OpenAsync();
}

/// <summary>One database that is open.</summary>
interface ISqlSite : IAsyncDisposable
{
    /// <summary>A new conversation.</summary>
    Task<ISession> ConnectAsync();

    /// <summary>Closes and opens it again, with the same data; conversations must have ended.</summary>
    Task RestartAsync();
}
