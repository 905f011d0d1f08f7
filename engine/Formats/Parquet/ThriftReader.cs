using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>The wire types of Thrift's compact protocol.</summary>
internal enum ThriftType : byte
{
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    Int16 = 4,
    Int32 = 5,
    Int64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
    Uuid = 13,
}

/// <summary>
/// Reads Thrift's compact protocol, in which Parquet writes its footers and page headers. Fields that a caller does not
/// know are passed over; counts and lengths are held against the bytes that are left.
/// </summary>
/// <remarks>See apache/thrift <c>doc/specs/thrift-compact-protocol.md</c>.</remarks>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes, string name, long offset)
{
    private const int MaxDepth = 32;

    private ByteReader _bytes = new(bytes, name, offset);
    private int _lastField;
    private int _depth;

    /// <summary>How many of the bytes have been read.</summary>
    public readonly int Position => _bytes.Position;

    /// <summary>Begins a struct; give the result to <see cref="EndStruct"/>.</summary>
    public int BeginStruct()
    {
        _bytes.ThrowUnless(++_depth <= MaxDepth, "Thrift structs nested too deep");
        int outer = _lastField;
        _lastField = 0;
        return outer;
    }

    /// <summary>Goes back to the struct around.</summary>
    public void EndStruct(int outer)
    {
        _lastField = outer;
        _depth--;
    }

    /// <summary>The next field of the struct; false at its end.</summary>
    public bool ReadField(out int id, out ThriftType type)
    {
        byte header = _bytes.ReadByte();
        type = (ThriftType)(header & 0x0F);
        id = 0;
        if (type == ThriftType.Stop) return false;
        int delta = header >> 4;
        id = delta != 0 ? _lastField + delta : (int)_bytes.ReadVarInt64();
        _lastField = id;
        return true;
    }

    /// <summary>A truth value, which is in the type of its field.</summary>
    public readonly bool ReadBool(ThriftType type)
    {
        _bytes.ThrowUnless(type is ThriftType.True or ThriftType.False, "Thrift boolean");
        return type == ThriftType.True;
    }

    /// <summary>A truth value in a list, which has a byte of its own.</summary>
    public bool ReadBoolElement() => _bytes.ReadByte() == (byte)ThriftType.True;

    public int ReadInt32(ThriftType type)
    {
        long value = ReadInt64(type);
        _bytes.ThrowUnless(value is >= int.MinValue and <= int.MaxValue, "Thrift 32-bit number");
        return (int)value;
    }

    public long ReadInt64(ThriftType type)
    {
        if (type == ThriftType.Byte) return (sbyte)_bytes.ReadByte();
        _bytes.ThrowUnless(type is ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64, "Thrift number");
        return _bytes.ReadVarInt64();
    }

    public ReadOnlySpan<byte> ReadBinary(ThriftType type)
    {
        _bytes.ThrowUnless(type == ThriftType.Binary, "Thrift text");
        return _bytes.ReadBytes(_bytes.ReadVarCount(_bytes.Remaining));
    }

    public string ReadText(ThriftType type)
    {
        string? text = Utf8.TryDecode(ReadBinary(type));
        _bytes.ThrowUnless(text is not null, "Thrift text that is not UTF-8");
        return text;
    }

    /// <summary>The type and number of a list's elements, each of which takes at least so many bytes.</summary>
    public int ReadListHeader(ThriftType type, int minElementBytes, out ThriftType elementType)
    {
        _bytes.ThrowUnless(type is ThriftType.List or ThriftType.Set, "Thrift list");
        byte header = _bytes.ReadByte();
        elementType = (ThriftType)(header & 0x0F);
        int count = header >> 4;
        int max = _bytes.Remaining / minElementBytes;
        if (count == 15) return _bytes.ReadVarCount(max);
        _bytes.ThrowUnless(count <= max, "Thrift list longer than its bytes");
        return count;
    }

    /// <summary>Passes over a value.</summary>
    public void Skip(ThriftType type)
    {
        _bytes.ThrowUnless(++_depth <= MaxDepth, "Thrift values nested too deep");
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Byte:
                _bytes.Skip(1);
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                _bytes.ReadVarUInt64();
                break;
            case ThriftType.Double:
                _bytes.Skip(8);
                break;
            case ThriftType.Uuid:
                _bytes.Skip(16);
                break;
            case ThriftType.Binary:
                ReadBinary(type);
                break;
            case ThriftType.List or ThriftType.Set:
                int count = ReadListHeader(type, 1, out ThriftType elementType);
                for (int i = 0; i < count; i++) SkipElement(elementType);
                break;
            case ThriftType.Map:
                SkipMap();
                break;
            case ThriftType.Struct:
                int outer = _lastField;
                _lastField = 0;
                while (ReadField(out _, out ThriftType fieldType)) Skip(fieldType);
                _lastField = outer;
                break;
            default:
                throw _bytes.Corrupt($"Thrift type {(int)type}");
        }
        _depth--;
    }

    /// <summary>The error for a rule that does not hold here.</summary>
    public readonly CorruptDataException Corrupt(string what) => _bytes.Corrupt(what);

    // A truth value in a list takes a byte.
    private void SkipElement(ThriftType type)
    {
        if (type is ThriftType.True or ThriftType.False) _bytes.Skip(1);
        else Skip(type);
    }

    private void SkipMap()
    {
        int count = _bytes.ReadVarCount(_bytes.Remaining);
        if (count == 0) return;
        byte types = _bytes.ReadByte();
        for (int i = 0; i < count; i++)
        {
            SkipElement((ThriftType)(types >> 4));
            SkipElement((ThriftType)(types & 0x0F));
        }
    }
}
