using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>lpad(text, length, fill)</summary>
internal readonly struct PadLeft : ITernaryTextFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info =>
        new("lpad", "Fills the text up to so many characters in front; cuts a longer one.")
    {
        Category = "Text", Example = "lpad('hi', 5, 'xy')", Returns = "xyxhi", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(ReadOnlySpan<byte> text, long length, ReadOnlySpan<byte> fill, ref Utf8Writer target)
    {
        long missing = Padding.Missing(ref text, length);
        Padding.Append(ref target, fill, missing);
        target.Append(text);
    }
}

/// <summary>lpad(text, length)</summary>
internal readonly struct PadLeftSpaces : IBinaryTextFunction<ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => PadLeft.Info;

    public static void Apply(ReadOnlySpan<byte> text, long length, ref Utf8Writer target) =>
        PadLeft.Apply(text, length, " "u8, ref target);
}

/// <summary>rpad(text, length, fill)</summary>
internal readonly struct PadRight : ITernaryTextFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("rpad", "Fills the text up to so many characters behind; cuts a longer one.")
    {
        Category = "Text", Example = "rpad('hi', 5, 'xy')", Returns = "hixyx", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(ReadOnlySpan<byte> text, long length, ReadOnlySpan<byte> fill, ref Utf8Writer target)
    {
        long missing = Padding.Missing(ref text, length);
        target.Append(text);
        Padding.Append(ref target, fill, missing);
    }
}

/// <summary>rpad(text, length)</summary>
internal readonly struct PadRightSpaces : IBinaryTextFunction<ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => PadRight.Info;

    public static void Apply(ReadOnlySpan<byte> text, long length, ref Utf8Writer target) =>
        PadRight.Apply(text, length, " "u8, ref target);
}

/// <summary>repeat(text, count)</summary>
internal readonly struct Repeat : IBinaryTextFunction<ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => new("repeat", "The text so many times.")
    {
        Category = "Text", Example = "repeat('Pg', 4)", Returns = "PgPgPgPg", Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(ReadOnlySpan<byte> text, long count, ref Utf8Writer target)
    {
        if (text.IsEmpty || count <= 0) return;
        Padding.CheckLength((Int128)text.Length * count);
        for (long i = 0; i < count; i++) target.Append(text);
    }
}

/// <summary>What padding shares.</summary>
internal static class Padding
{
    /// <summary>Characters to add; cuts the text where it is too long.</summary>
    public static long Missing(ref ReadOnlySpan<byte> text, long length)
    {
        length = Math.Max(0, length);
        CheckLength(length);
        int present = Utf8.Count(text);
        if (present > length) text = text[..Utf8.OffsetOf(text, length)];
        return Math.Max(0, length - present);
    }

    /// <summary>Appends so many characters of the fill, over and over.</summary>
    public static void Append(ref Utf8Writer target, ReadOnlySpan<byte> fill, long count)
    {
        if (fill.IsEmpty) return;
        int whole = Utf8.Count(fill);
        for (; count >= whole; count -= whole) target.Append(fill);
        target.Append(fill[..Utf8.OffsetOf(fill, count)]);
    }

    /// <summary>54000: a text longer than the limit.</summary>
    public static void CheckLength(Int128 length)
    {
        if (length > Utf8Writer.MaxLength)
        {
            throw new QueryException(SqlStates.ProgramLimitExceeded, "Requested length is too large");
        }
    }
}
