using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// One number (or state of a kernel) per group, that several aggregates can share: sum and average have one sum. It
/// lies at a fixed place in the row of states of the group; the row of group 0 takes what does not count. For one
/// thread.
/// </summary>
internal abstract unsafe class Accumulator : IDisposable
{
    /// <summary>Bytes in the row of states, a multiple of 8.</summary>
    public abstract int SizeBytes { get; }

    /// <summary>Where in the row; set once by the plan that holds the accumulator.</summary>
    public int Offset { get; set; }

    /// <summary>The columns that states become on the way to another process or a file.</summary>
    public abstract IReadOnlyList<LogicalType> PartialTypes { get; }

    /// <summary>Makes rows of zeros states of no input rows.</summary>
    public virtual void Initialize(byte* rows, int count, int stride)
    {
    }

    /// <summary>Adds each row to its group.</summary>
    public abstract void Update(in AggregateRows rows);

    /// <summary>Adds all rows, or those of the mask, to one state.</summary>
    public abstract void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state);

    /// <summary>Which of the plan's filters decides about rows.</summary>
    public abstract int Filter { get; }

    /// <summary>Adds states of another accumulator of the same kind; they are not used afterwards.</summary>
    public abstract void Combine(Accumulator from, byte** sources, byte** targets, int count);

    /// <summary>Writes states as columns.</summary>
    public abstract void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets);

    /// <summary>Adds columns written by <see cref="WritePartial"/> to states.</summary>
    public abstract void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
