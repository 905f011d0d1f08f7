namespace ColFrag.Engine.Functions.Managed;

/// <summary>What SQL may assume of a function that C# registers.</summary>
public sealed record FunctionOptions
{
    /// <summary>
    /// True (the default) where equal arguments always give equal results: calls over constants are computed once.
    /// False
    /// for functions of time, randomness or the outside world.
    /// </summary>
    public bool IsDeterministic { get; init; } = true;

    /// <summary>A sentence for those who list functions.</summary>
    public string Description { get; init; } = "Registered by the program.";
}
