using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>length(text)</summary>
internal readonly struct Length : IUnaryFunction<ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info => new("length", "Number of characters.")
    {
        Category = "Text", Aliases = ["char_length", "character_length", "len"], Example = "length('Hübner')",
            Returns = "6",
    };

    public static int Apply(ReadOnlySpan<byte> text) => Utf8.Count(text);
}

/// <summary>octet_length(text)</summary>
internal readonly struct OctetLength : IUnaryFunction<ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info => new("octet_length", "Number of bytes.")
    {
        Category = "Text", Aliases = ["strlen"], Example = "octet_length('Hübner')", Returns = "7",
    };

    public static int Apply(ReadOnlySpan<byte> text) => text.Length;
}

/// <summary>octet_length(blob)</summary>
internal readonly struct BlobLength : IUnaryFunction<SqlBlob, int>
{
    public static FunctionInfo Info => OctetLength.Info;

    public static int Apply(SqlBlob blob) => blob.Bytes.Length;
}

/// <summary>length(blob)</summary>
internal readonly struct BlobLengthAsLength : IUnaryFunction<SqlBlob, int>
{
    public static FunctionInfo Info => Length.Info;

    public static int Apply(SqlBlob blob) => blob.Bytes.Length;
}

/// <summary>bit_length(text)</summary>
internal readonly struct BitLength : IUnaryFunction<ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info =>
        new("bit_length", "Number of bits.") { Category = "Text", Example = "bit_length('jose')", Returns = "32" };

    public static int Apply(ReadOnlySpan<byte> text) => text.Length * 8;
}

/// <summary>ascii(text)</summary>
internal readonly struct AsciiCode : IUnaryFunction<ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info => new("ascii", "Code point of the first character; 0 for an empty text.")
    {
        Category = "Text", Aliases = ["unicode", "ord"], Example = "ascii('Ω')", Returns = "937",
    };

    public static int Apply(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return 0;
        System.Text.Rune.DecodeFromUtf8(text, out System.Text.Rune rune, out _);
        return rune.Value;
    }
}

/// <summary>chr(code)</summary>
internal readonly struct Character : IUnaryTextFunction<int>
{
    public static FunctionInfo Info => new("chr", "The character with a code point.")
    {
        Category = "Text", Example = "chr(937)", Returns = "Ω", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(int code, ref Utf8Writer target)
    {
        if (code == 0 || !System.Text.Rune.IsValid(code))
        {
            throw new Errors.QueryException(Errors.SqlStates.ProgramLimitExceeded, $"Character is not valid: {code}");
        }
        target.Append(new System.Text.Rune(code));
    }
}
