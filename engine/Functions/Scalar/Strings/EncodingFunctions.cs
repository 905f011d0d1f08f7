using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>md5(blob)</summary>
internal readonly struct Md5OfBlob : IUnaryTextFunction<SqlBlob>
{
    public static FunctionInfo Info => Md5.Info;

    public static void Apply(SqlBlob blob, ref Utf8Writer target) => Md5.Apply(blob.Bytes, ref target);
}

/// <summary>md5(text)</summary>
internal readonly struct Md5 : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("md5", "MD5 hash in hexadecimal.")
    {
        Category = "Hashes and encodings", Example = "md5('abc')", Returns = "900150983cd24fb0d6963f7d28e17f72",
    };

#pragma warning disable CA5351 // MD5 is what the function is asked for; nothing here relies on it.
    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(text, hash);
        Hex.Append(ref target, hash);
    }
#pragma warning restore CA5351
}

/// <summary>sha1(blob)</summary>
internal readonly struct Sha1OfBlob : IUnaryTextFunction<SqlBlob>
{
    public static FunctionInfo Info => Sha1.Info;

    public static void Apply(SqlBlob blob, ref Utf8Writer target) => Sha1.Apply(blob.Bytes, ref target);
}

/// <summary>sha1(text)</summary>
internal readonly struct Sha1 : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("sha1", "SHA-1 hash in hexadecimal.")
    {
        Category = "Hashes and encodings", Example = "sha1('abc')",
            Returns = "a9993e364706816aba3e25717850c26c9cd0d89d",
    };

#pragma warning disable CA5350 // SHA-1 is what the function is asked for; nothing here relies on it.
    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(text, hash);
        Hex.Append(ref target, hash);
    }
#pragma warning restore CA5350
}

/// <summary>sha256(blob)</summary>
internal readonly struct Sha256OfBlob : IUnaryTextFunction<SqlBlob>
{
    public static FunctionInfo Info => Sha256.Info;

    public static void Apply(SqlBlob blob, ref Utf8Writer target) => Sha256.Apply(blob.Bytes, ref target);
}

/// <summary>sha256(text)</summary>
internal readonly struct Sha256 : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("sha256", "SHA-256 hash in hexadecimal.")
    {
        Category = "Hashes and encodings", Example = "left(sha256('abc'), 16)", Returns = "ba7816bf8f01cfea",
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        Hex.Append(ref target, hash);
    }
}

/// <summary>to_hex(number)</summary>
internal readonly struct ToHex<T> : IUnaryTextFunction<T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info => new("to_hex", "The number, or the bytes, in hexadecimal.")
    {
        Category = "Hashes and encodings", Aliases = ["hex"], Example = "to_hex(2147483647)", Returns = "7fffffff",
    };

    public static void Apply(T value, ref Utf8Writer target)
    {
        value.TryFormat(target.Reserve(32), out int written, "x", CultureInfo.InvariantCulture);
        // .NET pads a byte's worth; PostgreSQL prints no leading zeros.
        Span<byte> digits = target.Reserve(32)[..written];
        int zeros = 0;
        while (zeros < written - 1 && digits[zeros] == '0') zeros++;
        digits[zeros..].CopyTo(digits);
        target.Advance(written - zeros);
    }
}

/// <summary>hex(text)</summary>
internal readonly struct TextToHex : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => ToHex<long>.Info;

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target) => BlobText.AppendHex(ref target, text);
}

