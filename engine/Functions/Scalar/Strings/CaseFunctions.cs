using System.Text;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>lower(text)</summary>
internal readonly struct Lower : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("lower", "Letters in lower case.")
    {
        Category = "Text", Aliases = ["lcase"], Example = "lower('ÄPFEL')", Returns = "äpfel",
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target) =>
        target.Advance(CaseMapping.ToLower(text, target.Reserve((text.Length * 2) + 4)));
}

/// <summary>upper(text)</summary>
internal readonly struct Upper : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("upper", "Letters in upper case.")
    {
        Category = "Text", Aliases = ["ucase"], Example = "upper('äpfel')", Returns = "ÄPFEL",
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target) =>
        target.Advance(CaseMapping.ToUpper(text, target.Reserve((text.Length * 2) + 4)));
}

/// <summary>initcap(text)</summary>
internal readonly struct InitCap : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info =>
        new("initcap", "The first letter of each word in upper case, the rest in lower case.")
    {
        Category = "Text", Example = "initcap('hi THOMAS')", Returns = "Hi Thomas",
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        bool isInside = false;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            target.Append(isInside ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune));
            isInside = Rune.IsLetterOrDigit(rune);
            text = text[length..];
        }
    }
}

/// <summary>reverse(text)</summary>
internal readonly struct Reverse : IUnaryTextFunction<ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("reverse", "The characters from last to first.")
    {
        Category = "Text", Example = "reverse('größe')", Returns = "eßörg",
    };

    public static void Apply(ReadOnlySpan<byte> text, ref Utf8Writer target)
    {
        int total = text.Length;
        Span<byte> room = target.Reserve(total)[..total];
        int end = total;
        while (!text.IsEmpty)
        {
            int length = Math.Min(Utf8.CharacterLength(text[0]), text.Length);
            end -= length;
            text[..length].CopyTo(room[end..]);
            text = text[length..];
        }
        target.Advance(total);
    }
}
