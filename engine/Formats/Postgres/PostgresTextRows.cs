using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>The rows of a file in the text format, all fields as text. Source: PostgreSQL's copyfromparse.c.</summary>
internal sealed class PostgresTextRows(IInputFile file, PostgresCopyOptions options, Schema schema)
{
    private readonly SequentialInput _input = new(file);
    private readonly List<byte> _field = [];
    private long _line;

    /// <summary>The rows in order.</summary>
    /// <exception cref="QueryException">22P04: a line has too few or too many fields.</exception>
    public IEnumerable<Value[]> Read()
    {
        while (FindLine() is int length and >= 0)
        {
            _line++;
            Value[]? row = _line == 1 && options.HasHeader ? null : RowOf(_input.Rest[..length]);
            bool isEnd = _input.Rest[..length].SequenceEqual("\\."u8);
            _input.Take(Math.Min(length + 1, _input.Rest.Length));
            if (isEnd) yield break;
            if (row is not null) yield return row;
        }
    }

    // The length of the next line without its end, or -1 when there is none.
    private int FindLine()
    {
        int searched = 0;
        while (true)
        {
            int end = _input.Rest[searched..].IndexOf((byte)'\n');
            if (end >= 0) return searched + end;
            searched = _input.Rest.Length;
            if (!_input.Grow()) return searched == 0 ? -1 : searched;
        }
    }

    private Value[]? RowOf(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[^1] == (byte)'\r') line = line[..^1];
        if (line.SequenceEqual("\\."u8)) return null;
        Value[] row = new Value[schema.Count];
        int column = 0;
        bool hasMore = true;
        while (hasMore)
        {
            int length = FieldLength(line);
            ReadOnlySpan<byte> raw = line[..length];
            hasMore = length < line.Length;
            line = hasMore ? line[(length + 1)..] : [];
            if (column == row.Length) throw Wrong("extra data after last expected column");
            row[column++] = raw.SequenceEqual(options.NullText)
                ? Value.Null(LogicalType.Varchar)
                : PostgresBinaryReader.ReadText(Unescape(raw), $"COPY line {_line}, column {schema[column - 1].Name}");
        }
        return column == row.Length ? row : throw Wrong($"missing data for column \"{schema[column].Name}\"");
    }

    private int FieldLength(ReadOnlySpan<byte> line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == (byte)'\\') i++;
            else if (line[i] == options.Delimiter) return i;
        }
        return line.Length;
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOf((byte)'\\') < 0) return raw;
        _field.Clear();
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != (byte)'\\' || i + 1 == raw.Length)
            {
                _field.Add(raw[i]);
                continue;
            }
            byte letter = raw[++i];
            switch (letter)
            {
                case (byte)'n': _field.Add((byte)'\n'); break;
                case (byte)'r': _field.Add((byte)'\r'); break;
                case (byte)'t': _field.Add((byte)'\t'); break;
                case (byte)'b': _field.Add((byte)'\b'); break;
                case (byte)'f': _field.Add((byte)'\f'); break;
                case (byte)'v': _field.Add((byte)'\v'); break;
                case (byte)'x' when i + 1 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]):
                    _field.Add(TakeDigits(raw, ref i, 16, 2));
                    break;
                case >= (byte)'0' and <= (byte)'7':
                    i--;
                    _field.Add(TakeDigits(raw, ref i, 8, 3));
                    break;
                default:
                    _field.Add(letter);
                    break;
            }
        }
        return _field.ToArray();
    }

    // The digits behind position i, at most so many; i is left on the last of them.
    private static byte TakeDigits(ReadOnlySpan<byte> raw, ref int i, int radix, int most)
    {
        int value = 0;
        for (int count = 0; count < most && i + 1 < raw.Length; count++)
        {
            int digit = char.IsAsciiHexDigit((char)raw[i + 1]) ? Convert.ToInt32(((char)raw[i + 1]).ToString(), 16)
                : radix;
            if (digit >= radix) break;
            value = (value * radix) + digit;
            i++;
        }
        return (byte)value;
    }

    private QueryException Wrong(string what) => new(
        SqlStates.BadCopyFileFormat, $"COPY line {_line}: {what}", hint: $"The table takes {schema.Count} columns.");
}
