using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// Computes one function for all rows of a morsel, then gives the values batch by batch. For one lane.
/// </summary>
internal abstract class WindowEvaluator : IDisposable
{
    /// <summary>Computes the values of all rows.</summary>
    public abstract void Compute();

    /// <summary>Points a vector at the values of some rows; the first is a multiple of 64.</summary>
    public abstract void Give(int first, int count, ColumnVector target);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>A function whose values are numbers, written one after the other.</summary>
internal abstract unsafe class NumberEvaluator(LogicalType type, MemoryAccount account) : WindowEvaluator
{
    private readonly ColumnVector _values = new(type, account);

    /// <summary>Where value i is written.</summary>
    protected byte* Values => _values.Data;

    public override void Give(int first, int count, ColumnVector target)
    {
        ulong* validity = _values.Validity is null ? null : _values.Validity + (first >> 6);
        byte* data = _values.Data + ((long)first * type.Physical.SizeBytes());
        target.ResetBorrowed(VectorShape.Flat, type.Physical, data, validity, count);
    }

    public override void Dispose() => _values.Dispose();

    /// <summary>Room for the values of a morsel, none NULL.</summary>
    protected void Reset(int count)
    {
        _values.ResetFlat(Math.Max(count, 1));
        _values.Count = count;
    }

    protected void SetNull(int row)
    {
        int size = type.Physical.SizeBytes();
        new Span<byte>(Values + ((long)row * size), size).Clear();
        _values.SetNull(row, Math.Max(_values.Count, 1));
    }

    protected void SetInteger(int row, Int128 value) => VectorValues.StoreInteger(Values, type.Physical, row, value);

    protected void SetDouble(int row, double value)
    {
        if (type.Physical == PhysicalType.Float32) ((float*)Values)[row] = (float)value;
        else ((double*)Values)[row] = value;
    }
}

/// <summary>
/// A function whose values are found in a buffer, by row number; <see cref="ColumnBuffer.NoRow"/> is NULL.
/// </summary>
internal abstract unsafe class PickEvaluator(MemoryAccount account) : WindowEvaluator
{
    private readonly RowNumbers _picks = new(account);

    /// <summary>Where the values are.</summary>
    protected abstract ColumnBuffer Source { get; }

    public override void Give(int first, int count, ColumnVector target) =>
        Source.GatherOrNull((uint*)_picks.Pointer + first, count, target);

    public override void Dispose() => _picks.Dispose();

    /// <summary>Room for a row number per row of a morsel.</summary>
    protected uint* ResetPicks(int count) => (uint*)_picks.Reset(count);
}
