using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions;

/// <summary>
/// An aggregate over arguments of decided types. Stateless and shared by threads: a state is
/// <see cref="StateSizeBytes"/> native bytes of the executor's, 16-byte aligned, moved freely by copying; whatever
/// grows (text, lists, sets) lies in the context and the state holds an address or a handle.
/// </summary>
internal unsafe interface IAggregateKernel
{
    LogicalType ResultType { get; }

    /// <summary>Bytes of one state, a multiple of 8.</summary>
    int StateSizeBytes { get; }

    /// <summary>Makes fresh memory the state of no rows.</summary>
    void Initialize(byte* state);

    /// <summary>Adds row i to <c>states[i]</c>; a null pointer means that the row does not count.</summary>
    void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context);

    /// <summary>Adds all rows, or those of the mask, to one state.</summary>
    void UpdateAll(ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state,
        AggregateContext context);

    /// <summary>
    /// Adds <c>sources[i]</c> to <c>targets[i]</c>. Sources were made with the same context, or with another one of the
    /// query that lives as long as <paramref name="context"/>; they are not used afterwards.
    /// </summary>
    void Combine(byte** sources, byte** targets, int count, AggregateContext context);

    /// <summary>Writes the value of each state to the result, which is reset here.</summary>
    void Finish(byte** states, int count, ColumnVector result, AggregateContext context);

    /// <summary>The state as columns, for spilling and for the wire.</summary>
    IReadOnlyList<LogicalType> PartialTypes { get; }

    /// <summary>Writes states as rows of partial columns, which are reset here.</summary>
    void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> into, AggregateContext context);

    /// <summary>Adds row i of partial columns to <c>states[i]</c>; a null pointer skips the row.</summary>
    void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context);
}

/// <summary>The aggregates that the executor has dense paths for.</summary>
internal enum AggregateShape : byte
{
    /// <summary>Any other; only the kernel knows.</summary>
    Other,

    /// <summary>count(*): no argument; the state is one Int64.</summary>
    CountStar,

    /// <summary>count(x): the state is one Int64.</summary>
    Count,

    /// <summary>sum(x).</summary>
    Sum,

    /// <summary>avg(x).</summary>
    Avg,

    /// <summary>min(x).</summary>
    Min,

    /// <summary>max(x).</summary>
    Max,
}
