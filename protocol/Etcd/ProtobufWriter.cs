using System.Buffers;

namespace ColFrag.Protocol.Etcd;

/// <summary>
/// Writes the fields of a protobuf message: a key (field number and wire type) and a number, or a length and bytes.
/// Zeros and empty bytes are left out, as the format wants, except by the calls that say otherwise.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, LengthDelimited = 2;

    private readonly ArrayBufferWriter<byte> _target = new();

    public ReadOnlyMemory<byte> Written => _target.WrittenMemory;

    public ProtobufWriter Number(int field, long value) => value == 0 ? this : NumberOrZero(field, value);

    public ProtobufWriter Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>Writes a member of a oneof, which is there although it may be 0.</summary>
    public ProtobufWriter NumberOrZero(int field, long value)
    {
        WriteVarint((ulong)(field << 3) | Varint);
        WriteVarint((ulong)value);
        return this;
    }

    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value) =>
        value.IsEmpty ? this : BytesOrNone(field, value);

    /// <summary>Writes a member of a oneof, which is there although it may be empty.</summary>
    public ProtobufWriter BytesOrNone(int field, ReadOnlySpan<byte> value)
    {
        WriteVarint((ulong)(field << 3) | LengthDelimited);
        WriteVarint((ulong)value.Length);
        _target.Write(value);
        return this;
    }

    public ProtobufWriter Message(int field, ProtobufWriter message) => BytesOrNone(field, message.Written.Span);

    private void WriteVarint(ulong value)
    {
        Span<byte> bytes = _target.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7) bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        _target.Advance(length);
    }
}
