using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Formatting;

/// <summary>
/// Formats as DuckDB and Python have them: <c>{}</c> is the next value, <c>{0}</c> the first one, and behind a colon
/// stand fill, alignment, sign, width, separator of thousands, precision and type, as in <c>{:*>12,.2f}</c>.
/// </summary>
internal static class BraceFormat
{
    private const int Widest = 1 << 20;

    /// <summary>True for a text that has braces to replace, and nothing that PostgreSQL's format replaces.</summary>
    public static bool IsIn(string format)
    {
        if (!format.Contains('{', StringComparison.Ordinal)) return false;
        for (int i = format.IndexOf('%', StringComparison.Ordinal); i >= 0 && i + 1 < format.Length;
            i = format.IndexOf('%', i + 1))
        {
            if ("sIL%-$0123456789".Contains(format[i + 1], StringComparison.Ordinal)) return false;
        }
        return true;
    }

    /// <summary>The text with its braces replaced by the values, of which the first is the format itself.</summary>
    public static string Apply(string format, ReadOnlySpan<Value> values)
    {
        StringBuilder target = new();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            char c = format[i];
            bool isDoubled = c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c;
            if (isDoubled) i++;
            if (isDoubled || c is not ('{' or '}'))
            {
                target.Append(c);
                continue;
            }
            if (c == '}') throw Wrong("Unmatched } in a format");
            int end = format.IndexOf('}', i);
            if (end < 0) throw Wrong("A format ends inside of braces");
            ReadOnlySpan<char> inside = format.AsSpan(i + 1, end - i - 1);
            int colon = inside.IndexOf(':');
            ReadOnlySpan<char> number = colon < 0 ? inside : inside[..colon];
            int index = number.IsEmpty ? next++ : NumberOf(number);
            if (index + 1 >= values.Length)
                throw Wrong($"The format wants {index + 1} values, not {values.Length - 1}");
            target.Append(Format(values[index + 1], colon < 0 ? "" : inside[(colon + 1)..]));
            i = end;
        }
        return target.ToString();
    }

    private static int NumberOf(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < Widest
            ? number : throw Wrong($"Not the number of a value: {text}");

    private static string Format(Value value, ReadOnlySpan<char> specification)
    {
        int at = 0;
        char fill = ' ';
        char align = '\0';
        if (specification.Length > 1 && IsAlignment(specification[1]))
        {
            (fill, align) = (specification[0], specification[1]);
            at = 2;
        }
        else if (specification.Length > 0 && IsAlignment(specification[0]))
        {
            align = specification[at++];
        }
        string flags = "";
        if (at < specification.Length && specification[at] is '+' or '-' or ' ') flags += specification[at++];
        bool hasPrefix = Accept(specification, '#', ref at);
        bool isZeroFilled = Accept(specification, '0', ref at);
        int width = DigitsOf(specification, ref at);
        char separator = at < specification.Length && specification[at] is ',' or '_' or '\''
            ? specification[at++] : '\0';
        int precision = Accept(specification, '.', ref at) ? DigitsOf(specification, ref at) : -1;
        char kind = at < specification.Length ? specification[at++] : '\0';
        if (at < specification.Length) throw Wrong($"Invalid format: {specification}");
        string body = Body(value, kind, flags.Trim('-'), precision, separator, hasPrefix);
        if (isZeroFilled && align == '\0' && value.Type.IsNumeric)
        {
            int sign = body.Length > 0 && body[0] is '-' or '+' or ' ' ? 1 : 0;
            return body[..sign] + body[sign..].PadLeft(Math.Max(width - sign, 0), '0');
        }
        if (align == '\0') align = value.Type.IsNumeric ? '>' : '<';
        int room = Math.Max(width - new StringInfo(body).LengthInTextElements, 0);
        int left = align switch { '>' or '=' => room, '^' => room / 2, _ => 0 };
        return new string(fill, left) + body + new string(fill, room - left);
    }

    private static bool IsAlignment(char c) => c is '<' or '>' or '^' or '=';

    private static bool Accept(ReadOnlySpan<char> text, char wanted, ref int at)
    {
        bool isThere = at < text.Length && text[at] == wanted;
        if (isThere) at++;
        return isThere;
    }

    private static int DigitsOf(ReadOnlySpan<char> text, ref int at)
    {
        int number = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
            number = Math.Min((number * 10) + (text[at] - '0'), Widest);
        return number;
    }

    private static string Body(
        Value value, char kind, string flags, int precision, char separator, bool hasPrefix)
    {
        if (value.Type.IsInteger && kind is '\0' or 'd' or 'x' or 'X' or 'o' or 'b' or 'B')
            return Whole(value, kind, flags, separator, hasPrefix);
        if (value.Type.IsNumeric && kind is 'f' or 'F' or 'e' or 'E' or 'g' or 'G')
            return Grouped(PrintfNumber.Format(value, kind, flags, precision), separator);
        if (value.Type.IsNumeric && kind == '\0')
        {
            if (precision < 0) return Grouped(Signed(value.ToString(), flags), separator);
            return value.AsDouble == 0 && precision > 1
                ? "0." + new string('0', precision - 1)
                : PrintfNumber.Format(value, 'g', flags, precision);
        }
        if (value.Type.IsInteger && kind == 'c') return PrintfNumber.Format(value, 'c', flags, precision);
        if (kind is not ('\0' or 's') || value.Type.IsNumeric)
            throw Wrong($"Invalid type in a format: {kind} for a value of type {value.Type}");
        string text = value.ToString();
        return precision >= 0 && precision < text.Length ? text[..precision] : text;
    }

    private static string Whole(Value value, char kind, string flags, char separator, bool hasPrefix)
    {
        Int128 number = value.AsInteger;
        UInt128 magnitude = number < 0 ? (UInt128)(-(number + 1)) + 1 : (UInt128)number;
        string digits = kind switch
        {
            'x' => magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => magnitude.ToString("X", CultureInfo.InvariantCulture),
            'b' or 'B' => magnitude.ToString("B", CultureInfo.InvariantCulture),
            'o' => PrintfNumber.Octal(magnitude),
            _ => Grouped(magnitude.ToString(CultureInfo.InvariantCulture), separator),
        };
        string prefix = !hasPrefix || kind is '\0' or 'd' ? "" : kind == 'o' ? "0" : "0" + kind;
        return Signed((number < 0 ? "-" : "") + prefix + digits, flags);
    }

    private static string Signed(string body, string flags) =>
        flags.Length > 0 && !body.StartsWith('-') ? flags + body : body;

    private static string Grouped(string number, char separator)
    {
        if (separator == '\0') return number;
        int end = number.AsSpan().IndexOfAny('.', 'e', 'E');
        if (end < 0) end = number.Length;
        int first = number.Length > 0 && number[0] is '-' or '+' or ' ' ? 1 : 0;
        StringBuilder target = new(number);
        for (int i = end - 3; i > first; i -= 3) target.Insert(i, separator);
        return target.ToString();
    }

    private static QueryException Wrong(string message) => new(SqlStates.InvalidParameterValue, message);
}
