using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// The meaning of an aggregate for one value at a time. A struct, so that the loops over rows are compiled with it
/// inlined; its fields are what binding decided. States begin as zeros and NULLs are never added.
/// </summary>
/// <typeparam name="TState">What is kept per group; unmanaged, freely copied.</typeparam>
/// <typeparam name="TInput">The argument's type.</typeparam>
/// <typeparam name="TResult">The result's type.</typeparam>
internal interface IAggregateOps<TState, TInput, TResult>
    where TState : unmanaged
    where TInput : allows ref struct
    where TResult : allows ref struct
{
    /// <summary>Adds a value.</summary>
    void Add(ref TState state, TInput value, AggregateContext context);

    /// <summary>Adds another state.</summary>
    void Combine(ref TState target, in TState source, AggregateContext context);

    /// <summary>The value of a state; false gives NULL.</summary>
    bool Finish(in TState state, AggregateContext context, out TResult result);

    /// <summary>Columns that carry a state.</summary>
    IReadOnlyList<LogicalType> PartialTypes { get; }

    /// <summary>Writes a state into a row of partial columns.</summary>
    void WritePartial(in TState state, in PartialWriter target, AggregateContext context);

    /// <summary>Adds a row of partial columns to a state.</summary>
    void MergePartial(ref TState state, in PartialReader source, AggregateContext context);
}
