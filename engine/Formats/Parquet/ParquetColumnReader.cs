using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>Reads one column of some rows of a row group, front to back.</summary>
internal abstract class ParquetColumnReader : IDisposable
{
    /// <summary>Fills the vector with the next rows.</summary>
    public abstract void Read(ColumnVector target, int rows);

    /// <summary>Passes over rows.</summary>
    public abstract void Skip(long rows);

    /// <summary>Throws unless the column ends with the rows that were read.</summary>
    public abstract void ExpectEnd();

    public abstract void Dispose();
}
