using ColFrag.Engine.Bytes;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// Writes Parquet files. A row group is collected, then its columns are encoded by several threads while the next one
/// is collected.
/// <code>
///   bytes    field
///   4        "PAR1"
///   …        row groups: a chunk per leaf, each a dictionary page where it has one, then data pages
///   …        bloom filters
///   …        column indexes, then offset indexes
///   …        footer
///   4        length of the footer
///   4        "PAR1"
/// </code>
/// </summary>
internal sealed class ParquetWriter : TableFileWriter, IShapeTaker
{
    private readonly OutputTarget _target;
    private readonly ParquetWriterOptions _options;
    private readonly OutputSchema _schema;
    private readonly RowShredder _shredder;
    private readonly List<PlacedGroup> _groups = [];
    private LeafValues[] _leaves;
    private LeafValues[] _spare;
    private Task<WrittenChunk[]>? _encoding;
    private int _rows;
    private int _encodingRows;

    public ParquetWriter(OutputTarget target, Schema schema, ParquetWriterOptions options)
    {
        _target = target;
        _options = options;
        _schema = new OutputSchema(schema);
        _shredder = new RowShredder(_schema);
        _leaves = NewLeaves();
        _spare = NewLeaves();
    }

    /// <inheritdoc/>
    public override long BytesWritten => _target.Length;

    private static ReadOnlyMemory<byte> Magic { get; } = "PAR1"u8.ToArray();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        int count = _shredder.Add(batch, _leaves);
        _rows += count;
        RowsWritten += count;
        if (IsGroupFull()) await EndGroupAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        if (_rows > 0) await EndGroupAsync(cancellationToken).ConfigureAwait(false);
        await PlaceGroupAsync(await TakeEncodedAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (_target.Length == 0) await _target.WriteAsync(Magic, cancellationToken).ConfigureAwait(false);
        using ByteWriter tail = new(1 << 12);
        long start = _target.Length;
        WriteBlooms(tail, start);
        WriteIndexes(tail, start);
        int footer = tail.Length;
        FooterWriter.Write(_schema, _groups, _options.KeyValues, tail);
        tail.WriteInt32(tail.Length - footer);
        tail.WriteBytes(Magic.Span);
        await _target.WriteAsync(tail.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await _target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_encoding is not null)
        {
            await ((Task)_encoding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_encoding.IsCompletedSuccessfully)
            {
                foreach (WrittenChunk chunk in await _encoding.ConfigureAwait(false)) chunk.Dispose();
            }
        }
        foreach (LeafValues leaf in _leaves.Concat(_spare)) leaf.Dispose();
        await _target.DisposeAsync().ConfigureAwait(false);
    }

    private bool IsGroupFull()
    {
        if (_rows == 0 || _rows >= _options.GroupRows) return _rows > 0;
        return _options.GroupBytes is { } most && _leaves.Sum(l => (long)l.SizeOf(0, l.Count)) >= most;
    }

    private LeafValues[] NewLeaves() => [.. _schema.Leaves.Select(leaf => new LeafValues(leaf))];

    private async ValueTask EndGroupAsync(CancellationToken cancellationToken)
    {
        // The group before goes to the file while this one is encoded.
        EncodedGroup? before = await TakeEncodedAsync().ConfigureAwait(false);
        LeafValues[] full = _leaves;
        (_leaves, _spare) = (_spare, _leaves);
        foreach (LeafValues leaf in _leaves) leaf.Clear();
        _encodingRows = _rows;
        _rows = 0;
        _encoding = Task.Run(() => Encode(full), CancellationToken.None);
        await PlaceGroupAsync(before, cancellationToken).ConfigureAwait(false);
    }

    private WrittenChunk[] Encode(LeafValues[] leaves)
    {
        WrittenChunk[] chunks = new WrittenChunk[leaves.Length];
        // The widest columns first, so that no thread is left alone with one at the end.
        int[] order = [.. Enumerable.Range(0, leaves.Length).OrderByDescending(i => leaves[i].Bytes.Length)];
        Parallel.ForEach(
            order, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            i => chunks[i] = new ChunkWriter(_options).Write(leaves[i]));
        return chunks;
    }

    private sealed record EncodedGroup(WrittenChunk[] Chunks, int RowCount);

    // Takes over the group that is being encoded, if there is one.
    private async ValueTask<EncodedGroup?> TakeEncodedAsync()
    {
        if (_encoding is null) return null;
        WrittenChunk[] chunks = await _encoding.ConfigureAwait(false);
        _encoding = null;
        return new EncodedGroup(chunks, _encodingRows);
    }

    private async ValueTask PlaceGroupAsync(EncodedGroup? group, CancellationToken cancellationToken)
    {
        if (group is null) return;
        PlacedChunk[] placed = new PlacedChunk[group.Chunks.Length];
        try
        {
            if (_target.Length == 0) await _target.WriteAsync(Magic, cancellationToken).ConfigureAwait(false);
            long start = _target.Length;
            for (int i = 0; i < placed.Length; i++)
            {
                WrittenChunk chunk = group.Chunks[i];
                placed[i] = new PlacedChunk(chunk, _target.Length, chunk.Bytes.Length);
                await _target.WriteAsync(chunk.Bytes.WrittenMemory, cancellationToken).ConfigureAwait(false);
            }
            _groups.Add(new PlacedGroup(placed, group.RowCount, start));
        }
        finally
        {
            foreach (WrittenChunk chunk in group.Chunks) chunk.Dispose();
        }
    }

    private void WriteBlooms(ByteWriter tail, long start)
    {
        foreach (PlacedChunk placed in _groups.SelectMany(g => g.Chunks))
        {
            if (placed.Chunk.Bloom is null) continue;
            placed.BloomOffset = start + tail.Length;
            tail.WriteBytes(placed.Chunk.Bloom);
        }
    }

    private void WriteIndexes(ByteWriter tail, long start)
    {
        foreach (PlacedChunk placed in _groups.SelectMany(g => g.Chunks))
        {
            placed.ColumnIndexOffset = start + tail.Length;
            if (!FooterWriter.TryWriteColumnIndex(placed.Chunk, tail)) continue;
            placed.ColumnIndexBytes = (int)(start + tail.Length - placed.ColumnIndexOffset);
        }
        foreach (PlacedChunk placed in _groups.SelectMany(g => g.Chunks))
        {
            placed.OffsetIndexOffset = start + tail.Length;
            FooterWriter.WriteOffsetIndex(placed, tail);
            placed.OffsetIndexBytes = (int)(start + tail.Length - placed.OffsetIndexOffset);
        }
    }
}
