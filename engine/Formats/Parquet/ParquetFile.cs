using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// One Parquet file. A piece is a row group, or a part of one where a group is very large, so that several threads
/// share it: a part passes over the pages before it without decompressing them.
/// </summary>
internal sealed class ParquetFile : ITableSource, IPieceStatistics, IPieceBytes, IFilteringSource
{
    /// <summary>Row groups from twice this size on are cut.</summary>
    private const long PieceRows = 1 << 18;

    private readonly IInputFile _file;
    private readonly ParquetFileMetadata _metadata;
    private readonly ImmutableArray<ParquetNode> _columns;
    private readonly ImmutableArray<Piece> _pieces;
    private readonly ParquetOptions _options;

    private ParquetFile(IInputFile file, ParquetFileMetadata metadata, ImmutableArray<ParquetNode> columns,
        ParquetOptions options, SourceContext context)
    {
        _file = file;
        _metadata = metadata;
        _columns = columns;
        _options = options;
        Counters = context.Counters;
        _pieces = [.. Cut(metadata)];
        Schema = new Schema(
            DistinctNames(columns).Zip(
                columns, (name, c) => new Field(name, c.Type, c.IsNullable || c.Definition > 0)));
    }

    private readonly record struct Piece(int Group, long FirstRow, long RowCount, bool IsWhole);

    /// <inheritdoc/>
    public Schema Schema { get; }

    /// <inheritdoc/>
    public long? RowCountEstimate => _metadata.RowGroups.Sum(g => g.RowCount);

    /// <inheritdoc/>
    public bool IsRowCountExact => true;

    /// <inheritdoc/>
    public long? LengthBytes => _file.Length;

    /// <inheritdoc/>
    public int PieceCount => _pieces.Length;

    /// <inheritdoc/>
    public SourceCounters Counters { get; }

    /// <summary>The columns of values.</summary>
    public IEnumerable<ParquetLeaf> Leaves => _columns.SelectMany(c => c.Leaves);

    /// <summary>The footer.</summary>
    public ParquetFileMetadata Metadata => _metadata;

