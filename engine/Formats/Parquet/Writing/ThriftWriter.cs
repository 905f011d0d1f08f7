using System.Text;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>Writes Thrift's compact protocol; the counterpart of <see cref="ThriftReader"/>.</summary>
internal sealed class ThriftWriter(ByteWriter target)
{
    private const int MaxShortDelta = 15, MaxShortCount = 14;

    private readonly Stack<int> _outer = [];
    private int _lastField;

    /// <summary>Begins a struct that stands alone or in a list.</summary>
    public void BeginStruct()
    {
        _outer.Push(_lastField);
        _lastField = 0;
    }

    /// <summary>Begins a struct that is a field.</summary>
    public void BeginStruct(int field)
    {
        WriteField(field, ThriftType.Struct);
        BeginStruct();
    }

    /// <summary>Ends the innermost struct.</summary>
    public void EndStruct()
    {
        target.WriteByte((byte)ThriftType.Stop);
        _lastField = _outer.Pop();
    }

    /// <summary>A field that is a struct without fields, as unions of kinds have them.</summary>
    public void WriteEmpty(int field)
    {
        BeginStruct(field);
        EndStruct();
    }

    public void WriteBool(int field, bool value) => WriteField(field, value ? ThriftType.True : ThriftType.False);

    public void WriteByte(int field, sbyte value)
    {
        WriteField(field, ThriftType.Byte);
        target.WriteByte((byte)value);
    }

    public void WriteInt16(int field, short value)
    {
        WriteField(field, ThriftType.Int16);
        target.WriteVarInt64(value);
    }

    public void WriteInt32(int field, int value)
    {
        WriteField(field, ThriftType.Int32);
        target.WriteVarInt64(value);
    }

    public void WriteInt64(int field, long value)
    {
        WriteField(field, ThriftType.Int64);
        target.WriteVarInt64(value);
    }

    public void WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        WriteField(field, ThriftType.Binary);
        WriteElement(value);
    }

    public void WriteText(int field, string value) => WriteBytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Begins a list; its elements follow.</summary>
    public void BeginList(int field, ThriftType element, int count)
    {
        WriteField(field, ThriftType.List);
        if (count <= MaxShortCount)
        {
            target.WriteByte((byte)((count << 4) | (int)element));
            return;
        }
        target.WriteByte((byte)(0xF0 | (int)element));
        target.WriteVarUInt64((ulong)count);
    }

    /// <summary>A number in a list.</summary>
    public void WriteElement(long value) => target.WriteVarInt64(value);

    /// <summary>Bytes in a list.</summary>
    public void WriteElement(ReadOnlySpan<byte> value)
    {
        target.WriteVarUInt64((ulong)value.Length);
        target.WriteBytes(value);
    }

    /// <summary>A truth value in a list.</summary>
    public void WriteElement(bool value) => target.WriteByte((byte)(value ? ThriftType.True : ThriftType.False));

    private void WriteField(int field, ThriftType type)
    {
        int delta = field - _lastField;
        if (delta is > 0 and <= MaxShortDelta)
        {
            target.WriteByte((byte)((delta << 4) | (int)type));
        }
        else
        {
            target.WriteByte((byte)type);
            target.WriteVarInt64(field);
        }
        _lastField = field;
    }
}
