using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// A vector for each of some columns, to be filled from buffers at most a batch at a time. For one thread.
/// </summary>
internal sealed unsafe class ColumnParts(IReadOnlyList<ColumnBuffer> columns, MemoryAccount account) : IDisposable
{
    private readonly ColumnVector[] _parts = [.. columns.Select(c => new ColumnVector(c.Type, account))];

    /// <summary>The vectors.</summary>
    public ColumnVector[] Vectors => _parts;

    /// <summary>Neighbouring rows.</summary>
    public ColumnVector[] Slice(int first, int count)
    {
        for (int c = 0; c < _parts.Length; c++) columns[c].Slice(first, count, _parts[c]);
        return _parts;
    }

    /// <summary>Rows by number.</summary>
    public ColumnVector[] Gather(uint* rows, int count)
    {
        for (int c = 0; c < _parts.Length; c++) columns[c].Gather(rows, count, _parts[c]);
        return _parts;
    }

    public void Dispose()
    {
        foreach (ColumnVector part in _parts) part.Dispose();
    }
}
