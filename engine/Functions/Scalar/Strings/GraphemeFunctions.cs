using System.Globalization;
using System.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>What a reader takes for one character: grapheme clusters of a text.</summary>
internal static class Graphemes
{
    /// <summary>The text, and where each cluster begins.</summary>
    public static (string Text, int[] Starts) Of(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        return (text, StringInfo.ParseCombiningCharacters(text));
    }

    /// <summary>Appends the clusters from one place to another, both from 0.</summary>
    public static void Append(string text, int[] starts, long from, long to, ref Utf8Writer target)
    {
        from = Math.Clamp(from, 0, starts.Length);
        to = Math.Clamp(to, from, starts.Length);
        int begin = from == starts.Length ? text.Length : starts[from];
        int end = to == starts.Length ? text.Length : starts[to];
        target.Append(Encoding.UTF8.GetBytes(text[begin..end]));
    }
}

/// <summary>length_grapheme(text)</summary>
internal readonly struct LengthGrapheme : IUnaryFunction<ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => new("length_grapheme", "Number of characters as a reader counts them.")
    {
        Category = "Strings", Example = "length_grapheme('e\u0301a')", Returns = "2",
    };

    public static long Apply(ReadOnlySpan<byte> text) => Graphemes.Of(text).Starts.Length;
}

/// <summary>left_grapheme(text, count)</summary>
internal readonly struct LeftGrapheme : IBinaryTextFunction<ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => new("left_grapheme",
        "The first characters as a reader counts them; a negative number leaves so many out at the end.")
    {
        Category = "Strings", Example = "left_grapheme('abc', 2)", Returns = "ab",
    };

    public static void Apply(ReadOnlySpan<byte> text, long count, ref Utf8Writer target)
    {
        (string whole, int[] starts) = Graphemes.Of(text);
        Graphemes.Append(whole, starts, 0, count < 0 ? starts.Length + count : count, ref target);
    }
}

/// <summary>right_grapheme(text, count)</summary>
internal readonly struct RightGrapheme : IBinaryTextFunction<ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => new("right_grapheme",
        "The last characters as a reader counts them; a negative number leaves so many out at the start.")
    {
        Category = "Strings", Example = "right_grapheme('abc', 2)", Returns = "bc",
    };

    public static void Apply(ReadOnlySpan<byte> text, long count, ref Utf8Writer target)
    {
        (string whole, int[] starts) = Graphemes.Of(text);
        long from = count < 0 ? -Math.Max(count, -starts.Length) : starts.Length - Math.Min(count, starts.Length);
        Graphemes.Append(whole, starts, from, starts.Length, ref target);
    }
}

/// <summary>bar(x, least, greatest, width)</summary>
internal readonly struct Bar : IQuaternaryTextFunction<double, double, double, double>
{
    private const int MostCells = 1_000;

    public static FunctionInfo Info => new("bar",
        "A bar from least to greatest as wide (80) as x is on the way, in eighths of a cell.")
    {
        Category = "Strings", Example = "rtrim(bar(5, 0, 10, 4))", Returns = "██", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(double x, double least, double greatest, double width, ref Utf8Writer target)
    {
        if (!double.IsFinite(x) || !double.IsFinite(least) || !double.IsFinite(greatest))
            throw Wrong("takes finite numbers");
        if (!(width >= 1) || width > MostCells) throw Wrong($"takes a width from 1 to {MostCells}");
        double share = greatest == least ? 0 : Math.Clamp((x - least) / (greatest - least), 0, 1);
        int eighths = (int)(width * share * 8);
        int cells = 0;
        for (; eighths >= 8; eighths -= 8, cells++) target.Append("█"u8);
        if (eighths > 0)
        {
            // U+2589 is seven eighths, U+258F one.
            target.Append([0xE2, 0x96, (byte)(0x90 - eighths)]);
            cells++;
        }
        for (; cells < (int)width; cells++) target.Append((byte)' ');
    }

    private static Errors.QueryException Wrong(string what) =>
        new(Errors.SqlStates.InvalidParameterValue, $"bar {what}");
}

/// <summary>bar(x, least, greatest)</summary>
internal readonly struct BarOf80 : ITernaryTextFunction<double, double, double>
{
    public static FunctionInfo Info => Bar.Info;

    public static void Apply(double x, double least, double greatest, ref Utf8Writer target) =>
        Bar.Apply(x, least, greatest, 80, ref target);
}

/// <summary>url_encode(text)</summary>
internal readonly struct UrlEncode : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("url_encode", "A text with % and two digits for bytes that URLs reserve.")
    {
        Category = "Strings", Example = "url_encode('a b&c')", Returns = "a%20b%26c",
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        foreach (byte b in text)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'~' or (byte)'.')
            {
                target.Append(b);
                continue;
            }
            target.Append((byte)'%');
            target.Append((byte)"0123456789ABCDEF"[b >> 4]);
            target.Append((byte)"0123456789ABCDEF"[b & 15]);
        }
    }
}

/// <summary>url_decode(text)</summary>
internal readonly struct UrlDecode : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("url_decode", "What url_encode encoded; what is no code stays.")
    {
        Category = "Strings", Example = "url_decode('a%20b')", Returns = "a b", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        byte[] decoded = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool isCode = text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit((char)text[i + 1]) &&
                char.IsAsciiHexDigit((char)text[i + 2]);
            decoded[length++] = isCode
                ? byte.Parse(text.Slice(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : text[i];
            if (isCode) i += 2;
        }
        if (!System.Text.Unicode.Utf8.IsValid(decoded.AsSpan(0, length)))
        {
            throw new Errors.QueryException(
                Errors.SqlStates.CharacterNotInRepertoire, "What url_decode gives is not UTF-8");
        }
        target.Append(decoded.AsSpan(0, length));
    }
}
