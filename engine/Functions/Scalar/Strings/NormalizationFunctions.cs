using System.Text;
using ColFrag.Engine.Functions.Text.Unicode;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>normalize(text, form)</summary>
internal readonly struct NormalizeTo : IBinaryTextFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("normalize", "The text in a normal form of Unicode: NFC, NFD, NFKC or NFKD.")
    {
        Category = "Text", Example = "length(normalize('é', NFD))", Returns = "2", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> form, ref Utf8Writer target) =>
        target.Append(Normalization.Normalize(Encoding.UTF8.GetString(text), Normalization.FormOf(form)));
}

/// <summary>normalize(text)</summary>
internal readonly struct NormalizeComposed : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => NormalizeTo.Info with { Aliases = ["nfc_normalize"] };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target) =>
        target.Append(Normalization.Normalize(Encoding.UTF8.GetString(text), UnicodeForm.Composed));
}

/// <summary>is_normalized(text, form): what text IS form NORMALIZED becomes</summary>
internal readonly struct IsNormalizedAs : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => new("is_normalized", "True when the text is in a normal form of Unicode.")
    {
        Category = "Text", Example = "U&'\\0061\\0308bc' IS NFD NORMALIZED", Returns = "true",
        Flags = FunctionFlags.CanThrow,
    };

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> form)
    {
        string own = Encoding.UTF8.GetString(text);
        return Normalization.Normalize(own, Normalization.FormOf(form)) == own;
    }
}

/// <summary>is_normalized(text)</summary>
internal readonly struct IsNormalized : IUnaryFunction<ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => IsNormalizedAs.Info;

    public static bool Apply(ReadOnlySpan<byte> text) => IsNormalizedAs.Apply(text, "NFC"u8);
}

/// <summary>strip_accents(text)</summary>
internal readonly struct StripAccents : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("strip_accents", "The text without accents.")
    {
        Category = "Text", Example = "strip_accents('mühleisen')", Returns = "muhleisen",
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target) =>
        target.Append(Normalization.WithoutMarks(Encoding.UTF8.GetString(text)));
}
