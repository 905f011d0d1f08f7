using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>What the manifest knows about one column of a segment: where its blocks lie, and their statistics.</summary>
internal sealed class ColumnFooter
{
    /// <summary>The column.</summary>
    public StoredColumn Column => throw new NotImplementedException();

    /// <summary>Bytes in the file.</summary>
    public long Bytes => throw new NotImplementedException();

    /// <summary>Rows without a value.</summary>
    public long NullCount => throw new NotImplementedException();

    /// <summary>Entries of the segment's dictionary; 0 without one.</summary>
    public int DictionaryCount => throw new NotImplementedException();

    /// <summary>The bounds of the whole segment.</summary>
    public ZoneRange Zone => throw new NotImplementedException();

    /// <summary>The bounds of a block.</summary>
    public ZoneRange GetZone(int block) => throw new NotImplementedException();

    /// <summary>The bounds of the zone that begins at a row of a block.</summary>
    public ZoneRange GetZone(int block, int firstRow) => throw new NotImplementedException();

    /// <summary>The exact smallest and largest values, where the manifest knows them (not text); null when all are NULL.</summary>
    public bool TryGetBounds(out Value? min, out Value? max) => throw new NotImplementedException();

    /// <summary>The exact sum of integers and decimals (unscaled), where known.</summary>
    public bool TryGetSum(out Int128 sum) => throw new NotImplementedException();

    /// <summary>An estimate of distinct values.</summary>
    public double EstimateDistinct() => throw new NotImplementedException();
}
