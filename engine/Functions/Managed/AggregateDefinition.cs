namespace ColFrag.Engine.Functions.Managed;

/// <summary>An aggregate in C#: how a group's state begins, takes a value, joins another, and ends.</summary>
/// <typeparam name="TState">What is kept per group.</typeparam>
/// <typeparam name="TInput">The argument's type.</typeparam>
/// <typeparam name="TResult">The result's type; null gives NULL.</typeparam>
public sealed record AggregateDefinition<TState, TInput, TResult>
{
    /// <summary>Makes the state of no rows.</summary>
    public required Func<TState> Create { get; init; }

    /// <summary>The state with one more value; may change and return the state it got.</summary>
    public required Func<TState, TInput, TState> Add { get; init; }

    /// <summary>The state of the rows of both; threads work on parts of the rows.</summary>
    public required Func<TState, TState, TState> Combine { get; init; }

    /// <summary>The result of a state.</summary>
    public required Func<TState, TResult> Finish { get; init; }

    /// <summary>True where NULLs are handed over as null; else they are left out.</summary>
    public bool TakesNulls { get; init; }

    /// <summary>True where the order of rows matters, so that ORDER BY inside the parentheses is obeyed.</summary>
    public bool IsOrderSensitive { get; init; }
}
