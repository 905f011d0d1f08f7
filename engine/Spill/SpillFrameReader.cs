using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Spill;

/// <summary>
/// Reads frames that <see cref="SpillFrameWriter"/> made: numbers are used where they lie in the frame, which the
/// vectors keep alive. For one thread.
/// </summary>
internal sealed unsafe class SpillFrameReader(SpillFile file, MemoryAccount account)
{
    private NativeBuffer? _buffer;
    private long _position;
    private SpillFrame _frame;

    /// <summary>Fills a batch with the rows of a frame.</summary>
    /// <exception cref="CorruptDataException">The frame is damaged.</exception>
    public void Read(in SpillFrame frame, Batch target)
    {
        using Lease lease = new(frame.Length, account);
        file.Read(frame, lease.Buffer);
        _buffer = lease.Buffer;
        _frame = frame;
        _position = 0;
        int rows = *(int*)Take(SpillFrameWriter.Alignment);
        Check(rows == frame.Rows && rows is > 0 and <= Batch.MaxRows, "number of rows");
        foreach (ColumnVector column in target.Columns) Read(column, rows);
        Check(_position == frame.Length, "length of a frame");
        target.Reset();
        target.Count = rows;
        _buffer = null;
    }

    private void Read(ColumnVector target, int rows)
    {
        byte* header = Take(SpillFrameWriter.Alignment);
        if (header[0] == 3)
        {
            target.SetAllNull(rows);
            return;
        }
        VectorShape shape = header[0] switch
        {
            0 => VectorShape.Flat,
            1 => VectorShape.Constant,
            2 => VectorShape.Narrow,
            _ => throw Corrupt("shape"),
        };
        int count = shape == VectorShape.Constant ? 1 : rows;
        ulong* validity = header[1] == 0 ? null : (ulong*)Take((count + 63L) / 64 * sizeof(ulong));
        PhysicalType lane = (PhysicalType)header[2];
        bool isNarrow = shape == VectorShape.Narrow;
        Check(
            isNarrow ? lane.IsUnsigned() && lane.SizeBytes() < target.Type.Physical.SizeBytes()
                : lane == target.Type.Physical, "lane");
        long total = *(long*)(header + 8);
        Int128 valueBase = *(Int128*)(header + 16);
        switch (target.Type.Physical)
        {
            case PhysicalType.Utf8:
                ReadTexts(target, shape, rows, count, validity, total);
                break;
            case PhysicalType.List:
                ReadLists(target, shape, rows, count, validity, total);
                break;
            case PhysicalType.Array or PhysicalType.Struct:
                target.ResetBorrowed(shape, lane, _buffer!.Pointer, validity, rows, _buffer);
                int children = target.Type.Physical == PhysicalType.Array
                    ? checked(count * target.Type.Length) : count;
                foreach (ColumnVector child in target.Children) Read(child, children);
                break;
            default:
                byte* data = Take((long)count * lane.SizeBytes());
                target.ResetBorrowed(shape, lane, data, validity, rows, _buffer, valueBase: valueBase);
                break;
        }
    }

    private void ReadTexts(
        ColumnVector target, VectorShape shape, int rows, int count, ulong* validity, long total)
    {
        int* lengths = (int*)Take((long)count * sizeof(int));
        byte* bytes = Take(total);
        if (shape == VectorShape.Constant) target.ResetConstant(rows);
        else target.ResetFlat(Math.Max(rows, 1));
        target.Count = rows;
        Utf8View* views = (Utf8View*)target.Data;
        long used = 0;
        for (int i = 0; i < count; i++)
        {
            int length = lengths[i];
            Check(length >= 0 && length <= total - used, "length of a text");
            views[i] = new Utf8View(bytes + used, length);
            used += length;
        }
        Check(used == total, "bytes of texts");
        target.KeepAlive(_buffer!);
        CopyValidity(target, validity, count);
    }

    private void ReadLists(
        ColumnVector target, VectorShape shape, int rows, int count, ulong* validity, long total)
    {
        int* lengths = (int*)Take((long)count * sizeof(int));
        if (shape == VectorShape.Constant) target.ResetConstant(rows);
        else target.ResetFlat(Math.Max(rows, 1));
        target.Count = rows;
        ListView* lists = (ListView*)target.Data;
        int used = 0;
        for (int i = 0; i < count; i++)
        {
            Check(lengths[i] >= 0 && lengths[i] <= total - used, "length of a list");
            lists[i] = new ListView(used, lengths[i]);
            used += lengths[i];
        }
        Check(used == total, "elements of lists");
        CopyValidity(target, validity, count);
        Read(target.Children[0], used);
    }

    private static void CopyValidity(ColumnVector target, ulong* validity, int count)
    {
        if (validity is null) return;
        ulong* words = target.BeginValidity(Math.Max(count, 1));
        new ReadOnlySpan<ulong>(validity, (count + 63) / 64).CopyTo(new Span<ulong>(words, (count + 63) / 64));
    }

    private byte* Take(long bytes)
    {
        long padded = (bytes + SpillFrameWriter.Alignment - 1) & ~(long)(SpillFrameWriter.Alignment - 1);
        Check(bytes >= 0 && padded <= _frame.Length - _position, "length of a part");
        byte* at = _buffer!.Pointer + _position;
        _position += padded;
        return at;
    }

    private void Check(bool holds, string what)
    {
        if (!holds) throw Corrupt(what);
    }

    private CorruptDataException Corrupt(string what) =>
        new($"{what} in a spill file", "spill", _frame.Offset + _position);

    /// <summary>A buffer that its vectors keep longer than the reader.</summary>
    private readonly ref struct Lease(long bytes, MemoryAccount account)
    {
        public NativeBuffer Buffer { get; } = NativeBuffer.Allocate(Math.Max(bytes, 1), account);

        public void Dispose() => Buffer.Release();
    }
}
