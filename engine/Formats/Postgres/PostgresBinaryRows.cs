using System.Buffers.Binary;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>The rows of a file in the binary format; see <see cref="PostgresCopyWriter"/> for its layout.</summary>
internal sealed class PostgresBinaryRows(IInputFile file, Schema schema)
{
    private const int SignatureBytes = 11;
    private const int HeaderBytes = SignatureBytes + 8;
    private const int MaxExtensionBytes = 1 << 20;
    private const int MaxValueBytes = 1 << 30;
    private readonly SequentialInput _input = new(file);

    /// <summary>The rows in order.</summary>
    /// <exception cref="QueryException">22P04: this is not the format, or it is damaged.</exception>
    public IEnumerable<Value[]> Read()
    {
        ReadHeader();
        while (true)
        {
            int count = ReadInt16();
            if (count == -1) yield break;
            if (count != schema.Count) throw Wrong($"row has {count} columns, the table takes {schema.Count}");
            Value[] row = new Value[count];
            for (int i = 0; i < count; i++) row[i] = ReadValue(schema[i]);
            yield return row;
        }
    }

    private void ReadHeader()
    {
        if (!_input.Fill(HeaderBytes) || !_input.Rest.StartsWith(PostgresCopyWriter.Signature))
        {
            throw Wrong("signature not recognized");
        }
        int flags = BinaryPrimitives.ReadInt32BigEndian(_input.Rest[SignatureBytes..]);
        int extension = BinaryPrimitives.ReadInt32BigEndian(_input.Rest[(SignatureBytes + 4)..]);
        // The high half of the flags is for what a reader must understand.
        if ((flags & unchecked((int)0xFFFF0000)) != 0) throw Wrong("unrecognized critical flags in header");
        if (extension is < 0 or > MaxExtensionBytes) throw Wrong("wrong length of header");
        _input.Take(HeaderBytes);
        Require(extension);
        _input.Take(extension);
    }

    private Value ReadValue(Field field)
    {
        Require(4);
        int length = BinaryPrimitives.ReadInt32BigEndian(_input.Rest);
        _input.Take(4);
        if (length == -1) return Value.Null(field.Type);
        if (length is < 0 or > MaxValueBytes) throw Wrong($"length of a value: {length}");
        Require(length);
        string place = $"COPY column {field.Name}";
        ReadOnlySpan<byte> bytes = _input.Rest[..length];
        Value value = field.Type.Kind == TypeKind.Enum
            ? PostgresBinaryReader.ReadText(bytes, place)
            : PostgresBinaryReader.Read(bytes, field.Type, place);
        _input.Take(length);
        return value;
    }

    private int ReadInt16()
    {
        Require(2);
        int value = BinaryPrimitives.ReadInt16BigEndian(_input.Rest);
        _input.Take(2);
        return value;
    }

    private void Require(int count)
    {
        if (!_input.Fill(count)) throw Wrong("unexpected end of data");
    }

    private QueryException Wrong(string what) =>
        new(SqlStates.BadCopyFileFormat, $"Binary COPY at byte {_input.Offset}: {what}");
}
