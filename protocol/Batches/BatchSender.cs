using ColFrag.Engine.Bytes;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Batches;

/// <summary>
/// Gathers the batches of one stream into data frames of a good size and sends them. Never waits: what credit or room
/// do not allow yet stays here, and a signal says when to come back.
/// </summary>
internal sealed class BatchSender : IDisposable
{
    /// <summary>Bytes from which a frame is sent; larger ones gain nothing.</summary>
    public const int DefaultFrameBytes = 256 << 10;

    /// <summary>Bytes of text from which a batch is cut, far below what a frame may hold.</summary>
    private const long MaxTextBytes = 8 << 20;

    private readonly IDataSender _target;
    private readonly int _frameBytes;
    private readonly BatchWriter _writer = new();
    private readonly Queue<ByteWriter> _waiting = new();
    private ByteWriter? _frame;

    /// <summary>True when rows wait for a frame to be full.</summary>
    public bool HasUnsent => _frame is not null || _waiting.Count > 0;

    /// <summary>Begins a stream of batches inside a call.</summary>
    public BatchSender(IDataSender target, int frameBytes = DefaultFrameBytes)
    {
        _target = target;
        _frameBytes = frameBytes;
    }

    /// <summary>Rows taken.</summary>
    public long RowCount { get; private set; }

    /// <summary>Bytes of all frames so far.</summary>
    public long SentBytes { get; private set; }

    /// <summary>
    /// Takes the selected rows of a batch. Null when more are welcome; else a signal after which to call
    /// <see cref="Resume"/> before more are added.
    /// </summary>
    public Signal? Add(Batch batch)
    {
        RowCount += batch.SelectedCount;
        if (TextBytes(batch) <= MaxTextBytes) AddWhole(batch);
        else AddInParts(batch);
        return Resume();
    }

    /// <summary>Sends what waits. Null when nothing does any more, else the signal after which to try again.</summary>
    public Signal? Resume()
    {
        while (_waiting.TryPeek(out ByteWriter? frame))
        {
            int length = frame.Length;
            if (!_target.TrySendData(frame, out Signal? wait)) return wait;
            SentBytes += length;
            _waiting.Dequeue();
        }
        return null;
    }

    /// <summary>
    /// Sends the last frame, full or not. Null when all is sent, else the signal after which to call
    /// <see cref="Resume"/>.
    /// </summary>
    public Signal? Finish()
    {
        Close();
        return Resume();
    }

    /// <summary>Takes the selected rows of a batch, and waits until more are welcome.</summary>
    public async ValueTask AddAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        for (Signal? wait = Add(batch); wait is not null; wait = Resume()) await wait.WaitAsync(cancellationToken);
    }

    /// <summary>Sends the last frame and waits until all are under way.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        for (Signal? wait = Finish(); wait is not null; wait = Resume()) await wait.WaitAsync(cancellationToken);
    }

    /// <summary>Drops what was not sent.</summary>
    public void Dispose()
    {
        _frame?.Dispose();
        _frame = null;
        while (_waiting.TryDequeue(out ByteWriter? frame)) frame.Dispose();
        _writer.Dispose();
    }

    private void AddWhole(Batch batch)
    {
        _frame ??= _target.BeginData(DataType.Batches, _frameBytes + (_frameBytes / 8));
        _writer.Write(batch, _frame);
        if (_frame.Length >= _frameBytes) Close();
    }

    /// <summary>Cuts a batch of long texts where a frame is full; a single row is never cut.</summary>
    private unsafe void AddInParts(Batch batch)
    {
        ushort[] all = new ushort[Batch.MaxRows];
        fixed (ushort* rows = all)
        {
            int count;
            if (batch.IsMasked)
            {
                count = batch.Mask.ToSelection(rows);
            }
            else
            {
                count = batch.Count;
                for (int i = 0; i < count; i++) rows[i] = (ushort)i;
            }
            for (int first = 0; first < count;)
            {
                long bytes = 0;
                int end = first;
                while (end < count && (end == first || bytes + TextBytes(batch, rows[end]) <= MaxTextBytes))
                    bytes += TextBytes(batch, rows[end++]);
                Close();
                _frame = _target.BeginData(DataType.Batches);
                _writer.WriteRows(batch, rows + first, end - first, _frame);
                first = end;
            }
            Close();
        }
    }

    private void Close()
    {
        if (_frame is null) return;
        _waiting.Enqueue(_frame);
        _frame = null;
    }

    /// <summary>About how many bytes of text all rows have.</summary>
    private static long TextBytes(Batch batch)
    {
        long bytes = 0;
        foreach (ColumnVector column in batch.Columns) bytes += TextBytes(column, batch.Count);
        return bytes;
    }

    private static unsafe long TextBytes(ColumnVector vector, int count)
    {
        long bytes = 0;
        foreach (ColumnVector child in vector.Children) bytes += TextBytes(child, child.Count);
        if (vector.Type.Physical != PhysicalType.Utf8 || vector.Shape == VectorShape.Constant) return bytes;
        if (vector.Shape == VectorShape.Flat && !vector.HasNulls)
            return bytes + TextRuns.TotalLength(vector.As<Utf8View>(), count);
        // Codes stand for texts that are looked up one by one: some of them tell enough.
        int step = vector.Shape == VectorShape.Dictionary ? 64 : 1;
        for (int i = 0; i < count; i += step) bytes += (long)LengthOf(vector, i) * step;
        return bytes;
    }

    /// <summary>About how many bytes of text a row has; texts in nested values are shared out evenly.</summary>
    private static long TextBytes(Batch batch, int row)
    {
        long bytes = 0;
        foreach (ColumnVector column in batch.Columns)
        {
            bytes += column.Children.Length == 0
                ? LengthOf(column, row)
                : TextBytes(column, batch.Count) / Math.Max(1, batch.Count);
        }
        return bytes;
    }

    private static int LengthOf(ColumnVector vector, int row) =>
        vector.Type.Physical == PhysicalType.Utf8 && vector.IsValid(row) ? vector.GetUtf8(row).Length : 0;
}