/// <summary>encode(blob, format)</summary>
internal readonly struct Encode : IBinaryTextFunction<SqlBlob, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("encode", "Bytes as text in the format base64, hex or escape.")
    {
        Category = "Hashes and encodings", Example = "encode('123'::blob, 'base64')", Returns = "MTIz",
            Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(SqlBlob blob, ReadOnlySpan<byte> format, ref Utf8Writer target)
    {
        if (Ascii.EqualsIgnoreCase(format, "base64"u8)) AppendLines(ref target, blob.Bytes);
        else if (Ascii.EqualsIgnoreCase(format, "hex"u8)) BlobText.AppendHex(ref target, blob.Bytes);
        else if (Ascii.EqualsIgnoreCase(format, "escape"u8)) AppendEscaped(ref target, blob.Bytes);
        else throw Base64Text.UnknownFormat(format);
    }

    // Lines of 76 characters, as in mail and so in PostgreSQL.
    private static void AppendLines(ref Utf8Writer target, ReadOnlySpan<byte> bytes)
    {
        const int BytesPerLine = 57;
        for (int at = 0; at < bytes.Length; at += BytesPerLine)
        {
            if (at > 0) target.Append((byte)'\n');
            Base64Text.Append(ref target, bytes.Slice(at, Math.Min(BytesPerLine, bytes.Length - at)));
        }
    }

    private static void AppendEscaped(ref Utf8Writer target, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b == '\\') target.Append("\\\\"u8);
            else if (b is 0 or >= 128)
            {
                target.Append((byte)'\\');
                target.Append((byte)('0' + (b >> 6)));
                target.Append((byte)('0' + (b >> 3 & 7)));
                target.Append((byte)('0' + (b & 7)));
            }
            else target.Append(b);
        }
    }
}

/// <summary>decode(text, format)</summary>
internal readonly struct Decode : IBinarySessionFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, SqlBlob>
{
    public static FunctionInfo Info => new("decode", "The bytes of a text in the format base64, hex or escape.")
    {
        Category = "Hashes and encodings", Example = "decode('MTIz', 'base64')", Returns = "\\x313233",
            Flags = FunctionFlags.CanThrow,
    };

    public static SqlBlob Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> format, FunctionContext context)
    {
        Utf8Writer target = new(context.Text);
        bool isRead;
        if (Ascii.EqualsIgnoreCase(format, "base64"u8)) isRead = Base64Text.TryDecode(text, ref target);
        else if (Ascii.EqualsIgnoreCase(format, "hex"u8)) isRead = Hex.TryDecode(text, ref target);
        else if (Ascii.EqualsIgnoreCase(format, "escape"u8)) isRead = BlobText.TryParse(text, ref target);
        else throw Base64Text.UnknownFormat(format);
        if (!isRead)
            throw new QueryException(SqlStates.InvalidParameterValue, "Text is not in the format that decode was told");
        return new SqlBlob(target.End());
    }
}

/// <summary>encode(text): DuckDB's</summary>
internal readonly struct EncodeUtf8 : IUnaryFunction<ReadOnlySpan<byte>, SqlBlob>
{
    public static FunctionInfo Info => Encode.Info;

    public static SqlBlob Apply(ReadOnlySpan<byte> text) => new(text);
}

/// <summary>decode(blob): DuckDB's</summary>
internal readonly struct DecodeUtf8 : IUnaryFunction<SqlBlob, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => Decode.Info;

    public static ReadOnlySpan<byte> Apply(SqlBlob blob) =>
        System.Text.Unicode.Utf8.IsValid(blob.Bytes) ? blob.Bytes : throw new QueryException(
            SqlStates.CharacterNotInRepertoire, "Invalid byte sequence for encoding UTF-8",
            hint: "Convert it with encode(blob, 'escape').");
}

/// <summary>hex(blob)</summary>
internal readonly struct BlobToHex : IUnaryTextFunction<SqlBlob>
{
    public static FunctionInfo Info => ToHex<long>.Info;

    public static void Apply(SqlBlob blob, ref Utf8Writer target) => BlobText.AppendHex(ref target, blob.Bytes);
}

/// <summary>base64(blob)</summary>
internal readonly struct ToBase64 : IUnaryTextFunction<SqlBlob>
{
    public static FunctionInfo Info => new("base64", "Bytes as base64.")
    {
        Category = "Hashes and encodings", Aliases = ["to_base64"], Example = "base64('abc'::blob)", Returns = "YWJj",
    };

    public static void Apply(SqlBlob blob, ref Utf8Writer target) => Base64Text.Append(ref target, blob.Bytes);
}

