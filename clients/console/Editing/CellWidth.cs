using System.Globalization;
using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>
/// How many cells of a terminal a piece of text takes: none for combining marks, two for East Asian wide characters and
/// emoji, else one. Ranges: Unicode 16, East Asian Width W and F, merged where gaps are unassigned.
/// </summary>
static class CellWidth
{
    private static readonly (int First, int Last)[] s_wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x23E9, 0x23EC), (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653),
        (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728),
        (0x274C, 0x274C), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50),
        (0x2E80, 0x303E), (0x3041, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA960, 0xA97F),
        (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE19), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6),
        (0x16FE0, 0x18DFF), (0x1B000, 0x1B2FF), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E),
        (0x1F191, 0x1F19A), (0x1F200, 0x1F320), (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393),
        (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440),
        (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F567), (0x1F595, 0x1F596), (0x1F5FB, 0x1F64F),
        (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6D2), (0x1F6D5, 0x1F6DF), (0x1F6EB, 0x1F6FC), (0x1F7E0, 0x1F7EB),
        (0x1F90C, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Cells of one character.</summary>
    public static int Of(Rune rune)
    {
        if (rune.Value < 0x300) return rune.Value is < 0x20 or (>= 0x7F and < 0xA0) ? 0 : 1;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
            _ => IsWide(rune.Value) ? 2 : 1,
        };
    }

    /// <summary>Cells of what a reader sees as one character; joined emoji take the cells of the first.</summary>
    public static int OfElement(ReadOnlySpan<char> element)
    {
        foreach (Rune rune in element.EnumerateRunes())
        {
            if (Of(rune) is > 0 and int width) return width;
        }
        return 0;
    }

    /// <summary>Cells of a text without control characters.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        int width = 0;
        while (!text.IsEmpty)
        {
            int length = StringInfo.GetNextTextElementLength(text);
            width += OfElement(text[..length]);
            text = text[length..];
        }
        return width;
    }

    /// <summary>The text, cut to a number of cells, with … where something is left out.</summary>
    public static string Truncate(string text, int cells)
    {
        if (text.Length <= cells && IsAscii(text)) return text;
        if (Of(text) <= cells) return text;
        int width = 0;
        int end = 0;
        while (end < text.Length)
        {
            int length = StringInfo.GetNextTextElementLength(text.AsSpan(end));
            int element = OfElement(text.AsSpan(end, length));
            if (width + element > cells - 1) break;
            width += element;
            end += length;
        }
        return string.Concat(text.AsSpan(0, end), "…");
    }

    private static bool IsAscii(string text) => Ascii.IsValid(text);

    private static bool IsWide(int codePoint)
    {
        int low = 0;
        int high = s_wide.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < s_wide[middle].First) high = middle - 1;
            else if (codePoint > s_wide[middle].Last) low = middle + 1;
            else return true;
        }
        return false;
    }
}
