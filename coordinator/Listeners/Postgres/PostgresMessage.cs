using System.Buffers.Binary;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>One message from a client; its body is read in order and checked at every step.</summary>
internal sealed class PostgresMessage(char type, byte[] body, int length)
{
    private int _position;

    /// <summary>The type byte; '\0' for start-up messages, which have none.</summary>
    public char Type { get; } = type;

    /// <summary>The body not read yet.</summary>
    public ReadOnlySpan<byte> Rest => body.AsSpan(_position, length - _position);

    /// <summary>True when nothing is left.</summary>
    public bool IsAtEnd => _position == length;

    public byte ReadByte() => Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count);

    /// <summary>A count that the body must be able to hold, at <paramref name="itemBytes"/> each.</summary>
    public int ReadCount(int itemBytes)
    {
        int count = (ushort)ReadInt16();
        return (long)count * itemBytes <= Rest.Length ? count : throw Malformed();
    }

    /// <summary>UTF-8 up to a zero byte.</summary>
    public string ReadText()
    {
        int end = Rest.IndexOf((byte)0);
        if (end < 0) throw Malformed();
        string text;
        try
        {
            text = new UTF8Encoding(false, true).GetString(Take(end));
        }
        catch (ArgumentException error)
        {
            throw new QueryException(
                SqlStates.CharacterNotInRepertoire, "Text is not UTF-8: a string in a message", inner: error);
        }
        _position++;
        return text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > length - _position) throw Malformed();
        ReadOnlySpan<byte> taken = body.AsSpan(_position, count);
        _position += count;
        return taken;
    }

    private QueryException Malformed() =>
        new(SqlStates.ProtocolViolation,
            $"Malformed message: type '{(Type == 0 ? "startup" : Type)}', byte {_position}");
}
