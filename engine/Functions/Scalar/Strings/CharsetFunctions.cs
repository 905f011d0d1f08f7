using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>convert_from(bytes, encoding)</summary>
internal readonly struct ConvertFrom : IBinaryTextFunction<SqlBlob, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("convert_from", "The text that bytes in an encoding stand for.")
    {
        Category = "Hashes and encodings", Example = "convert_from('\\x616263', 'UTF8')", Returns = "abc",
        Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(SqlBlob bytes, ReadOnlySpan<byte> encoding, ref Utf8Writer target)
    {
        if (Charset.Of(encoding) is { } single)
        {
            target.Append(single.GetString(bytes.Bytes));
            return;
        }
        if (!System.Text.Unicode.Utf8.IsValid(bytes.Bytes) || bytes.Bytes.Contains((byte)0))
        {
            throw new QueryException(
                SqlStates.CharacterNotInRepertoire, "Bytes are not valid in encoding \"UTF8\"");
        }
        target.Append(bytes.Bytes);
    }
}

/// <summary>convert_to(text, encoding)</summary>
internal readonly struct ConvertTo : IBinarySessionFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, SqlBlob>
{
    public static FunctionInfo Info => new("convert_to", "The bytes of a text in an encoding.")
    {
        Category = "Hashes and encodings", Example = "convert_to('abc', 'UTF8')", Returns = "\\x616263",
        Flags = FunctionFlags.CanThrow,
    };

    public static SqlBlob Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> encoding, FunctionContext context)
    {
        Utf8Writer target = new(context.Text);
        if (Charset.Of(encoding) is not { } single)
        {
            target.Append(text);
            return new SqlBlob(target.End());
        }
        try
        {
            target.Append(single.GetBytes(Encoding.UTF8.GetString(text)));
        }
        catch (EncoderFallbackException)
        {
            throw new QueryException(
                "22P05", $"Text has a character that encoding \"{Encoding.UTF8.GetString(encoding)}\" lacks");
        }
        return new SqlBlob(target.End());
    }
}

/// <summary>The encodings that PostgreSQL names and the base library has.</summary>
internal static class Charset
{
    private static readonly Encoding s_latin =
        Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    /// <summary>The encoding of one byte a character; null for UTF-8.</summary>
    public static Encoding? Of(ReadOnlySpan<byte> name)
    {
        string wanted = Encoding.UTF8.GetString(name);
        return wanted.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)
            .ToUpperInvariant() switch
        {
            "UTF8" or "UNICODE" or "SQLASCII" => null,
            "LATIN1" or "ISO88591" => s_latin,
            _ => throw new QueryException(
                SqlStates.UndefinedObject, $"Encoding does not exist: \"{wanted}\"",
                hint: "There are UTF8 and LATIN1."),
        };
    }
}
