using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// A compiled condition. Where a value would be NULL the row does not pass; a condition and its negation are compiled
/// apart, so that rows of NULL pass neither. Belongs to one thread. Frees its own vectors; the operands are freed by
/// the set that compiled them.
/// </summary>
internal abstract class MaskExpression : IDisposable
{
    /// <summary>
    /// Clears the bits of rows that do not pass. Rows whose bit is clear are not looked at and raise no error.
    /// </summary>
    public abstract void AndInto(Batch batch, RowMask mask);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
