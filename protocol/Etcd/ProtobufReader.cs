using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>Reads the fields of a protobuf message one after the other; nothing in the bytes is trusted.</summary>
/// <example><code>
/// while (reader.Next())
/// {
///     if (reader.Field == 1) revision = reader.Number;
/// }
/// </code></example>
internal ref struct ProtobufReader(ReadOnlyMemory<byte> message)
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    private readonly ReadOnlyMemory<byte> _message = message;
    private int _offset;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Its value where it is a number, else 0.</summary>
    public long Number { get; private set; }

    /// <summary>Its value where it is a text, bytes or a message, else nothing.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>True where the number stands for yes.</summary>
    public readonly bool Flag => Number != 0;

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="CorruptDataException">The bytes are no message.</exception>
    public bool Next()
    {
        if (_offset == _message.Length) return false;
        ulong key = ReadVarint();
        ThrowUnless(key >> 3 is > 0 and <= 0x1FFF_FFFF, "field number");
        Field = (int)(key >> 3);
        Number = 0;
        Bytes = default;
        switch (key & 7)
        {
            case Varint: Number = (long)ReadVarint(); break;
            case LengthDelimited: Bytes = Take(ReadVarint()); break;
            case Fixed64: Take(8); break;
            case Fixed32: Take(4); break;
            default: ThrowUnless(false, "wire type"); break;
        }
        return true;
    }

    private ReadOnlyMemory<byte> Take(ulong length)
    {
        ThrowUnless(length <= (ulong)(_message.Length - _offset), "length of a field");
        ReadOnlyMemory<byte> taken = _message.Slice(_offset, (int)length);
        _offset += (int)length;
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            ThrowUnless(_offset < _message.Length && shift < 70, "number");
            byte next = _message.Span[_offset++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    private readonly void ThrowUnless(bool holds, string what) =>
        CorruptDataException.ThrowUnless(holds, what, "answer of etcd", _offset);
}
