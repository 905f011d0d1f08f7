using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>bin(number): without zeros in front.</summary>
internal readonly struct BinaryOfNumber : IUnaryTextFunction<long>
{
    public static FunctionInfo Info => new("to_binary", "A number, or the bytes of a text or blob, in binary digits.")
    {
        Category = "Hashes and encodings", Aliases = ["bin"], Example = "bin(5)", Returns = "101",
    };

    public static void Apply(long value, ref Utf8Writer target) =>
        target.Append(Encoding.ASCII.GetBytes(((ulong)value).ToString("B", CultureInfo.InvariantCulture)));
}

/// <summary>bin(text)</summary>
internal readonly struct BinaryOfText : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => BinaryOfNumber.Info;

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        foreach (byte b in text)
        {
            for (int bit = 7; bit >= 0; bit--) target.Append((byte)('0' + ((b >> bit) & 1)));
        }
    }
}

/// <summary>bin(blob)</summary>
internal readonly struct BinaryOfBlob : IUnaryTextFunction<SqlBlob>
{
    public static FunctionInfo Info => BinaryOfNumber.Info;

    public static void Apply(SqlBlob blob, ref Utf8Writer target) => BinaryOfText.Apply(blob.Bytes, ref target);
}

/// <summary>unbin(text)</summary>
internal readonly struct FromBinary : IUnarySessionFunction<ReadOnlySpan<byte>, SqlBlob>
{
    public static FunctionInfo Info => new("from_binary", "The bytes that binary digits stand for, 8 a byte.")
    {
        Category = "Hashes and encodings", Aliases = ["unbin"], Example = "unbin('0110')", Returns = "\\x06",
        Flags = FunctionFlags.CanThrow,
    };

    public static SqlBlob Apply(ReadOnlySpan<byte> digits, FunctionContext context)
    {
        Utf8Writer target = new(context.Text);
        // The first byte has what is left over.
        for (int end = digits.Length % 8 == 0 ? 8 : digits.Length % 8, at = 0; at < digits.Length; end += 8)
        {
            int value = 0;
            for (; at < end && at < digits.Length; at++)
            {
                if (digits[at] is not ((byte)'0' or (byte)'1'))
                {
                    throw new QueryException(
                        SqlStates.InvalidTextRepresentation, $"Not a binary digit: {(char)digits[at]}");
                }
                value = (value << 1) | (digits[at] - '0');
            }
            target.Append((byte)value);
        }
        return new SqlBlob(target.End());
    }
}
