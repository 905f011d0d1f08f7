namespace ColFrag.Engine.Functions.Text;

/// <summary>Truth values, UUIDs and blobs as PostgreSQL prints and reads them, in UTF-8.</summary>
internal static class BooleanText
{
    /// <summary>Reads true, false, yes, no, on, off, 1, 0 or an unambiguous beginning of a word, in any case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out bool value)
    {
        text = NumberText.Trim(text);
        value = false;
        if (text.IsEmpty) return false;
        if (IsPrefixOf(text, "true"u8) || IsPrefixOf(text, "yes"u8) || text is [(byte)'1']
            || Ascii.EqualsIgnoreCase(text, "on"u8))
        {
            value = true;
            return true;
        }
        return IsPrefixOf(text, "false"u8) || IsPrefixOf(text, "no"u8) || text is [(byte)'0'] ||
            (text.Length >= 2 && IsPrefixOf(text, "off"u8));
    }

    private static bool IsPrefixOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        Ascii.StartsWithIgnoreCase(word, text);
}

/// <summary>UUIDs: the ordered form has the first bit flipped.</summary>
internal static class UuidText
{
    public static void Append(ref Utf8Writer target, Int128 ordered)
    {
        UInt128 bits = (UInt128)ordered ^ (UInt128.One << 127);
        Span<byte> text = target.Reserve(36);
        int position = 0;
        for (int nibble = 31; nibble >= 0; nibble--)
        {
            if (nibble is 23 or 19 or 15 or 11) text[position++] = (byte)'-';
            text[position++] = BlobText.HexDigit((int)(bits >> (nibble * 4)) & 15);
        }
        target.Advance(36);
    }

    /// <summary>Reads 32 hex digits, hyphens after any group of four, braces around.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Int128 ordered)
    {
        ordered = 0;
        text = NumberText.Trim(text);
        if (text.Length > 2 && text[0] == '{' && text[^1] == '}') text = text[1..^1];
        UInt128 bits = 0;
        int digits = 0;
        foreach (byte b in text)
        {
            if (b == '-' && digits > 0 && digits % 4 == 0) continue;
            int digit = BlobText.HexValue(b);
            if (digit < 0 || digits == 32) return false;
            bits = (bits << 4) | (uint)digit;
            digits++;
        }
        ordered = (Int128)(bits ^ (UInt128.One << 127));
        return digits == 32;
    }
}

/// <summary>Blobs in PostgreSQL's hex form.</summary>
internal static class BlobText
{
    public static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    public static int HexValue(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    public static void Append(ref Utf8Writer target, ReadOnlySpan<byte> blob)
    {
        target.Append("\\x"u8);
        AppendHex(ref target, blob);
    }

    public static void AppendHex(ref Utf8Writer target, scoped ReadOnlySpan<byte> blob)
    {
        Span<byte> hex = target.Reserve(blob.Length * 2);
        for (int i = 0; i < blob.Length; i++)
        {
            hex[2 * i] = HexDigit(blob[i] >> 4);
            hex[(2 * i) + 1] = HexDigit(blob[i] & 15);
        }
        target.Advance(blob.Length * 2);
    }

    /// <summary>
    /// Reads \x followed by pairs of hex digits, or bytes in which \ooo is an octal byte, \xHH a hex one and \\ a
    /// backslash.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        if (text.StartsWith("\\x"u8) && IsHexPairs(text[2..]))
        {
            for (int i = 2; i < text.Length; i += 2)
                target.Append((byte)((HexValue(text[i]) << 4) | HexValue(text[i + 1])));
            return true;
        }
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                target.Append(text[i]);
                continue;
            }
            ReadOnlySpan<byte> rest = text[(i + 1)..];
            if (rest is [(byte)'\\', ..])
            {
                target.Append((byte)'\\');
                i++;
            }
            else if (rest is [(byte)'x', var high, var low, ..] && HexValue(high) >= 0 && HexValue(low) >= 0)
            {
                target.Append((byte)((HexValue(high) << 4) | HexValue(low)));
                i += 3;
            }
            else if (rest is [>= (byte)'0' and <= (byte)'3', >= (byte)'0' and <= (byte)'7',
                >= (byte)'0' and <= (byte)'7', ..])
            {
                target.Append((byte)(((rest[0] - '0') << 6) | ((rest[1] - '0') << 3) | (rest[2] - '0')));
                i += 3;
            }
            else
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsHexPairs(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (HexValue(b) < 0) return false;
        }
        return text.Length % 2 == 0;
    }
}
