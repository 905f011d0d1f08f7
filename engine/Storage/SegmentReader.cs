using System.Collections.Immutable;
using ColFrag.Engine.Files;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>
/// An open segment: the manifests of the column groups that lie here. Immutable and shared by all threads; blocks are
/// read on demand through the block cache.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    /// <summary>Opens the column groups of a segment, one read each.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="folder">The segment's folder.</param>
    /// <param name="groups">Numbers of the groups that lie in the folder, each with the hash the catalog names, or null.</param>
    /// <param name="caches">The process's caches.</param>
    public static SegmentReader Open(
        IFileSystem files, string folder, IReadOnlyList<(int Group, UInt128? ManifestHash)> groups, StorageCaches caches) =>
        throw new NotImplementedException();

    /// <summary>Whose rows.</summary>
    public SegmentIdentity Identity => throw new NotImplementedException();

    /// <summary>The columns that lie here, by group and then in order.</summary>
    public ImmutableArray<StoredColumn> Columns => throw new NotImplementedException();

    /// <summary>Rows.</summary>
    public int RowCount => throw new NotImplementedException();

    /// <summary>Rows of a block, apart from the last.</summary>
    public int BlockRows => throw new NotImplementedException();

    /// <summary>Rows of a vector, apart from the last.</summary>
    public int VectorRows => throw new NotImplementedException();

    /// <summary>Blocks.</summary>
    public int BlockCount => throw new NotImplementedException();

    /// <summary>Rows of one block.</summary>
    public int GetBlockRowCount(int block) => throw new NotImplementedException();

    /// <summary>True when the column lies here.</summary>
    public bool Contains(int columnId) => throw new NotImplementedException();

    /// <summary>The statistics and zone maps of a column, without reading its data.</summary>
    public ColumnFooter GetFooter(int columnId) => throw new NotImplementedException();

    /// <summary>A reader of a column for one thread.</summary>
    /// <param name="columnId">The column.</param>
    /// <param name="type">The type to read it as; null is the stored one. A stored type that is narrower is widened.</param>
    public ColumnReader OpenColumn(int columnId, LogicalType? type = null) => throw new NotImplementedException();

    /// <summary>Closes the files; readers of it must be done.</summary>
    public void Dispose() => throw new NotImplementedException();
}
