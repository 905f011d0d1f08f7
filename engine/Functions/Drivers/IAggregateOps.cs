namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// The meaning of an aggregate for one value at a time. A struct, so that the loops over rows are compiled with it
/// inlined; its fields are what binding decided. NULLs are never added.
/// </summary>
/// <typeparam name="TState">What is kept per group; unmanaged, freely copied.</typeparam>
/// <typeparam name="TInput">The argument's type.</typeparam>
/// <typeparam name="TResult">The result's type.</typeparam>
internal interface IAggregateOps<TState, TInput, TResult> : IStateOps<TState, TResult>
    where TState : unmanaged
    where TInput : allows ref struct
    where TResult : allows ref struct
{
    /// <summary>Adds a value.</summary>
    void Add(ref TState state, TInput value, AggregateContext context);
}
