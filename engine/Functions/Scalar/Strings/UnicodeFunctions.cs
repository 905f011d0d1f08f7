using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>unistr(text)</summary>
internal readonly struct UnescapeUnicode : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("unistr",
        "The text with \\XXXX, \\+XXXXXX, \\uXXXX and \\UXXXXXXXX replaced by the characters of these numbers.")
    {
        Category = "Text", Example = "unistr('d\\0061t\\+000061')", Returns = "data", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(ReadOnlySpan<byte> utf8, ref Utf8Writer target)
    {
        string text = Encoding.UTF8.GetString(utf8);
        StringBuilder result = new();
        for (int i = 0; i < text.Length;)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i++]);
                continue;
            }
            char kind = i + 1 < text.Length ? text[i + 1] : '\0';
            if (kind == '\\')
            {
                result.Append('\\');
                i += 2;
                continue;
            }
            (int skipped, int digits) = kind switch { 'u' => (2, 4), 'U' => (2, 8), '+' => (2, 6), _ => (1, 4) };
            if (i + skipped + digits > text.Length || !uint.TryParse(
                text.AsSpan(i + skipped, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out uint number))
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "Invalid Unicode escape",
                    hint: "Unicode escapes are \\XXXX, \\+XXXXXX, \\uXXXX or \\UXXXXXXXX.");
            }
            // Two halves of a character beyond the first 65,536 meet in the UTF-16 text.
            if (number is 0 or > 0x10FFFF)
                throw new QueryException(SqlStates.SyntaxError, "Invalid Unicode code point");
            if (number > 0xFFFF) result.Append(new Rune(number));
            else result.Append((char)number);
            i += skipped + digits;
        }
        foreach (Rune rune in result.ToString().EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD', StringComparison.Ordinal))
                throw new QueryException(SqlStates.SyntaxError, "Invalid Unicode surrogate pair");
            target.Append(rune);
        }
    }
}

/// <summary>substring_grapheme(text, start)</summary>
internal readonly struct SubstringGraphemeFrom : IBinaryTextFunction<ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => SubstringGrapheme.Info;

    public static void Apply(ReadOnlySpan<byte> text, long start, ref Utf8Writer target) =>
        SubstringGrapheme.Apply(text, start, int.MaxValue, ref target);
}

/// <summary>substring_grapheme(text, start, length)</summary>
internal readonly struct SubstringGrapheme : ITernaryTextFunction<ReadOnlySpan<byte>, long, long>
{
    public static FunctionInfo Info => new("substring_grapheme",
        "So many characters, as a reader counts them, from a place; a negative place counts from the end.")
    {
        Category = "Strings", Example = "substring_grapheme('abcdef', -3, 2)", Returns = "de",
    };

    public static void Apply(ReadOnlySpan<byte> text, long start, long length, ref Utf8Writer target)
    {
        (string whole, int[] starts) = Graphemes.Of(text);
        long first = Math.Clamp(start < 0 ? starts.Length + start : start - 1, -starts.Length - 1L, starts.Length);
        long end = first + Math.Clamp(length, -(long)int.MaxValue, int.MaxValue);
        if (end < first) (first, end) = (end, first);
        Graphemes.Append(whole, starts, first, end, ref target);
    }
}
