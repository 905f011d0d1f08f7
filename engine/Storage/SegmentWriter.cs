using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Writes the rows of one segment. Blocks are encoded while rows arrive (with an ORDER BY, after the last), columns
/// side by side where a scheduler is given. Nothing is visible until <see cref="FinishAsync"/> has renamed and, where
/// it is to outlive a crash, fsynced everything; disposing before that removes what was written. For one thread.
/// </summary>
internal sealed class SegmentWriter : IAsyncDisposable
{
    /// <summary>A column of a block may not have more text than its encoded form may have bytes.</summary>
    private const long MaxTextBytes = SegmentFormat.MaxSectionBytes - (1 << 20);

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly SegmentIdentity _identity;
    private readonly ImmutableArray<StoredColumn> _columns;
    private readonly SegmentOptions _options;
    private readonly MemoryAccount _account;
    private readonly ColumnWriter[] _writers;
    private readonly EncodeLanes _lanes;
    private readonly List<ulong> _positions = [];
    private readonly ushort[] _selection = new ushort[Batch.MaxRows + 64];
    private SegmentStage? _stage;
    private int _rowCount;
    private bool _isFinished;

    /// <summary>Begins a segment in a folder that does not exist yet or is empty.</summary>
    public SegmentWriter(
        IFileSystem files, string folder, SegmentIdentity identity, ImmutableArray<StoredColumn> columns,
        SegmentOptions options, MemoryAccount account, IScheduler? scheduler = null)
    {
        options.Check();
        CheckOrder(columns, options);
        _files = files;
        _folder = folder;
        _identity = identity;
        _columns = columns;
        _options = options;
        _account = account;
        _writers = [.. columns.Select(c => ColumnWriter.Create(files, folder, c, options, account))];
        _lanes = new EncodeLanes(_writers, scheduler);
        files.CreateFolder(folder);
    }

    /// <summary>Rows so far.</summary>
    public int RowCount => _rowCount;

    /// <summary>Room for rows that is left.</summary>
    public int Remaining => SegmentOptions.MaxRows - RowCount;

    /// <summary>Appends the selected rows of a batch, whose columns are those given at the start, in order.</summary>
    /// <param name="batch">The rows; borrowed.</param>
    /// <param name="positions">
    /// The position of every row of the batch, selected or not, for the position checksum.
    /// </param>
    public unsafe void Append(Batch batch, ReadOnlySpan<ulong> positions = default)
    {
        Invariant.Holds(!_isFinished && batch.Columns.Length == _columns.Length);
        Invariant.Holds(batch.SelectedCount <= Remaining);
        Invariant.Holds(positions.IsEmpty || positions.Length >= batch.Count);
        if (!batch.IsMasked)
        {
            for (int first = 0; first < batch.Count;)
            {
                int count = Math.Min(batch.Count - first, Room());
                _stage!.Append(batch.Columns, first, count);
                if (!positions.IsEmpty) _positions.AddRange(positions.Slice(first, count));
                first += count;
                Advance(count);
            }
            return;
        }
        int selected;
        fixed (ushort* rows = _selection) selected = Kernels.Bitmap.ToSelection(batch.Mask.Words, batch.Count, rows);
        for (int first = 0; first < selected;)
        {
            ReadOnlySpan<ushort> rows = _selection.AsSpan(first, Math.Min(selected - first, Room()));
            _stage!.Append(batch.Columns, rows);
            if (!positions.IsEmpty) AddPositions(positions, rows);
            first += rows.Length;
            Advance(rows.Length);
        }
    }

