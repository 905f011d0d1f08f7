namespace ColFrag.Engine;

/// <summary>How a database runs in this process.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Threads that run queries; 0 = one per core.</summary>
    public int Threads { get; init; }

    /// <summary>Limit of native memory in bytes; 0 = 80 % of the machine's.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>
    /// True lets SQL load assemblies and call their functions (CREATE FUNCTION … ASSEMBLY). Their code has all rights
    /// of this process.
    /// </summary>
    public bool AllowsAssemblies { get; init; }

    /// <summary>True opens a snapshot for reading beside the process that holds the folder.</summary>
    public bool IsReadOnly { get; init; }
}
