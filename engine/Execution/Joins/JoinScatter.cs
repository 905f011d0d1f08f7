using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Cuts the rows of one side of a join by the hash of their keys and writes each part to a spill file, some kilobytes
/// at a time: partners of both sides are in parts of one number. For one thread.
/// </summary>
internal sealed unsafe class JoinScatter : IDisposable
{
    /// <summary>Bits of the hash that a level uses.</summary>
    public const int PartBits = 5;

    /// <summary>Number of parts.</summary>
    public const int PartCount = 1 << PartBits;

    /// <summary>How often rows can be cut before the hash has no bits left.</summary>
    public const int LevelCount = 64 / PartBits;

    /// <summary>Bytes of a part that wait to be written together, at least and at most.</summary>
    private const int FewestFrameBytes = 4 << 10, MostFrameBytes = 64 << 10;

    /// <summary>Of the memory limit, what a part may take.</summary>
    private const int MemoryShare = 2048;

    private readonly QueryRun _run;
    private readonly int[] _keys;
    private readonly ColumnVector[] _keyVectors;
    private readonly RowBuffer?[] _buffers = new RowBuffer?[PartCount];
    private readonly List<StoredFrame>[] _frames =
        [.. Enumerable.Range(0, PartCount).Select(_ => new List<StoredFrame>())];
    private readonly long[] _rowCounts = new long[PartCount];
    private readonly RowHash _hash;
    private readonly FrameWriter _writer;
    private readonly Batch _taken;
    private readonly Batch _written;
    private readonly LogicalType[] _types;
    private readonly int _mostRows;
    private readonly int _shift;

    /// <param name="run">Whose files they are.</param>
    /// <param name="node">The join, for figures.</param>
    /// <param name="columns">The columns of the side.</param>
    /// <param name="keys">Positions of its keys.</param>
    /// <param name="level">How often the rows have been cut before.</param>
    public JoinScatter(QueryRun run, HashJoinNode node, Schema columns, IEnumerable<int> keys, int level)
    {
        _run = run;
        _keys = [.. keys];
        _keyVectors = new ColumnVector[_keys.Length];
        _types = [.. columns.Fields.Select(f => f.Type)];
        _hash = new RowHash(run.SpillAccount);
        _writer = new FrameWriter(run, node, _types);
        _taken = new Batch(columns);
        _written = new Batch(columns);
        int rowBytes = 1 + _types.Sum(
            t => t.Physical == PhysicalType.Utf8 ? 32 : t.IsNested ? 64 : t.Physical.SizeBytes());
        long frameBytes = Math.Clamp(
            run.Environment.Memory.LimitBytes / MemoryShare, FewestFrameBytes, MostFrameBytes);
        _mostRows = (int)Math.Clamp(frameBytes / rowBytes, 64, Batch.MaxRows);
        _shift = 64 - (PartBits * (level + 1));
    }

    /// <summary>The frames of a part; complete after <see cref="Flush"/>.</summary>
    public IReadOnlyList<StoredFrame> this[int part] => _frames[part];

    /// <summary>Rows of a part.</summary>
    public long RowsOf(int part) => _rowCounts[part];

    /// <summary>Adds the first rows of columns.</summary>
    public void Add(ReadOnlySpan<ColumnVector> columns, int count)
    {
        if (count == 0) return;
        _run.Cancellation.ThrowIfCancellationRequested();
        ulong* hashes = stackalloc ulong[Batch.MaxRows];
        for (int k = 0; k < _keys.Length; k++) _keyVectors[k] = columns[_keys[k]];
        _hash.Compute(_keyVectors, count, hashes);
        int* ends = stackalloc int[PartCount];
        new Span<int>(ends, PartCount).Clear();
        for (int i = 0; i < count; i++) ends[PartOf(hashes[i])]++;
        int* next = stackalloc int[PartCount];
        for (int p = 0, start = 0; p < PartCount; p++)
        {
            next[p] = start;
            start += ends[p];
            ends[p] = start;
        }
        int* order = stackalloc int[Batch.MaxRows];
        for (int i = 0; i < count; i++) order[next[PartOf(hashes[i])]++] = i;
        for (int p = 0, first = 0; p < PartCount; p++)
        {
            int n = ends[p] - first;
            if (n > 0) Append(p, columns, order + first, n);
            first = ends[p];
        }
    }

    /// <summary>Adds rows of a buffer and empties it.</summary>
    public void Take(RowBuffer rows)
    {
        for (long first = 0; first < rows.Count; first += Batch.MaxRows)
        {
            int count = (int)Math.Min(Batch.MaxRows, rows.Count - first);
            rows.Slice(first, count, _taken);
            Add(_taken.Columns, count);
        }
        rows.Clear();
    }

    /// <summary>Writes what waits.</summary>
    public void Flush()
    {
        for (int p = 0; p < PartCount; p++) Write(p);
    }

    public void Dispose()
    {
        _hash.Dispose();
        _writer.Dispose();
        _taken.Dispose();
        _written.Dispose();
        foreach (RowBuffer? buffer in _buffers) buffer?.Dispose();
    }

    private int PartOf(ulong hash) => (int)(hash >> _shift) & (PartCount - 1);

    private void Append(int part, ReadOnlySpan<ColumnVector> columns, int* rows, int count)
    {
        RowBuffer buffer = _buffers[part] ??= new RowBuffer(_types, _run.SpillAccount);
        if (buffer.Count + count > Batch.MaxRows) Write(part);
        buffer.Append(columns, rows, count);
        _rowCounts[part] += count;
        if (buffer.Count >= _mostRows) Write(part);
    }

    private void Write(int part)
    {
        if (_buffers[part] is not { Count: > 0 } buffer) return;
        int count = (int)buffer.Count;
        buffer.Slice(0, count, _written);
        _frames[part].Add(_writer.Write(_written.Columns, count));
        buffer.Clear();
    }
}
