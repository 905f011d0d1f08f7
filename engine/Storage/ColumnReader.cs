using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>Reads one column of a segment, for one thread; any vector of any block, in any order.</summary>
internal sealed unsafe class ColumnReader : IDisposable
{
    /// <summary>The type of the vectors it fills.</summary>
    public LogicalType Type => throw new NotImplementedException();

    /// <summary>What a block's bounds say about a filter; reads nothing.</summary>
    public ZoneMatch Check(ScanFilter filter, int block) => throw new NotImplementedException();

    /// <summary>What a zone's bounds say about a filter, for the zone with the block's row; reads nothing.</summary>
    public ZoneMatch Check(ScanFilter filter, int block, int firstRow) => throw new NotImplementedException();

    /// <summary>
    /// Decodes rows of a block into the cheapest shape: constant, codes of the segment's dictionary, a narrow lane whose
    /// base is one for the block, else flat. The vector stays good after the next read (buffers are reference-counted).
    /// </summary>
    /// <param name="block">The block, from 0.</param>
    /// <param name="firstRow">First row in the block, a multiple of the vector rows.</param>
    /// <param name="count">Rows, at most Batch.MaxRows and not past the block's end.</param>
    /// <param name="target">A vector of <see cref="Type"/>.</param>
    public void ReadVector(int block, int firstRow, int count, ColumnVector target) => throw new NotImplementedException();

    /// <summary>
    /// As the other form, but only the rows whose bits are set must be right: costly values (compressed text) of
    /// others are left out and read as empty.
    /// </summary>
    public void ReadVector(int block, int firstRow, int count, ulong* mask, ColumnVector target) =>
        throw new NotImplementedException();

    /// <summary>Clears the bits of rows that fail, on encoded bytes; false when the encoding or filter cannot.</summary>
    public bool TryFilter(ScanFilter filter, int block, int firstRow, int count, ulong* mask) =>
        throw new NotImplementedException();

    /// <summary>
    /// From now on text vectors carry codes of this dictionary. False when a block of the column has no codes.
    /// </summary>
    public bool UseDictionary(GlobalDictionary dictionary) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
