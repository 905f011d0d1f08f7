using System.Globalization;
using System.Numerics;
using System.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>Decimals of 256 bits with more digits than our numbers have, as exact text.</summary>
internal static unsafe class ArrowWideDecimals
{
    /// <summary>Bytes of a number.</summary>
    private const int Width = 32;

    /// <summary>Writes numbers as texts, which the vector keeps alive.</summary>
    public static void Write(ArrowField field, byte* source, int count, ColumnVector target)
    {
        using Arena texts = new(MemoryAccount.Untracked);
        for (int i = 0; i < count; i++)
        {
            BigInteger number = new(new ReadOnlySpan<byte>(source + ((long)i * Width), Width));
            byte[] text = Encoding.ASCII.GetBytes(TextOf(number, field.Scale));
            ((Utf8View*)target.Data)[i] = new Utf8View(texts.Copy(text), text.Length);
        }
        foreach (NativeBuffer block in texts.Blocks) target.KeepAlive(block);
    }

    private static string TextOf(BigInteger number, int scale)
    {
        string digits = BigInteger.Abs(number).ToString(CultureInfo.InvariantCulture);
        string sign = number.Sign < 0 ? "-" : "";
        if (scale <= 0) return sign + (number.IsZero ? digits : digits + new string('0', Math.Min(-scale, 1_000)));
        if (scale > 1_000) return $"{sign}{digits}e-{scale}";
        digits = digits.PadLeft(scale + 1, '0');
        return $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }
}