    /// <summary>Opens a file and reads its footer.</summary>
    public static ParquetFile Open(string path, ParquetOptions options, SourceContext context)
    {
        IInputFile file = context.Files.Open(path);
        try
        {
            ParquetFileMetadata metadata = ParquetFooter.Read(file);
            ImmutableArray<ParquetNode> columns =
                ParquetSchema.Read(metadata, path, options.BinaryAsString, out int leafCount);
            Check(metadata, columns, leafCount, path);
            return new ParquetFile(file, metadata, columns, options, context);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        Open(_pieces[piece], null, columns, account);

    /// <inheritdoc/>
    public IPieceReader OpenPiece(
        int piece, ReadOnlySpan<int> columns, IReadOnlyList<ScanFilter> filters, MemoryAccount account)
    {
        Piece wanted = _pieces[piece];
        return Open(wanted, FindRows(wanted, filters), columns, account);
    }

    /// <summary>Rows that may pass by the bounds of pages and by bloom filters; null for all of the piece.</summary>
    private RowRanges? FindRows(Piece piece, IReadOnlyList<ScanFilter> filters)
    {
        ParquetRowGroup group = _metadata.RowGroups[piece.Group];
        RowRanges? rows = null;
        foreach (ScanFilter filter in filters)
        {
            if (_columns[filter.Column].Leaf is not { MaxRepetition: 0 } leaf) continue;
            ParquetColumnChunk chunk = group.Columns[leaf.Index];
            if (chunk.IsEncrypted || chunk.FilePath is { Length: > 0 }) continue;
            if (filter is IPointFilter points && ParquetBloom.TryOpen(_file, chunk, leaf) is { } bloom &&
                !points.MayPass(bloom)) return RowRanges.None;
            if (ParquetPageIndex.Read(_file, chunk, leaf, group.RowCount) is not { Length: > 1 } pages) continue;
            RowRanges kept = RowRanges.Of(pages
                .Where(p => filter.MayPass(leaf.Type, p.Bounds, p.RowCount)).Select(p => (p.FirstRow, p.RowCount)));
            rows = (rows ?? RowRanges.Of(piece.FirstRow, piece.RowCount)).And(kept);
        }
        return rows?.RowCount == piece.RowCount ? null : rows;
    }

    private ParquetPieceReader Open(Piece wanted, RowRanges? rows, ReadOnlySpan<int> columns, MemoryAccount account)
    {
        List<ParquetColumnReader> readers = [];
        try
        {
            foreach (int column in columns)
                readers.Add(OpenColumn(_columns[column], _metadata.RowGroups[wanted.Group], account));
        }
        catch
        {
            foreach (ParquetColumnReader reader in readers) reader.Dispose();
            throw;
        }
        RowRanges ranges = rows ?? RowRanges.Of(wanted.FirstRow, wanted.RowCount);
        return new ParquetPieceReader([.. readers], ranges, wanted.IsWhole && rows is null, Counters);
    }

    /// <inheritdoc/>
    public long? RowCount(int piece) => _pieces[piece].RowCount;

    /// <inheritdoc/>
    public PieceBounds? Bounds(int piece, int column)
    {
        if (_columns[column].Leaf is not { MaxRepetition: 0 } leaf) return null;
        Piece wanted = _pieces[piece];
        PieceBounds? bounds =
            ParquetBounds.Find(leaf, _metadata.RowGroups[wanted.Group].Columns[leaf.Index], _file.Path);
        return bounds is null || wanted.IsWhole || bounds.NullCount == 0 ? bounds : bounds with { NullCount = null };
    }

    /// <inheritdoc/>
    public void AddBytesOf(int piece, ReadOnlySpan<int> columns, int behind, ICollection<FileBytes> target)
    {
        ParquetRowGroup group = _metadata.RowGroups[_pieces[piece].Group];
        foreach (int column in columns)
        {
            foreach (ParquetLeaf leaf in _columns[column].Leaves)
            {
                ParquetColumnChunk chunk = group.Columns[leaf.Index];
                target.Add(ParquetPageStream.BytesOf(_file, chunk));
            }
        }
    }

    /// <inheritdoc/>
    public (int File, int Group) PlaceOf(int piece) => (0, _pieces[piece].Group);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private ParquetColumnReader OpenColumn(ParquetNode node, ParquetRowGroup group, MemoryAccount account)
    {
        if (node.Leaf is { MaxRepetition: 0 })
            return new ParquetFlatReader(OpenLeaf(node.Leaf, group, account), _file.Path, account);
        return new ParquetNestedReader(
            node, [.. node.Leaves.Select(leaf => new ParquetSlots(OpenLeaf(leaf, group, account), account))],
            _file.Path, account);
    }

    private ParquetLeafCursor OpenLeaf(ParquetLeaf leaf, ParquetRowGroup group, MemoryAccount account)
    {
        ParquetColumnChunk chunk = group.Columns[leaf.Index];
        if (chunk.IsEncrypted) throw ParquetFooter.Encrypted(_file.Path);
        if (chunk.FilePath is { Length: > 0 })
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                $"Parquet: column {leaf.Path} lies in another file, {chunk.FilePath}: {_file.Path}",
                hint: "Read the files that hold the rows, not their summary.");
        }
        CorruptDataException.ThrowUnless(chunk.HasMetadata && chunk.Type == leaf.Physical,
            $"Parquet chunk of column {leaf.Path}", _file.Path, chunk.Start);
        CorruptDataException.ThrowUnless(
            chunk.ValueCount >= 0, $"Parquet value count of column {leaf.Path}", _file.Path, chunk.Start);
        ParquetPageStream stream = new(_file, chunk, _options.VerifyChecksums, Counters, account);
        return new ParquetLeafCursor(leaf, chunk, stream, _file.Path, account);
    }

    private static void Check(
        ParquetFileMetadata metadata, ImmutableArray<ParquetNode> columns, int leafCount, string path)
    {
        CorruptDataException.ThrowUnless(columns.Length > 0, "Parquet file without columns", path, 0);
        foreach (ParquetRowGroup group in metadata.RowGroups)
        {
            CorruptDataException.ThrowUnless(
                group.Columns.Length == leafCount, "Parquet number of column chunks", path, 0);
            CorruptDataException.ThrowUnless(group.RowCount >= 0, "Parquet number of rows", path, 0);
            foreach (ParquetLeaf leaf in columns.SelectMany(c => c.Leaves))
            {
                bool isFlat = leaf.MaxRepetition == 0;
                ParquetColumnChunk chunk = group.Columns[leaf.Index];
                CorruptDataException.ThrowUnless(
                    chunk.IsEncrypted || !isFlat || chunk.ValueCount == group.RowCount,
                    $"Parquet value count of column {leaf.Path}", path, 0);
            }
        }
    }

    private static IEnumerable<Piece> Cut(ParquetFileMetadata metadata)
    {
        for (int group = 0; group < metadata.RowGroups.Length; group++)
        {
            long rows = metadata.RowGroups[group].RowCount;
            // A count that a damaged footer names must not become as many pieces.
            long parts = Math.Clamp(rows / PieceRows, 1, 4096);
            long size = (rows + parts - 1) / parts;
            for (long first = 0; first < rows; first += size)
            {
                yield return new Piece(group, first, Math.Min(size, rows - first), parts == 1);
            }
        }
    }

    private static IEnumerable<string> DistinctNames(ImmutableArray<ParquetNode> columns)
    {
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        foreach (ParquetNode column in columns)
        {
            string name = column.Name;
            for (int n = 1; !used.Add(name); n++) name = $"{column.Name}_{n}";
            yield return name;
        }
    }
}
