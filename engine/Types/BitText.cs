namespace ColFrag.Engine.Types;

/// <summary>Strings of bits as texts of digits and as bytes, the first bit highest.</summary>
internal static class BitText
{
    /// <summary>The bytes of the bits; zeros fill the last one.</summary>
    public static byte[] ToBytes(ReadOnlySpan<byte> digits)
    {
        byte[] bytes = new byte[(digits.Length + 7) / 8];
        for (int i = 0; i < digits.Length; i++)
        {
            if (digits[i] == '1') bytes[i >> 3] |= (byte)(0x80 >> (i & 7));
        }
        return bytes;
    }

    /// <summary>The digits of so many bits of the bytes.</summary>
    public static byte[] FromBytes(ReadOnlySpan<byte> bytes, int count)
    {
        byte[] digits = new byte[count];
        for (int i = 0; i < count; i++)
            digits[i] = (bytes[i >> 3] & (0x80 >> (i & 7))) != 0 ? (byte)'1' : (byte)'0';
        return digits;
    }
}
