namespace ColFrag.Engine.Functions.Text;

/// <summary>Letters and digits of ASCII in UTF-8 text.</summary>
internal static class Ascii
{
    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    public static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') <= 25;

    public static bool IsSpace(byte b) => b is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');

    public static byte ToLower(byte b) => (uint)(b - 'A') <= 25 ? (byte)(b | 0x20) : b;

    public static byte ToUpper(byte b) => (uint)(b - 'a') <= 25 ? (byte)(b & ~0x20) : b;

    /// <summary>True when both are equal but for the case of ASCII letters.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length) return false;
        for (int i = 0; i < a.Length; i++)
        {
            if (ToLower(a[i]) != ToLower(b[i])) return false;
        }
        return true;
    }

    /// <summary>True when the text begins with the word, but for the case of ASCII letters.</summary>
    public static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        text.Length >= word.Length && EqualsIgnoreCase(text[..word.Length], word);
}
