using System.Globalization;
using System.Numerics;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <summary>Turns the text of tokens into the names, strings and numbers they mean.</summary>
internal static class TokenText
{
    /// <summary>Far beyond any number type; the conversion takes quadratic time.</summary>
    private const int MaximumPrefixedDigits = 1_024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The word with ASCII letters in lower case, which is all that PostgreSQL folds in UTF-8.</summary>
    public static string Fold(string word)
    {
        int upper = word.AsSpan().IndexOfAnyInRange('A', 'Z');
        return upper < 0
            ? word
            : string.Create(word.Length, word, static (folded, source) =>
            {
                for (int i = 0; i < folded.Length; i++)
                {
                    folded[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
                }
            });
    }

    /// <summary>The name between double quotes, with doubled quotes resolved.</summary>
    public static string ReadQuotedName(string text, Token token)
    {
        ReadOnlySpan<char> inside = text.AsSpan(token.Start + 1, token.Length - 2);
        string name = inside.ToString();
        return inside.Contains('"') ? name.Replace("\"\"", "\"", StringComparison.Ordinal) : name;
    }

    /// <summary>The value of a string token of any kind but <see cref="TokenKind.UnicodeString"/>.</summary>
    public static string ReadString(string text, Token token)
    {
        switch (token.Kind)
        {
            case TokenKind.String:
            {
                int quote = text[token.Start] == '\'' ? token.Start : token.Start + 1;
                ReadOnlySpan<char> inside = text.AsSpan(quote + 1, token.End - quote - 2);
                return inside.Contains('\'') ? JoinParts(text, quote, token.End) : inside.ToString();
            }
            case TokenKind.EscapeString:
                return Unescape(text, token.Start + 1, token.End);
            default:
            {
                int tag = text.IndexOf('$', token.Start + 1) + 1 - token.Start;
                return text.Substring(token.Start + tag, token.Length - (2 * tag));
            }
        }
    }

    /// <summary>The string of <c>U&amp;'…'</c> or the name of <c>U&amp;"…"</c>.</summary>
    public static string ReadUnicode(string text, Token token, char escape = '\\')
    {
        int quote = token.Start + 2;
        string raw = token.Kind == TokenKind.UnicodeName
            ? text[(quote + 1)..(token.End - 1)].Replace("\"\"", "\"", StringComparison.Ordinal)
            : JoinParts(text, quote, token.End);
        if (!raw.Contains(escape)) return raw;
        StringBuilder value = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != escape)
            {
                value.Append(raw[i]);
                continue;
            }
            if (i + 1 < raw.Length && raw[i + 1] == escape)
            {
                value.Append(escape);
                i++;
                continue;
            }
            bool isLong = i + 1 < raw.Length && raw[i + 1] == '+';
            int first = isLong ? i + 2 : i + 1;
            int count = isLong ? 6 : 4;
            AppendCodePoint(value, raw, first, count, token.Start, $"{escape}XXXX or {escape}+XXXXXX");
            i = first + count - 1;
        }
        return CheckSurrogates(value.ToString(), token.Start);
    }

    /// <summary>The bits of <c>B'101'</c> or <c>X'1F'</c>.</summary>
    public static string ReadBits(string text, Token token)
    {
        string digits = JoinParts(text, token.Start + 1, token.End);
        bool isHex = token.Kind == TokenKind.HexString;
        StringBuilder bits = new();
        foreach (char digit in digits)
        {
            if (isHex && char.IsAsciiHexDigit(digit))
            {
                int value = HexValue(digit);
                for (int bit = 3; bit >= 0; bit--) bits.Append((value >> bit & 1) == 0 ? '0' : '1');
            }
            else if (!isHex && digit is '0' or '1')
            {
                bits.Append(digit);
            }
            else
            {
                string kind = isHex ? "hexadecimal" : "binary";
                throw new QueryException(
                    SqlStates.InvalidTextRepresentation, $"\"{digit}\" is not a valid {kind} digit", token.Start);
            }
        }
        return bits.ToString();
    }

    /// <summary>The literal of a number token.</summary>
    public static LiteralSyntax ReadNumber(string text, Token token)
    {
        TextRange range = new(token.Start, token.Length);
        ReadOnlySpan<char> digits = text.AsSpan(token.Start, token.Length);
        if (token.Kind == TokenKind.Integer
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long small))
        {
            return new IntegerLiteral(small) { Range = range };
        }
        string plain = digits.ToString().Replace("_", "", StringComparison.Ordinal);
        if (plain.Length > 2 && char.IsAsciiLetter(plain[1]) && plain[0] == '0')
        {
            if (plain.Length > MaximumPrefixedDigits)
            {
                throw new QueryException(SqlStates.NumericOutOfRange, "number is too long", token.Start);
            }
            BigInteger value = BigInteger.Zero;
            int radix = plain[1] switch { 'x' or 'X' => 16, 'o' or 'O' => 8, _ => 2 };
            foreach (char digit in plain.AsSpan(2)) value = (value * radix) + HexValue(digit);
            plain = value.ToString(CultureInfo.InvariantCulture);
        }
        return FromDigits(plain, range);
    }

    /// <summary>The literal with the other sign.</summary>
    public static LiteralSyntax? Negate(SyntaxExpression literal, TextRange range) => literal switch
    {
        IntegerLiteral { Value: long.MinValue } => new NumericLiteral("9223372036854775808") { Range = range },
        IntegerLiteral integer => new IntegerLiteral(-integer.Value) { Range = range },
        NumericLiteral { Text: ['-', ..] } numeric => FromDigits(numeric.Text[1..], range),
        NumericLiteral numeric => FromDigits('-' + numeric.Text, range),
        _ => null,
    };

    private static LiteralSyntax FromDigits(string digits, TextRange range) =>
        long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? new IntegerLiteral(value) { Range = range }
            : new NumericLiteral(digits) { Range = range };

    /// <summary>
    /// The offset of the quote with which the string that ended at an offset goes on, or -1. Between the parts stands
    /// whitespace with at least one line end, and perhaps comments up to a line end.
    /// </summary>
    public static int FindContinuation(string text, int at)
    {
        bool hasLineEnd = false;
        while (at < text.Length)
        {
            char unit = text[at];
            if (unit == '\'') return hasLineEnd ? at : -1;
            if (unit == '-' && at + 1 < text.Length && text[at + 1] == '-')
            {
                int end = text.AsSpan(at).IndexOfAny('\n', '\r');
                if (end < 0) return -1;
                at += end;
                continue;
            }
            if (!char.IsWhiteSpace(unit)) return -1;
            hasLineEnd |= unit is '\n' or '\r';
            at++;
        }
        return -1;
    }

    /// <summary>The error an unreadable token stands for.</summary>
    public static QueryException ErrorOf(string text, Token token)
    {
        string shown = Show(text, token);
        ReadOnlySpan<char> start = text.AsSpan(token.Start);
        if (token.Kind == TokenKind.Unterminated)
        {
            string what = start switch
            {
                ['/', ..] => "unterminated /* comment",
                ['$', ..] => "unterminated dollar-quoted string",
                ['"', ..] or [_, '&', '"', ..] => "unterminated quoted identifier",
                ['b' or 'B', '\'', ..] => "unterminated bit string literal",
                ['x' or 'X', '\'', ..] => "unterminated hexadecimal string literal",
                _ => "unterminated quoted string",
            };
            return new QueryException(SqlStates.SyntaxError, $"{what} at or near \"{shown}\"", token.Start);
        }
        if (char.IsAsciiDigit(start[0]))
        {
            bool isPrefix = token.Length == 2 && start is ['0', 'x' or 'X' or 'o' or 'O' or 'b' or 'B', ..];
            string what = isPrefix ? "invalid integer prefix" : "trailing junk after numeric literal";
            return new QueryException(SqlStates.SyntaxError, $"{what} at or near \"{shown}\"", token.Start);
        }
        if (start.Length > 1 && start[0] == '$' && char.IsAsciiDigit(start[1]))
        {
            return new QueryException(
                SqlStates.SyntaxError, $"trailing junk after parameter at or near \"{shown}\"", token.Start);
        }
        string? hint = start[0] == '`' ? "Quote names with double quotes: \"name\"." : null;
        return new QueryException(SqlStates.SyntaxError, $"syntax error at or near \"{shown}\"", token.Start, hint);
    }

    /// <summary>The token as errors quote it: as written, cut off when it is very long.</summary>
    public static string Show(string text, Token token) =>
        token.Length <= 64 ? text.Substring(token.Start, token.Length) : $"{text.AsSpan(token.Start, 60)}...";

    /// <summary>The parts of a string with doubled quotes resolved.</summary>
    private static string JoinParts(string text, int quote, int end)
    {
        StringBuilder value = new();
        int at = quote + 1;
        while (true)
        {
            int next = text.IndexOf('\'', at);
            value.Append(text, at, next - at);
            at = next + 1;
            if (at >= end) return value.ToString();
            if (text[at] == '\'')
            {
                value.Append('\'');
                at++;
                continue;
            }
            at = FindContinuation(text, at) + 1;
        }
    }

    /// <summary>Resolves the backslashes of <c>E'…'</c>.</summary>
    private static string Unescape(string text, int quote, int end)
    {
        StringBuilder value = new();
        List<byte> bytes = [];
        int at = quote + 1;
        while (true)
        {
            char unit = text[at];
            if (unit == '\\' && ReadByte(text, ref at) is int single)
            {
                if (single == 0) throw InvalidNull(quote);
                bytes.Add((byte)single);
                continue;
            }
            FlushBytes(value, bytes, at);
            if (unit == '\'')
            {
                at++;
                if (at >= end) return CheckSurrogates(value.ToString(), quote);
                if (text[at] == '\'') value.Append(text[at++]);
                else at = FindContinuation(text, at) + 1;
            }
            else if (unit == '\\' && text[at + 1] is 'u' or 'U')
            {
                int count = text[at + 1] == 'u' ? 4 : 8;
                AppendCodePoint(value, text[..(end - 1)], at + 2, count, at, "\\uXXXX or \\UXXXXXXXX");
                at += 2 + count;
            }
            else if (unit == '\\')
            {
                value.Append(text[at + 1] switch
                {
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\v',
                    char other => other,
                });
                at += 2;
            }
            else
            {
                int next = text.AsSpan(at).IndexOfAny('\'', '\\');
                value.Append(text, at, next);
                at += next;
            }
        }
    }

    /// <summary>Reads <c>\x1F</c> or <c>\017</c>, or leaves the place as it is.</summary>
    private static int? ReadByte(string text, ref int at)
    {
        int first = at + 1;
        bool isHex = text[first] == 'x' && char.IsAsciiHexDigit(text[first + 1]);
        if (!isHex && text[first] is < '0' or > '7') return null;
        int digit = isHex ? first + 1 : first;
        int maximum = digit + (isHex ? 2 : 3);
        int value = 0;
        while (digit < maximum && (isHex ? char.IsAsciiHexDigit(text[digit]) : text[digit] is >= '0' and <= '7'))
        {
            value = (value * (isHex ? 16 : 8)) + HexValue(text[digit]);
            digit++;
        }
        at = digit;
        return value & 0xFF;
    }

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static void FlushBytes(StringBuilder value, List<byte> bytes, int position)
    {
        if (bytes.Count == 0) return;
        try
        {
            value.Append(StrictUtf8.GetString([.. bytes]));
        }
        catch (DecoderFallbackException invalid)
        {
            throw new QueryException(
                SqlStates.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"", position,
                inner: invalid);
        }
        bytes.Clear();
    }

    private static void AppendCodePoint(
        StringBuilder value, string text, int first, int count, int position, string form)
    {
        if (first + count > text.Length
            || !uint.TryParse(
                text.AsSpan(first, count), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out uint codePoint))
        {
            throw new QueryException(
                SqlStates.InvalidEscapeSequence, "invalid Unicode escape", position,
                $"Unicode escapes must be {form}.");
        }
        if (codePoint == 0) throw InvalidNull(position);
        if (codePoint > 0x10FFFF)
        {
            throw new QueryException(SqlStates.SyntaxError, "invalid Unicode escape value", position);
        }
        if (codePoint <= 0xFFFF) value.Append((char)codePoint);
        else value.Append(char.ConvertFromUtf32((int)codePoint));
    }

    private static QueryException InvalidNull(int position) => new(
        SqlStates.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00", position);

    private static string CheckSurrogates(string value, int position) =>
        FindLoneSurrogate(value) < 0
            ? value
            : throw new QueryException(SqlStates.SyntaxError, "invalid Unicode surrogate pair", position);

    /// <summary>The offset of half a surrogate pair, or -1.</summary>
    public static int FindLoneSurrogate(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at < text.Length)
        {
            if (char.IsSurrogate(text[at]))
            {
                if (!char.IsHighSurrogate(text[at]) || at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1]))
                {
                    return at;
                }
                at++;
            }
            at++;
        }
        return -1;
    }
}
