using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>What a state of an aggregate means, however rows are added to it. States begin as zeros.</summary>
/// <typeparam name="TState">What is kept per group; unmanaged, freely copied.</typeparam>
/// <typeparam name="TResult">The result's type.</typeparam>
internal interface IStateOps<TState, TResult>
    where TState : unmanaged
    where TResult : allows ref struct
{
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
