using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// A compiled expression: a vector per batch. Keeps its result and scratch vectors from batch to batch, so it belongs
/// to one thread. Frees its own vectors; the operands are freed by the set that compiled them.
/// </summary>
internal abstract class ScalarEvaluator(LogicalType type) : IDisposable
{
    /// <summary>The type of the vectors.</summary>
    public LogicalType Type { get; } = type;

    /// <summary>
    /// The values of all rows of the batch; those of rows outside <paramref name="rows"/> are undefined and raise no
    /// error. The vector is good until the next call; it may be a column of the batch itself. Its count is the batch's.
    /// </summary>
    /// <param name="batch">The input; its own mask is not looked at.</param>
    /// <param name="rows">The rows that count; null for all.</param>
    public abstract ColumnVector Evaluate(Batch batch, RowMask? rows);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
