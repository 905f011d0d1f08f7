using System.Runtime.InteropServices;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>One value of any type that a state keeps and replaces; bytes are replaced in place while they fit. 24
/// bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct KeptValue
{
    private UInt128 _element;
    private int _capacity;
    private byte _isSet;
    private byte _isNull;

    /// <summary>True when a row was kept.</summary>
    public readonly bool IsSet => _isSet != 0;

    /// <summary>True when the kept row had no value.</summary>
    public readonly bool IsNull => _isNull != 0;

    /// <summary>Keeps a row of a flat or constant vector, be it NULL.</summary>
    public void Set(ElementFormat format, ColumnVector source, int row, AggregateContext context)
    {
        _isSet = 1;
        _isNull = source.IsValid(row) ? (byte)0 : (byte)1;
        if (_isNull != 0) return;
        fixed (UInt128* element = &_element)
        {
            if (!format.IsView)
            {
                format.Load(source, row, (byte*)element, context.Arena);
                return;
            }
            ReadOnlySpan<byte> bytes = format.BytesOf(source, row);
            Utf8View view = *(Utf8View*)element;
            byte* room = view.Pointer;
            if (bytes.Length > _capacity || room is null)
            {
                _capacity = Math.Max(16, bytes.Length + (bytes.Length / 4));
                room = context.Arena.Allocate(_capacity, 1);
            }
            bytes.CopyTo(new Span<byte>(room, _capacity));
            *(Utf8View*)element = new Utf8View(room, bytes.Length);
        }
    }

    /// <summary>The order of the kept value and a row, neither of which is NULL.</summary>
    public readonly int CompareTo(ElementFormat format, ColumnVector source, int row)
    {
        fixed (UInt128* element = &_element)
        {
            if (!format.Type.IsNested && !format.IsView)
            {
                return format.Compare(
                    (byte*)element, source.Data + ((long)(source.IsConstant ? 0 : row) * format.SizeBytes));
            }
            if (format.Type.IsNested) return ValueComparison.Compare(
                format.ToValue((byte*)element), source.GetValue(row));
            Utf8View view = source.GetUtf8(row);
            return format.Compare((byte*)element, (byte*)&view);
        }
    }

    /// <summary>The order of two kept values, neither of which is NULL.</summary>
    public readonly int CompareTo(ElementFormat format, in KeptValue other)
    {
        fixed (UInt128* left = &_element, right = &other._element) return format.Compare((byte*)left, (byte*)right);
    }

    /// <summary>Writes the value as a row.</summary>
    public readonly void WriteTo(in ElementWriter writer, int row)
    {
        if (_isSet == 0 || _isNull != 0)
        {
            writer.SetNull(row);
            return;
        }
        fixed (UInt128* element = &_element) writer.Set(row, (byte*)element);
    }
}
