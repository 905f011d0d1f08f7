using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Text;

/// <summary>
/// SQL types from text, as options name them: <c>DECIMAL(15,2)</c>, <c>BIGINT[]</c>, <c>STRUCT(a INTEGER, b
/// VARCHAR)</c>, <c>MAP(VARCHAR, BIGINT)</c>.
/// </summary>
internal ref struct TypeText
{
    private const int MaxDepth = 64;

    private readonly string _text;
    private int _at;

    private TypeText(string text) => _text = text;

    /// <summary>The type that a text names.</summary>
    /// <exception cref="QueryException">42704: no such type.</exception>
    public static LogicalType Parse(string text)
    {
        TypeText reader = new(text);
        LogicalType type = reader.ReadType(0);
        reader.SkipSpaces();
        return reader._at == text.Length ? type : throw reader.Unknown();
    }

    private LogicalType ReadType(int depth)
    {
        if (depth > MaxDepth) throw Unknown();
        string name = ReadWord().ToUpperInvariant();
        LogicalType type = name switch
        {
            "STRUCT" or "ROW" => ReadStruct(depth),
            "MAP" => ReadMap(depth),
            "DECIMAL" or "NUMERIC" or "DEC" => ReadDecimal(),
            "VARCHAR" or "CHAR" or "BPCHAR" or "CHARACTER" or "TEXT" or "STRING" => ReadText(),
            "TIMESTAMP" => ReadZone(LogicalType.Timestamp, LogicalType.TimestampTz),
            "TIME" => ReadZone(LogicalType.Time, LogicalType.Time),
            "DOUBLE" => ReadDouble(),
            _ => Simple(name) ?? throw Unknown(),
        };
        while (TryTake('['))
        {
            string digits = ReadDigits();
            if (!TryTake(']')) throw Unknown();
            type = digits.Length == 0
                ? LogicalType.List(type)
                : LogicalType.Array(type, int.TryParse(digits, CultureInfo.InvariantCulture, out int length)
                    ? length
                    : throw Unknown());
        }
        return type;
    }

    private static LogicalType? Simple(string name) => name switch
    {
        "BOOLEAN" or "BOOL" or "LOGICAL" => LogicalType.Boolean,
        "TINYINT" or "INT1" => LogicalType.TinyInt,
        "SMALLINT" or "INT2" or "SHORT" => LogicalType.SmallInt,
        "INTEGER" or "INT" or "INT4" or "SIGNED" => LogicalType.Integer,
        "BIGINT" or "INT8" or "LONG" => LogicalType.BigInt,
        "HUGEINT" or "INT128" => LogicalType.HugeInt,
        "UTINYINT" => LogicalType.UTinyInt,
        "USMALLINT" => LogicalType.USmallInt,
        "UINTEGER" => LogicalType.UInteger,
        "UBIGINT" => LogicalType.UBigInt,
        "REAL" or "FLOAT4" or "FLOAT" => LogicalType.Real,
        "FLOAT8" => LogicalType.Double,
        "DATE" => LogicalType.Date,
        "DATETIME" => LogicalType.Timestamp,
        "TIMESTAMP_S" => LogicalType.TimestampSeconds,
        "TIMESTAMP_MS" => LogicalType.TimestampMilliseconds,
        "TIMESTAMP_US" => LogicalType.Timestamp,
        "TIMESTAMP_NS" => LogicalType.TimestampNanoseconds,
        "TIMESTAMPTZ" => LogicalType.TimestampTz,
        "INTERVAL" => LogicalType.Interval,
        "BLOB" or "BYTEA" or "BINARY" or "VARBINARY" => LogicalType.Blob,
        "UUID" => LogicalType.Uuid,
        "JSON" or "JSONB" => LogicalType.Json,
        _ => null,
    };

    private LogicalType ReadDecimal()
    {
        if (!TryTake('(')) return LogicalType.Decimal(18, 3);
        if (!int.TryParse(ReadDigits(), CultureInfo.InvariantCulture, out int precision)) throw Unknown();
        int scale = 0;
        if (TryTake(',') && !int.TryParse(ReadDigits(), CultureInfo.InvariantCulture, out scale)) throw Unknown();
        return TryTake(')') ? LogicalType.Decimal(precision, scale) : throw Unknown();
    }

    private LogicalType ReadText()
    {
        TryTakeWord("VARYING");
        if (!TryTake('(')) return LogicalType.Varchar;
        return ReadDigits().Length > 0 && TryTake(')') ? LogicalType.Varchar : throw Unknown();
    }

    private LogicalType ReadDouble()
    {
        TryTakeWord("PRECISION");
        return LogicalType.Double;
    }

    private LogicalType ReadZone(LogicalType without, LogicalType with)
    {
        if (TryTake('(') && (ReadDigits().Length == 0 || !TryTake(')'))) throw Unknown();
        bool hasZone = TryTakeWord("WITH");
        if (!hasZone && !TryTakeWord("WITHOUT")) return without;
        return TryTakeWord("TIME") && TryTakeWord("ZONE") ? hasZone ? with : without : throw Unknown();
    }

    private LogicalType ReadStruct(int depth)
    {
        if (!TryTake('(')) throw Unknown();
        ImmutableArray<Field>.Builder fields = ImmutableArray.CreateBuilder<Field>();
        do fields.Add(new Field(ReadWord(), ReadType(depth + 1)));
        while (TryTake(','));
        return TryTake(')') ? LogicalType.Struct(fields.ToImmutable()) : throw Unknown();
    }

    private LogicalType ReadMap(int depth)
    {
        if (!TryTake('(')) throw Unknown();
        LogicalType key = ReadType(depth + 1);
        if (!TryTake(',')) throw Unknown();
        LogicalType value = ReadType(depth + 1);
        return TryTake(')') ? LogicalType.Map(key, value) : throw Unknown();
    }

    private string ReadWord()
    {
        SkipSpaces();
        int start = _at;
        if (_at < _text.Length && _text[_at] == '"')
        {
            int end = _text.IndexOf('"', _at + 1);
            if (end < 0) throw Unknown();
            _at = end + 1;
            return _text[(start + 1)..end];
        }
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        return _at > start ? _text[start.._at] : throw Unknown();
    }

    private string ReadDigits()
    {
        SkipSpaces();
        int start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        return _text[start.._at];
    }

    private bool TryTake(char c)
    {
        SkipSpaces();
        if (_at >= _text.Length || _text[_at] != c) return false;
        _at++;
        return true;
    }

    private bool TryTakeWord(string word)
    {
        SkipSpaces();
        int end = _at + word.Length;
        if (end > _text.Length || !_text.AsSpan(_at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase))
            return false;
        if (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] == '_')) return false;
        _at = end;
        return true;
    }

    private void SkipSpaces()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    private readonly QueryException Unknown() => new(
        SqlStates.UndefinedObject, $"Unknown type: {_text}",
        hint: "Types are written as in SQL: BIGINT, DECIMAL(15,2), VARCHAR[].");
}
