using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>parse_ident(text[, strict]): the parts of a qualified name, as PostgreSQL reads one.</summary>
internal static class ParseIdentifier
{
    private static readonly FunctionInfo s_info = new(
        "parse_ident", "The parts of a qualified name; false takes what stands behind it, as in a call.")
    {
        Category = "Text", Example = "parse_ident('\"Some Schema\".Table')", Returns = "[Some Schema, table]",
        Flags = FunctionFlags.CanThrow,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(
            s_info, [LogicalType.Varchar], _ => LogicalType.List(LogicalType.Varchar), _ => (values, _) =>
                Parse(values[0].AsText, isStrict: true)),
        ValueFunction.Overload(
            s_info, [LogicalType.Varchar, LogicalType.Boolean], _ => LogicalType.List(LogicalType.Varchar), _ =>
                (values, _) => Parse(values[0].AsText, values[1].AsBoolean)),
    ];

    private static Value Parse(string text, bool isStrict)
    {
        List<Value> parts = [];
        int at = SkipSpaces(text, 0);
        while (true)
        {
            parts.Add(Value.Text(ReadPart(text, ref at, isBehindPoint: parts.Count > 0)));
            at = SkipSpaces(text, at);
            if (at < text.Length && text[at] == '.')
            {
                at = SkipSpaces(text, at + 1);
                continue;
            }
            if (at < text.Length && isStrict) throw Invalid(text, null);
            return Value.Nested(LogicalType.List(LogicalType.Varchar), [.. parts]);
        }
    }

    private static string ReadPart(string text, ref int at, bool isBehindPoint)
    {
        if (at < text.Length && text[at] == '"') return ReadQuoted(text, ref at);
        int start = at;
        if (at < text.Length && IsStart(text[at]))
        {
            while (at < text.Length && (IsStart(text[at]) || char.IsAsciiDigit(text[at]) || text[at] == '$')) at++;
            return string.Concat(text[start..at].Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c));
        }
        throw Invalid(
            text, isBehindPoint ? "No valid identifier after \".\"."
                : at < text.Length && text[at] == '.' ? "No valid identifier before \".\"." : null);
    }

    private static string ReadQuoted(string text, ref int at)
    {
        StringBuilder part = new();
        at++;
        while (true)
        {
            int end = text.IndexOf('"', at);
            if (end < 0) throw Invalid(text, "String has unclosed double quotes.");
            part.Append(text, at, end - at);
            at = end + 1;
            if (at >= text.Length || text[at] != '"') break;
            part.Append('"');
            at++;
        }
        return part.Length > 0 ? part.ToString() : throw Invalid(text, "Quoted identifier must not be empty.");
    }

    private static bool IsStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= '\u0080';

    private static int SkipSpaces(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v') at++;
        return at;
    }

    private static QueryException Invalid(string text, string? hint) => new(
        SqlStates.InvalidParameterValue, $"String is not a valid identifier: \"{text}\"", hint: hint);
}