/// <summary>from_base64(text)</summary>
internal readonly struct FromBase64 : IUnarySessionFunction<ReadOnlySpan<byte>, SqlBlob>
{
    public static FunctionInfo Info => new("from_base64", "The bytes of base64.")
    {
        Category = "Hashes and encodings", Example = "from_base64('YWJj')", Returns = "\\x616263",
            Flags = FunctionFlags.CanThrow,
    };

    public static SqlBlob Apply(ReadOnlySpan<byte> text, FunctionContext context) =>
        Decode.Apply(text, "base64"u8, context);
}

/// <summary>unhex(text)</summary>
internal readonly struct FromHex : IUnarySessionFunction<ReadOnlySpan<byte>, SqlBlob>
{
    public static FunctionInfo Info => new("unhex", "The bytes of hexadecimal digits.")
    {
        Category = "Hashes and encodings", Aliases = ["from_hex"], Example = "unhex('2A')", Returns = "\\x2a",
            Flags = FunctionFlags.CanThrow,
    };

    public static SqlBlob Apply(ReadOnlySpan<byte> text, FunctionContext context) =>
        Decode.Apply(text, "hex"u8, context);
}

/// <summary>Hexadecimal digits.</summary>
internal static class Hex
{
    public static void Append(ref Utf8Writer target, scoped ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            target.Append(BlobText.HexDigit(b >> 4));
            target.Append(BlobText.HexDigit(b & 15));
        }
    }

    public static bool TryDecode(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        if (text.Length % 2 != 0) return false;
        for (int i = 0; i < text.Length; i += 2)
        {
            int high = BlobText.HexValue(text[i]);
            int low = BlobText.HexValue(text[i + 1]);
            if (high < 0 || low < 0) return false;
            target.Append((byte)((high << 4) | low));
        }
        return true;
    }
}

/// <summary>Base64.</summary>
internal static class Base64Text
{
    public static void Append(ref Utf8Writer target, ReadOnlySpan<byte> bytes)
    {
        Base64.EncodeToUtf8(
            bytes, target.Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out int written);
        target.Advance(written);
    }

    public static bool TryDecode(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        System.Buffers.OperationStatus status = Base64.DecodeFromUtf8(
            text, target.Reserve(Base64.GetMaxDecodedFromUtf8Length(text.Length)), out int consumed, out int written);
        target.Advance(written);
        return status == System.Buffers.OperationStatus.Done && consumed == text.Length;
    }

    public static QueryException UnknownFormat(ReadOnlySpan<byte> format) => new(
        SqlStates.InvalidParameterValue, $"Encoding is unknown: {System.Text.Encoding.UTF8.GetString(format)}",
        hint: "The encodings are base64, hex and escape.");
}

/// <summary>quote_literal(text)</summary>
internal readonly struct QuoteLiteral : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("quote_literal", "The text as an SQL string.")
        { Category = "Text", Example = "quote_literal('O''Reilly')", Returns = "'O''Reilly'" };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        if (!text.Contains((byte)'\\'))
        {
            Quote(text, (byte)'\'', ref target);
            return;
        }
        // Read the same whether backslashes mean something in plain strings or not.
        target.Append("E'"u8);
        foreach (byte b in text)
        {
            if (b is (byte)'\'' or (byte)'\\') target.Append(b);
            target.Append(b);
        }
        target.Append((byte)'\'');
    }

    /// <summary>Appends the text in quotes, quotes in it doubled.</summary>
    public static void Quote(ReadOnlySpan<byte> text, byte quote, ref Utf8Writer target)
    {
        target.Append(quote);
        foreach (byte b in text)
        {
            if (b == quote) target.Append(quote);
            target.Append(b);
        }
        target.Append(quote);
    }
}

/// <summary>quote_ident(text)</summary>
internal readonly struct QuoteIdentifier : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("quote_ident", "The text as an SQL name, quoted where it must be.")
        { Category = "Text", Example = "quote_ident('Foo bar')", Returns = "\"Foo bar\"" };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        bool isPlain = text.Length > 0 && !Ascii.IsDigit(text[0]);
        foreach (byte b in text)
            isPlain &= b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'_';
        if (isPlain) target.Append(text);
        else QuoteLiteral.Quote(text, (byte)'"', ref target);
    }
}
