using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>SIMILAR TO and GLOB patterns as regular expressions.</summary>
internal static class PatternTranslation
{
    /// <summary>
    /// % is .* and _ is . ; | * + ? { } ( ) and brackets mean what they do in regular expressions; all else is itself.
    /// </summary>
    public static string OfSimilar(string pattern, string escape)
    {
        if (escape.EnumerateRunes().Count() > 1)
        {
            throw new QueryException(SqlStates.InvalidEscapeSequence, "ESCAPE must be empty or one character");
        }
        StringBuilder target = new("(?:");
        bool isInClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (escape.Length > 0 && pattern.AsSpan(i).StartsWith(escape, StringComparison.Ordinal))
            {
                i += escape.Length;
                if (i >= pattern.Length)
                {
                    throw new QueryException(
                        SqlStates.InvalidEscapeSequence, "Pattern must not end with the escape character");
                }
                AppendLiteral(target, pattern[i]);
            }
            else if (isInClass)
            {
                if (c == '\\') target.Append('\\');
                target.Append(c);
                // A bracket that comes first, or ends a class inside the brackets, does not close them.
                isInClass = c != ']' || pattern[i - 1] is '[' or ':';
                if (c == ']' && pattern[i - 1] == ':') isInClass = true;
            }
            else if (c == '[')
            {
                isInClass = true;
                target.Append(c);
            }
            else if (c == '%')
            {
                target.Append(".*");
            }
            else if (c == '_')
            {
                target.Append('.');
            }
            else if ("|*+?{}()".Contains(c, StringComparison.Ordinal))
            {
                // Parentheses only group.
                target.Append(c == '(' ? "(?:" : c);
            }
            else
            {
                AppendLiteral(target, c);
            }
        }
        return target.Append(')').ToString();
    }

    /// <summary>* is any text and ? any character; brackets are a class, ! or ^ in front negates it.</summary>
    public static string OfGlob(string pattern)
    {
        StringBuilder target = new();
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            int close = c == '[' ? pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) : -1;
            if (c == '*') target.Append(".*");
            else if (c == '?') target.Append('.');
            else if (c == '\\' && i + 1 < pattern.Length) AppendLiteral(target, pattern[++i]);
            else if (close > 0)
            {
                string inside = pattern[(i + 1)..close].Replace("\\", "\\\\", StringComparison.Ordinal);
                target.Append('[').Append(inside[0] == '!' ? "^" + inside[1..] : inside).Append(']');
                i = close;
            }
            else
            {
                AppendLiteral(target, c);
            }
        }
        return target.ToString();
    }

    private static void AppendLiteral(StringBuilder target, char c)
    {
        if (char.IsAscii(c) && !char.IsLetterOrDigit(c)) target.Append('\\');
        target.Append(c);
    }
}