    /// <summary>Encodes the rest, writes the manifests, makes everything durable.</summary>
    public async Task<SegmentInfo> FinishAsync(CancellationToken cancellationToken = default)
    {
        Invariant.Holds(!_isFinished);
        _isFinished = true;
        using SegmentStage? sorted = Flush();
        await _lanes.FinishAsync();
        cancellationToken.ThrowIfCancellationRequested();
        ulong positions = XxHash64.Hash(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_positions)));
        if (_options.IsDurable) await _files.EnsureFolderAsync(_folder, cancellationToken);
        List<SegmentGroup> groups = [];
        foreach (IGrouping<int, ColumnWriter> group in _writers.GroupBy(w => w.Column.Group).OrderBy(g => g.Key))
        {
            groups.Add(
                await WriteGroupAsync(group.Key, [.. group], positions, cancellationToken));
        }
        if (_options.IsDurable) await _files.FlushFolderAsync(_folder, cancellationToken);
        return new SegmentInfo(
            _rowCount, groups.Sum(g => g.Bytes), _writers.Sum(w => w.RawBytes), positions, [.. groups]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lanes.DisposeAsync();
        _stage?.Dispose();
        foreach (ColumnWriter writer in _writers) writer.Dispose();
    }

    private static void CheckOrder(ImmutableArray<StoredColumn> columns, SegmentOptions options)
    {
        foreach (SortColumn order in options.OrderBy)
        {
            StoredColumn column = columns.First(c => c.Id == order.ColumnId);
            if (!column.Field.Type.IsNested) continue;
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"ORDER BY a column of type {column.Field.Type}: {column.Field.Name}");
        }
    }

    /// <summary>Rows that fit into the stage, which is begun if there is none.</summary>
    private int Room()
    {
        _stage ??= new SegmentStage(_columns, _account, _options.KeepsCodes && _options.OrderBy.IsEmpty);
        int limit = _options.OrderBy.IsEmpty ? _options.BlockRows : SegmentOptions.MaxRows;
        return limit - _stage.Count;
    }

    private void AddPositions(ReadOnlySpan<ulong> positions, ReadOnlySpan<ushort> rows)
    {
        int before = _positions.Count;
        CollectionsMarshal.SetCount(_positions, before + rows.Length);
        Span<ulong> added = CollectionsMarshal.AsSpan(_positions)[before..];
        for (int i = 0; i < rows.Length; i++) added[i] = positions[rows[i]];
    }

    private void Advance(int count)
    {
        _rowCount += count;
        if (_stage!.LargestTextBytes > MaxTextBytes && _options.OrderBy.IsEmpty)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Too many bytes of text in a block: more than {MaxTextBytes:N0}",
                hint: $"A block has {_options.BlockRows:N0} rows; store large values in files.");
        }
        if (!_options.OrderBy.IsEmpty || _stage.Count < _options.BlockRows) return;
        SegmentStage full = _stage;
        _stage = null;
        _lanes.Add(full);
    }

    /// <summary>
    /// Hands the last rows, or all of them in order, to the encoders. Returns a stage that must live until they are
    /// done.
    /// </summary>
    private SegmentStage? Flush()
    {
        if (_stage is null) return null;
        SegmentStage stage = _stage;
        _stage = null;
        if (_options.OrderBy.IsEmpty)
        {
            _lanes.Add(stage);
            return null;
        }
        ColumnVector[] columns = new ColumnVector[_columns.Length];
        for (int c = 0; c < columns.Length; c++) columns[c] = stage.ToVector(c);
        List<(ColumnVector Column, SortColumn Order)> keys = [];
        foreach (SortColumn order in _options.OrderBy)
        {
            keys.Add((columns[IndexOf(order.ColumnId)], order));
        }
        int[] rows = SegmentSorter.Sort(keys, stage.Count);
        for (int first = 0; first < rows.Length; first += _options.BlockRows)
        {
            SegmentStage block = new(_columns, _account);
            block.AppendShared(columns, rows.AsSpan(first, Math.Min(_options.BlockRows, rows.Length - first)));
            _lanes.Add(block);
        }
        if (_positions.Count > 0)
        {
            ulong[] arrived = [.. _positions];
            for (int i = 0; i < rows.Length; i++) _positions[i] = arrived[rows[i]];
        }
        return stage;
    }

    private int IndexOf(int columnId)
    {
        for (int c = 0; c < _columns.Length; c++)
        {
            if (_columns[c].Id == columnId) return c;
        }
        throw Invariant.Unreachable("a sort column that is not stored");
    }

    private async Task<SegmentGroup> WriteGroupAsync(
        int group, ColumnWriter[] columns, ulong positions, CancellationToken cancellationToken)
    {
        List<SegmentFile> files = [];
        int[] fileOf = new int[columns.Length];
        long[] offsets = new long[columns.Length];
        List<int> packed = [];
        for (int c = 0; c < columns.Length; c++)
        {
            if (!columns[c].Output.IsFile)
            {
                packed.Add(c);
                continue;
            }
            fileOf[c] = files.Count;
            offsets[c] = SegmentFormat.ColumnFileHeaderBytes;
            files.Add(await columns[c].Output.PublishAsync(cancellationToken));
        }
        if (packed.Count > 0)
        {
            using ByteWriter pack = new(1 << 16);
            ColumnOutput.WriteHeader(pack, group, -1);
            foreach (int c in packed)
            {
                fileOf[c] = files.Count;
                offsets[c] = pack.Length;
                pack.WriteBytes(columns[c].Output.Pending);
            }
            files.Add(await PublishAsync(
                SegmentFormat.PackName(group), pack.WrittenMemory, cancellationToken));
        }
        byte[] manifest = WriteManifest(group, columns, fileOf, offsets, files, positions);
        SegmentFile manifestFile = await PublishAsync(
            SegmentFormat.ManifestName(group), manifest, cancellationToken);
        files.Add(manifestFile);
        return new SegmentGroup(group, manifestFile.Hash, files.Sum(f => f.Bytes), [.. files]);
    }

    private byte[] WriteManifest(
        int group, ColumnWriter[] columns, int[] fileOf, long[] offsets, List<SegmentFile> files, ulong positions)
    {
        using ByteWriter footers = new(1 << 12);
        ImmutableArray<ManifestColumn>.Builder entries = ImmutableArray.CreateBuilder<ManifestColumn>();
        for (int c = 0; c < columns.Length; c++)
        {
            int start = footers.Length;
            ColumnFooter.Write(footers, columns[c], offsets[c]);
            StoredColumn column = columns[c].Column;
            entries.Add(new ManifestColumn(
                column.Id, column.Field.IsNullable, column.Field.Type, fileOf[c], start, footers.Length - start,
                Checksum.Crc32C(footers.WrittenSpan[start..])));
        }
        Manifest manifest = new()
        {
            Identity = _identity, Group = group, RowCount = _rowCount, BlockRows = _options.BlockRows,
            VectorRows = _options.VectorRows, PositionChecksum = positions, RawBytes = columns.Sum(c => c.RawBytes),
            Files = [.. files], Columns = entries.ToImmutable(),
        };
        return manifest.Write(footers.WrittenSpan);
    }

    private async Task<SegmentFile> PublishAsync(
        string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using TempFile file = TempFile.Create(_files, FilePath.Combine(_folder, name), bytes.Length);
        file.File.Append(bytes.Span);
        await file.PublishWithoutFolderAsync(_options.IsDurable, cancellationToken);
        return new SegmentFile(name, bytes.Length, XxHash128.Hash(bytes.Span));
    }
}
