namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// The meaning of an aggregate of several arguments for one row at a time. A struct, inlined into the loops of
/// <see cref="RowAggregate{TOps, TState, TResult}"/>. Rows with a NULL are never added.
/// </summary>
internal interface IRowAggregateOps<TState, TResult> : IStateOps<TState, TResult>
    where TState : unmanaged
    where TResult : allows ref struct
{
    /// <summary>Adds a row.</summary>
    void Add(ref TState state, in RowArguments arguments, int row, AggregateContext context);
}
