using System.Globalization;

namespace ColFrag.Engine.Types;

/// <summary>Sizes as people write them: 512MB, 1.5 GiB, 4kB, or a plain number of bytes.</summary>
internal static class ByteSize
{
    /// <summary>The number of bytes; null where the text is no size.</summary>
    public static long? TryParse(string text)
    {
        string trimmed = text.Trim();
        int digits = 0;
        while (digits < trimmed.Length && (char.IsAsciiDigit(trimmed[digits]) || trimmed[digits] == '.')) digits++;
        double? unit = trimmed[digits..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "KB" or "K" => 1e3,
            "MB" or "M" => 1e6,
            "GB" or "G" => 1e9,
            "TB" or "T" => 1e12,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => null,
        };
        bool isNumber = double.TryParse(
            trimmed[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        if (!isNumber || unit is not { } factor || number * factor > long.MaxValue / 2) return null;
        return (long)(number * factor);
    }
}
