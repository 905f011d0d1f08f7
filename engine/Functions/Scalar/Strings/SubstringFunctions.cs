using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>substring(text, start)</summary>
internal readonly struct SubstringFrom : IBinaryFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => Substring.Info;

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, long start) =>
        text[Utf8.OffsetOf(text, start - 1)..];
}

/// <summary>substring(text, start, count)</summary>
internal readonly struct Substring : ITernaryFunction<ReadOnlySpan<byte>, long, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info =>
        new("substring", "The characters from a place on, counted from 1, at most so many.")
    {
        Category = "Text", Aliases = ["substr"], Example = "substring('Thomas', 2, 3)", Returns = "hom",
        Flags = FunctionFlags.CanThrow,
    };

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, long start, long count)
    {
        if (count < 0) throw new QueryException(SqlStates.SubstringError, "Negative substring length not allowed");
        // Places before the first character count too: substring('abc', 0, 2) is 'a'.
        long end = start > long.MaxValue - count ? long.MaxValue : start + count;
        if (end <= 1) return default;
        text = text[Utf8.OffsetOf(text, start - 1)..];
        return text[..Utf8.OffsetOf(text, end - Math.Max(start, 1))];
    }
}

/// <summary>substring(blob, start, count)</summary>
internal readonly struct BlobSubstring : ITernaryFunction<SqlBlob, long, long, SqlBlob>
{
    public static FunctionInfo Info => Substring.Info;

    public static SqlBlob Apply(SqlBlob blob, long start, long count)
    {
        if (count < 0) throw new QueryException(SqlStates.SubstringError, "Negative substring length not allowed");
        long from = Math.Clamp(start - 1, 0, blob.Bytes.Length);
        long to = Math.Clamp(start - 1 + Math.Min(count, int.MaxValue), from, blob.Bytes.Length);
        return new SqlBlob(blob.Bytes[(int)from..(int)to]);
    }
}

/// <summary>left(text, count)</summary>
internal readonly struct Left : IBinaryFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info =>
        new("left", "The first characters; all but the last ones where the count is negative.")
    {
        Category = "Text", Example = "left('abcde', 2)", Returns = "ab",
    };

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, long count) =>
        text[..Utf8.OffsetOf(
            text, count >= 0 ? count : Math.Max(0, Utf8.Count(text) + Math.Max(count, -int.MaxValue)))];
}

/// <summary>right(text, count)</summary>
internal readonly struct Right : IBinaryFunction<ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info =>
        new("right", "The last characters; all but the first ones where the count is negative.")
    {
        Category = "Text", Example = "right('abcde', 2)", Returns = "de",
    };

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, long count)
    {
        long skip = count >= 0
            ? Math.Max(0, Utf8.Count(text) - count)
            : Math.Min(-Math.Max(count, -int.MaxValue), text.Length);
        return text[Utf8.OffsetOf(text, skip)..];
    }
}

/// <summary>split_part(text, separator, n)</summary>
internal readonly struct SplitPart : ITernaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, long, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info =>
        new("split_part", "The n-th part between separators, from 1; from the end where n is negative.")
    {
        Category = "Text", Example = "split_part('abc~def~ghi', '~', 2)", Returns = "def",
            Flags = FunctionFlags.CanThrow,
    };

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator, long n)
    {
        if (n == 0) throw new QueryException(SqlStates.InvalidParameterValue, "Field position must not be zero");
        if (separator.IsEmpty) return n is 1 or -1 ? text : default;
        if (n < 0) return FromEnd(text, separator, n);
        for (long part = 1; ; part++)
        {
            int end = text.IndexOf(separator);
            if (part == n) return end < 0 ? text : text[..end];
            if (end < 0) return default;
            text = text[(end + separator.Length)..];
        }
    }

    private static ReadOnlySpan<byte> FromEnd(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator, long n)
    {
        for (long part = -1; ; part--)
        {
            int start = text.LastIndexOf(separator);
            if (part == n) return start < 0 ? text : text[(start + separator.Length)..];
            if (start < 0) return default;
            text = text[..start];
        }
    }
}

/// <summary>overlay(text, replacement, start, count)</summary>
internal readonly struct Overlay : IQuaternaryTextFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, long, long>
{
    public static FunctionInfo Info => new("overlay", "The text with so many characters from a place on replaced.")
    {
        Category = "Text", Example = "overlay('Txxxxas' placing 'hom' from 2 for 4)", Returns = "Thomas",
        Flags = FunctionFlags.CanThrow,
    };

    public static void Apply(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement, long start, long count, ref Utf8Writer target)
    {
        if (start <= 0) throw new QueryException(SqlStates.SubstringError, "Negative substring length not allowed");
        target.Append(text[..Utf8.OffsetOf(text, start - 1)]);
        target.Append(replacement);
        target.Append(text[Utf8.OffsetOf(text, Math.Max(0, start - 1 + count))..]);
    }
}

/// <summary>overlay(text, replacement, start)</summary>
internal readonly struct OverlayWhole : ITernaryTextFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, long>
{
    public static FunctionInfo Info => Overlay.Info;

    public static void Apply(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement, long start, ref Utf8Writer target) =>
        Overlay.Apply(text, replacement, start, Utf8.Count(replacement), ref target);
}
