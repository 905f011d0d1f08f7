using System.Buffers;

namespace ColFrag.Engine.Formats.Text;

/// <summary>
/// Bytes as files of text have them: <c>\x00ff</c>, hexadecimal to the end, as PostgreSQL and we write them, or
/// <c>a\x00\xFF</c>, each byte for itself, as DuckDB does. Anything else is the bytes as they stand.
/// </summary>
internal static class BlobField
{
    /// <summary>True when the text may stand for other bytes than its own.</summary>
    public static bool HasEscapes(ReadOnlySpan<byte> text) => text.IndexOf("\\x"u8) >= 0;

    /// <summary>Writes the bytes, at most as many as the text has, and returns how many.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (text.StartsWith("\\x"u8) && text.Length % 2 == 0 &&
            Convert.FromHexString(text[2..], target, out _, out int bytes) == OperationStatus.Done)
        {
            return bytes;
        }
        int count = 0;
        while (!text.IsEmpty)
        {
            bool isByte = text.Length >= 4 && text.StartsWith("\\x"u8) &&
                Convert.FromHexString(text[2..4], target[count..], out _, out _) == OperationStatus.Done;
            if (!isByte) target[count] = text[0];
            count++;
            text = text[(isByte ? 4 : 1)..];
        }
        return count;
    }
}
