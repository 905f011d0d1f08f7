using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// Reads what <see cref="RowBlockWriter"/> wrote. Fixed-size elements are borrowed from the block's buffer, which the
/// vectors keep alive; every length is checked first.
/// </summary>
internal sealed unsafe class RowBlockReader
{
    private readonly NativeBuffer _buffer;
    private readonly string _name;
    private readonly int _end;
    private int _blockStart;
    private int _position;

    /// <summary>Reads the blocks in part of a buffer.</summary>
    /// <param name="buffer">Where the blocks lie; stays the caller's. The batches keep it alive.</param>
    /// <param name="start">Where the first block begins.</param>
    /// <param name="length">Bytes of all blocks.</param>
    /// <param name="name">The file, for errors.</param>
    public RowBlockReader(NativeBuffer buffer, int start, int length, string name)
    {
        Invariant.Holds(start >= 0 && length >= 0 && start <= buffer.Length - length);
        _buffer = buffer;
        _position = start;
        _end = start + length;
        _name = name;
    }

    /// <summary>
    /// Fills the batch, whose columns are those that were written, with the next block; false at the end.
    /// </summary>
    public bool Read(Batch target)
    {
        target.Reset();
        Skip(-_position & 15, allowsEnd: true);
        if (_position >= _end) return false;
        _blockStart = _position;
        int count = ReadInt32();
        Check(count is >= 0 and <= Batch.MaxRows, "row count");
        foreach (ColumnVector column in target.Columns) ReadVector(column, count);
        target.Count = count;
        return true;
    }

    private void ReadVector(ColumnVector target, int count)
    {
        Align();
        long flag = ReadInt64();
        Check(flag is 0 or 1, "validity flag");
        ulong* validity = flag == 1 ? (ulong*)Take(8L * ((count + 63) >> 6)) : null;
        Align();
        PhysicalType type = target.Type.Physical;
        switch (type)
        {
            case PhysicalType.None:
                target.SetAllNull(count);
                break;
            case PhysicalType.Utf8:
                ReadText(target, validity, count);
                break;
            case PhysicalType.List:
                ReadList(target, validity, count);
                break;
            case PhysicalType.Struct:
                target.ResetBorrowed(VectorShape.Flat, type, null, validity, count, _buffer);
                foreach (ColumnVector field in target.Children) ReadVector(field, count);
                break;
            case PhysicalType.Array:
                target.ResetBorrowed(VectorShape.Flat, type, null, validity, count, _buffer);
                Check((long)count * target.Type.Length <= int.MaxValue, "array length");
                ReadVector(target.Children[0], count * target.Type.Length);
                break;
            default:
                byte* data = Take((long)count * type.SizeBytes());
                target.ResetBorrowed(VectorShape.Flat, type, data, validity, count, _buffer);
                CheckRange(target, data, count);
                break;
        }
    }

    /// <summary>Refuses what no value of the type can be, since kernels index by it.</summary>
    private void CheckRange(ColumnVector target, byte* data, int count)
    {
        switch (target.Type.Kind)
        {
            case TypeKind.Boolean:
                Check(new ReadOnlySpan<byte>(data, count).IndexOfAnyExceptInRange((byte)0, (byte)1) < 0, "boolean");
                break;
            case TypeKind.Enum:
                uint labels = (uint)Math.Max(target.Type.Labels.Length, 1);
                for (int i = 0; i < count; i++) Check(((uint*)data)[i] < labels, "ENUM label");
                break;
        }
    }

    private void ReadText(ColumnVector target, ulong* validity, int count)
    {
        int* offsets = (int*)Take(sizeof(int) * (count + 1L));
        byte* bytes = Take(offsets[count]);
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        Utf8View* views = (Utf8View*)target.Data;
        Check(offsets[0] == 0, "text offset");
        for (int i = 0; i < count; i++)
        {
            int length = offsets[i + 1] - offsets[i];
            Check(offsets[i] >= 0 && length >= 0 && offsets[i + 1] <= offsets[count], "text offset");
            views[i] = new Utf8View(bytes + offsets[i], length);
        }
        target.KeepAlive(_buffer);
        if (validity is null) return;
        int words = (count + 63) >> 6;
        new ReadOnlySpan<ulong>(validity, words).CopyTo(
            new Span<ulong>(target.BeginValidity(Math.Max(count, 1)), words));
    }

    private void ReadList(ColumnVector target, ulong* validity, int count)
    {
        byte* views = Take(8L * count);
        int total = ReadInt32();
        Check(total >= 0, "element count");
        target.ResetBorrowed(VectorShape.Flat, PhysicalType.List, views, validity, count, _buffer);
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            ListView view = ((ListView*)views)[i];
            Check(view.Offset == next && view.Length >= 0 && view.Length <= total - next, "list offset");
            next += view.Length;
        }
        Check(next == total, "element count");
        ReadVector(target.Children[0], total);
    }

    private int ReadInt32() => *(int*)Take(sizeof(int));

    private long ReadInt64() => *(long*)Take(sizeof(long));

    private void Align() => Skip(-(_position - _blockStart) & 15, allowsEnd: false);

    private void Skip(int count, bool allowsEnd)
    {
        if (allowsEnd && count > _end - _position) count = _end - _position;
        Take(count);
    }

    private byte* Take(long count)
    {
        Check(count >= 0 && count <= _end - _position, "length");
        byte* taken = _buffer.Pointer + _position;
        _position += (int)count;
        return taken;
    }

    private void Check(bool holds, string what) =>
        CorruptDataException.ThrowUnless(holds, $"row block: {what}", _name, _position);
}
