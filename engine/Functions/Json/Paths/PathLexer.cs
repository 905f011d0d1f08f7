using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <summary>What a piece of a path's text is.</summary>
internal enum PathTokenKind
{
    /// <summary>The end of the text.</summary>
    End,
    /// <summary>A name without quotes, keywords too.</summary>
    Name,
    /// <summary>A string in quotes.</summary>
    Text,
    /// <summary><c>$name</c></summary>
    Variable,
    /// <summary>A number.</summary>
    Number,
    /// <summary>An operator or a bracket.</summary>
    Sign,
}

/// <summary>A piece of a path's text.</summary>
internal readonly record struct PathToken(PathTokenKind Kind, string Text)
{
    /// <summary>True for this operator or bracket.</summary>
    public bool IsSign(string sign) => Kind == PathTokenKind.Sign && Text == sign;

    /// <summary>True for this keyword; keywords are written in small letters.</summary>
    public bool IsWord(string word) => Kind == PathTokenKind.Name && Text == word;
}

/// <summary>Cuts the text of a path into pieces.</summary>
internal static class PathLexer
{
    private const string Special = "?%$.[]{}()|&!=<>@#,*:-+/\\\"";

    private static readonly string[] s_signs =
    [
        "**", "&&", "||", "==", "!=", "<>", "<=", ">=", "$", "@", ".", "[", "]", "(", ")", "{", "}", "?", ",", "*", "+",
        "-", "/", "%", "<", ">", "=", "!",
    ];

    /// <summary>All pieces; the last one is the end.</summary>
    public static List<PathToken> Read(string text)
    {
        List<PathToken> tokens = [];
        for (int at = 0; at < text.Length;)
        {
            char c = text[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c == '/' && at + 1 < text.Length && text[at + 1] == '*')
            {
                int end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
                if (end < 0) throw Wrong(text, at);
                at = end + 2;
            }
            else if (c == '"')
            {
                tokens.Add(new PathToken(PathTokenKind.Text, ReadText(text, ref at)));
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
            {
                tokens.Add(new PathToken(PathTokenKind.Number, ReadNumber(text, ref at)));
            }
            else if (c == '$' && at + 1 < text.Length && (text[at + 1] == '"' || IsOfName(text[at + 1])))
            {
                at++;
                string name = text[at] == '"' ? ReadText(text, ref at) : ReadName(text, ref at);
                tokens.Add(new PathToken(PathTokenKind.Variable, name));
            }
            else if (IsOfName(c) || c == '\\')
            {
                tokens.Add(new PathToken(PathTokenKind.Name, ReadName(text, ref at)));
            }
            else
            {
                string sign = Array.Find(
                    s_signs, s => string.CompareOrdinal(text, at, s, 0, s.Length) == 0) ?? throw Wrong(text, at);
                tokens.Add(new PathToken(PathTokenKind.Sign, sign));
                at += sign.Length;
            }
        }
        tokens.Add(new PathToken(PathTokenKind.End, ""));
        return tokens;
    }

    /// <summary>42601, at a place of the text.</summary>
    public static QueryException Wrong(string text, int at) => new(
        SqlStates.SyntaxError, at >= text.Length
            ? "Syntax error at end of jsonpath input" : $"Syntax error at or near \"{text[at]}\" of jsonpath input",
        hint: "A path looks like $.name[*] ? (@.price > 10).");

    private static bool IsOfName(char c) => !char.IsWhiteSpace(c) && !Special.Contains(c, StringComparison.Ordinal);

    private static string ReadName(string text, ref int at)
    {
        StringBuilder name = new();
        while (at < text.Length && (IsOfName(text[at]) || text[at] == '\\'))
        {
            if (text[at] == '\\') ReadEscape(text, ref at, name);
            else name.Append(text[at++]);
        }
        return name.ToString();
    }

    private static string ReadText(string text, ref int at)
    {
        StringBuilder value = new();
        for (at++; at < text.Length && text[at] != '"';)
        {
            if (text[at] == '\\') ReadEscape(text, ref at, value);
            else value.Append(text[at++]);
        }
        if (at >= text.Length) throw Wrong(text, at);
        at++;
        return value.ToString();
    }

    private static void ReadEscape(string text, ref int at, StringBuilder target)
    {
        if (at + 1 >= text.Length) throw Wrong(text, at + 1);
        char kind = text[at + 1];
        at += 2;
        switch (kind)
        {
            case 'b': target.Append('\b'); break;
            case 'f': target.Append('\f'); break;
            case 'n': target.Append('\n'); break;
            case 'r': target.Append('\r'); break;
            case 't': target.Append('\t'); break;
            case 'v': target.Append('\v'); break;
            case 'x': ReadHex(text, ref at, 2, target); break;
            case 'u' when at < text.Length && text[at] == '{':
                int end = text.IndexOf('}', at);
                if (end < 0 || end - at - 1 is < 1 or > 6) throw Wrong(text, at);
                at++;
                ReadHex(text, ref at, end - at, target);
                at++;
                break;
            case 'u': ReadHex(text, ref at, 4, target); break;
            default: target.Append(kind); break;
        }
    }

    // Two halves of a character beyond the first 65,536 meet in the UTF-16 text.
    private static void ReadHex(string text, ref int at, int digits, StringBuilder target)
    {
        bool isNumber = at + digits <= text.Length && uint.TryParse(
            text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint _);
        if (!isNumber) throw Wrong(text, at);
        uint number = uint.Parse(
            text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (number is 0 or > 0x10FFFF)
            throw new QueryException(SqlStates.UntranslatableCharacter, "Unsupported Unicode escape sequence");
        if (number > 0xFFFF) target.Append(new Rune(number));
        else target.Append((char)number);
        at += digits;
    }

    private static string ReadNumber(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        bool startsWithZero = at - start > 1 && text[start] == '0';
        if (at < text.Length && text[at] == '.')
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        }
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            int exponent = at + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-') exponent++;
            int digits = exponent;
            while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
            if (digits == exponent) throw Trailing(text[start..Math.Min(exponent, text.Length)]);
            at = digits;
        }
        if (startsWithZero || (at < text.Length && IsOfName(text[at])))
            throw Trailing(text[start..Math.Min(at + 1, text.Length)]);
        string number = text[start..at];
        // JSON wants digits on both sides of a point.
        if (number.StartsWith('.')) number = "0" + number;
        return number.Replace(".e", ".0e", StringComparison.OrdinalIgnoreCase).TrimEnd('.');
    }

    private static QueryException Trailing(string text) => new(
        SqlStates.SyntaxError, $"Trailing junk after numeric literal at or near \"{text}\" of jsonpath input");
}
