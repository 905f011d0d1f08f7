using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Merges sorted runs that lie in spill files: a batch of each is in memory, a heap has the run with the smallest row
/// on top, and of rows that are equal those of the earlier run come first. For one thread.
/// </summary>
internal sealed unsafe class RunMerge : IDisposable
{
    private readonly Cursor[] _cursors;
    private readonly int[] _heap;
    private readonly SortKeyLayout _layout;
    private readonly RowOrder? _order;
    private readonly SortedRows _sorted;
    private readonly NativeBuffer _output;
    private readonly Batch _frame;
    private int _open;
    private bool _isTopUsedUp;

    public RunMerge(
        Schema schema, IReadOnlyList<SortColumn> keys, IReadOnlyList<LogicalType> types, SortKeyLayout layout,
        IReadOnlyList<StoredFrame[]> runs, MemoryAccount account)
    {
        _layout = layout;
        _cursors = [.. runs.Where(r => r.Length > 0).Select(r => new Cursor(r, schema, account))];
        RowBuffer[] buffers = [.. _cursors.Select(c => c.Rows)];
        _order = layout.IsExact ? null : new RowOrder(keys, types, buffers);
        _sorted = new SortedRows(schema, buffers, areComplete: false);
        _output = NativeBuffer.Allocate(Batch.MaxRows * sizeof(SortEntry), account);
        _frame = new Batch(schema);
        _heap = new int[_cursors.Length];
        for (int c = 0; c < _cursors.Length; c++)
        {
            _cursors[c].Load(_frame, _layout, (uint)c);
            _heap[_open++] = c;
        }
        for (int at = (_open / 2) - 1; at >= 0; at--) SiftDown(at);
    }

    /// <summary>The next rows, good until the next call; null after the last.</summary>
    public Batch? Next()
    {
        if (_isTopUsedUp)
        {
            _isTopUsedUp = false;
            int cursor = _heap[0];
            if (!_cursors[cursor].Load(_frame, _layout, (uint)cursor)) _heap[0] = _heap[--_open];
            SiftDown(0);
        }
        if (_open == 0) return null;
        SortEntry* output = (SortEntry*)_output.Pointer;
        int count = 0;
        while (count < Batch.MaxRows)
        {
            Cursor top = _cursors[_heap[0]];
            output[count++] = *top.Current;
            // Rows given out lie in the batch of their run: it is replaced at the next call.
            _isTopUsedUp = !top.MoveNext();
            if (_isTopUsedUp) break;
            SiftDown(0);
        }
        return _sorted.Gather(output, count);
    }

    public void Dispose()
    {
        foreach (Cursor cursor in _cursors) cursor.Dispose();
        _order?.Dispose();
        _sorted.Dispose();
        _output.Release();
        _frame.Dispose();
    }

    private void SiftDown(int at)
    {
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _open) return;
            if (child + 1 < _open && IsBefore(_heap[child + 1], _heap[child])) child++;
            if (!IsBefore(_heap[child], _heap[at])) return;
            (_heap[at], _heap[child]) = (_heap[child], _heap[at]);
            at = child;
        }
    }

    private bool IsBefore(int left, int right)
    {
        SortEntry* x = _cursors[left].Current;
        SortEntry* y = _cursors[right].Current;
        if (x->Key != y->Key) return x->Key < y->Key;
        int order = _order?.Compare(*x, *y, _layout.FirstInexact) ?? 0;
        return order != 0 ? order < 0 : left < right;
    }

    /// <summary>Where a run stands.</summary>
    private sealed class Cursor(StoredFrame[] frames, Schema schema, MemoryAccount account) : IDisposable
    {
        private readonly SpillFrameReader _reader = new(frames[0].File, account);
        private readonly NativeBuffer _entries = NativeBuffer.Allocate(Batch.MaxRows * sizeof(SortEntry), account);
        private int _nextFrame;
        private int _row;

        /// <summary>The rows of the batch in memory.</summary>
        public RowBuffer Rows { get; } = new(schema, account);

        public SortEntry* Current => (SortEntry*)_entries.Pointer + _row;

        /// <summary>Moves to the next row of the batch; false after its last.</summary>
        public bool MoveNext() => ++_row < Rows.Count;

        /// <summary>Reads the next batch of the run; false after the last.</summary>
        public bool Load(Batch frame, SortKeyLayout layout, uint number)
        {
            Rows.Clear();
            _row = 0;
            if (_nextFrame == frames.Length) return false;
            _reader.Read(frames[_nextFrame++].Frame, frame);
            Rows.Append(frame);
            SortEntry* entries = (SortEntry*)_entries.Pointer;
            layout.Write(Rows, 0, (int)Rows.Count, entries);
            for (int i = 0; i < Rows.Count; i++) (entries[i].Buffer, entries[i].Row) = (number, (uint)i);
            return true;
        }

        public void Dispose()
        {
            Rows.Dispose();
            _entries.Release();
        }
    }
}
