using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>A text on its way into a VARCHAR(n): spaces beyond the limit go, anything else there is an error.</summary>
internal readonly struct FitVarchar : IBinaryFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("fit_varchar", "The text as a VARCHAR of this length takes it, or an error.")
    {
        Category = "Text", Example = "fit_varchar('ab   ', 3)", Returns = "ab ", Flags = FunctionFlags.CanThrow,
    };

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, long length)
    {
        if (text.Length <= length) return text;
        int end = Utf8.OffsetOf(text, length);
        return text[end..].ContainsAnyExcept((byte)' ') ? throw TooLong("character varying", length) : text[..end];
    }

    /// <summary>What a text that is too long is refused with.</summary>
    public static QueryException TooLong(string type, long length) =>
        new(SqlStates.StringTooLong, $"Value too long for type {type}({length})");
}

/// <summary>A text on its way into a CHAR(n): the same, and no spaces at its end are kept.</summary>
internal readonly struct FitChar : IBinaryFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("fit_char", "The text as a CHAR of this length takes it, or an error.")
    {
        Category = "Text", Example = "fit_char('ab   ', 3)", Returns = "ab", Flags = FunctionFlags.CanThrow,
    };

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, long length)
    {
        ReadOnlySpan<byte> kept = text.TrimEnd((byte)' ');
        return kept.Length <= length || Utf8.OffsetOf(kept, length) == kept.Length
            ? kept
            : throw FitVarchar.TooLong("character", length);
    }
}

/// <summary>A text cast to CHAR(n): cut, and no spaces at its end are kept.</summary>
internal readonly struct CutChar : IBinaryFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("cut_char", "The text cut to a CHAR of this length.")
    {
        Category = "Text", Example = "cut_char('ab cd', 3)", Returns = "ab",
    };

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, long length) =>
        (text.Length <= length ? text : text[..Utf8.OffsetOf(text, length)]).TrimEnd((byte)' ');
}
