using System.Runtime.InteropServices;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>Bytes that two values of a type share exactly when they are equal.</summary>
internal sealed unsafe class KeyBytes
{
    private byte[] _bytes = new byte[256];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Appends the bytes of a value, NULL too.</summary>
    public void Add(ColumnVector vector, int row)
    {
        Append((byte)(vector.IsValid(row) ? 1 : 0));
        if (!vector.IsValid(row)) return;
        int element = vector.IsConstant ? 0 : row;
        switch (vector.Type.Physical)
        {
            case PhysicalType.None:
                break;
            case PhysicalType.Utf8:
                Utf8View text = vector.GetUtf8(row);
                Append(text.Length);
                text.Span.CopyTo(Room(text.Length));
                break;
            case PhysicalType.Float32 or PhysicalType.Float64:
                double number = vector.GetDouble(row);
                Append(double.IsNaN(number) ? double.NaN : number == 0 ? 0.0 : number);
                break;
            case PhysicalType.Interval:
                if (vector.Shape == VectorShape.Dictionary)
                {
                    element = (int)vector.GetCode(row);
                    vector = vector.Dictionary!.Values;
                }
                Append(vector.As<Interval>()[element].Span);
                break;
            case PhysicalType.List:
                ListView list = vector.As<ListView>()[element];
                Append(list.Length);
                for (int i = 0; i < list.Length; i++) Add(vector.Children[0], list.Offset + i);
                break;
            case PhysicalType.Array:
                int length = vector.Type.Length;
                for (int i = 0; i < length; i++) Add(vector.Children[0], (element * length) + i);
                break;
            case PhysicalType.Struct:
                foreach (ColumnVector child in vector.Children) Add(child, element);
                break;
            default:
                Append(vector.GetInteger(row));
                break;
        }
    }

    private void Append<T>(T value) where T : unmanaged => MemoryMarshal.Write(Room(sizeof(T)), in value);

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        Span<byte> room = _bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
