using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>strpos(text, part)</summary>
internal readonly struct Position : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info =>
        new("strpos", "Where a part begins, in characters from 1; 0 where it does not occur.")
    {
        Category = "Text", Aliases = ["instr"], Example = "strpos('high', 'ig')", Returns = "2",
    };

    public static int Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        int at = text.IndexOf(part);
        return at < 0 ? 0 : Utf8.Count(text[..at]) + 1;
    }
}

/// <summary>position(part, text): what position(part IN text) becomes is position(text, part).</summary>
internal readonly struct PositionIn : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info =>
        new("position", "Where a part begins, in characters from 1; 0 where it does not occur.")
    {
        Category = "Text", Example = "position('om' in 'Thomas')", Returns = "3",
    };

    public static int Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part) => Position.Apply(text, part);
}

/// <summary>starts_with(text, prefix)</summary>
internal readonly struct StartsWith : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => new("starts_with", "True when text begins with prefix.")
    {
        Category = "Text", Aliases = ["^@", "prefix"], Example = "starts_with('columnar', 'col')", Returns = "true",
    };

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) => text.StartsWith(prefix);
}

/// <summary>ends_with(text, suffix)</summary>
internal readonly struct EndsWith : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => new("ends_with", "True when text ends with suffix.")
    {
        Category = "Text", Aliases = ["suffix"], Example = "ends_with('columnar', 'nar')", Returns = "true",
    };

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> suffix) => text.EndsWith(suffix);
}

/// <summary>contains(text, part)</summary>
internal readonly struct Contains : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info =>
        new("contains", "True when the part occurs in the text, or the value in the list.")
    {
        Category = "Text", Example = "contains('columnar', 'lum')", Returns = "true",
    };

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part) => text.IndexOf(part) >= 0;
}

/// <summary>replace(text, from, to)</summary>
internal readonly struct Replace : ITernaryTextFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info => new("replace", "Every occurrence of a part replaced.")
    {
        Category = "Text", Example = "replace('abcdefabcdef', 'cd', 'XX')", Returns = "abXXefabXXef",
    };

    public static void Apply(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ref Utf8Writer target)
    {
        while (!from.IsEmpty)
        {
            int at = text.IndexOf(from);
            if (at < 0) break;
            target.Append(text[..at]);
            target.Append(to);
            text = text[(at + from.Length)..];
        }
        target.Append(text);
    }
}

/// <summary>translate(text, from, to)</summary>
internal readonly struct Translate : ITernaryTextFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>>
{
    public static FunctionInfo Info =>
        new("translate", "Each character of a set replaced by its counterpart, or dropped where it has none.")
    {
        Category = "Text", Example = "translate('12345', '143', 'ax')", Returns = "a2x5",
    };

    public static void Apply(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ref Utf8Writer target)
    {
        while (!text.IsEmpty)
        {
            int length = Math.Min(Utf8.CharacterLength(text[0]), text.Length);
            ReadOnlySpan<byte> character = text[..length];
            int at = from.IndexOf(character);
            if (at < 0)
            {
                target.Append(character);
            }
            else
            {
                ReadOnlySpan<byte> rest = to[Utf8.OffsetOf(to, Utf8.Count(from[..at]))..];
                if (!rest.IsEmpty) target.Append(rest[..Math.Min(Utf8.CharacterLength(rest[0]), rest.Length)]);
            }
            text = text[length..];
        }
    }
}

/// <summary>levenshtein(a, b)</summary>
internal readonly struct Levenshtein : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info =>
        new("levenshtein", "Insertions, deletions and replacements of characters that turn one text into the other.")
    {
        Category = "Text", Aliases = ["editdist3"], Example = "levenshtein('duck', 'db')", Returns = "3",
    };

    public static int Apply(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        // Characters as numbers, so that é counts as one.
        int[] left = Characters(a);
        int[] right = Characters(b);
        int[] row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++) row[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replace = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }

    internal static int[] Characters(ReadOnlySpan<byte> text)
    {
        int[] characters = new int[Utf8.Count(text)];
        int count = 0;
        while (!text.IsEmpty && count < characters.Length)
        {
            System.Text.Rune.DecodeFromUtf8(text, out System.Text.Rune rune, out int length);
            characters[count++] = rune.Value;
            text = text[length..];
        }
        return characters;
    }
}

/// <summary>hamming(a, b)</summary>
internal readonly struct Hamming : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, int>
{
    public static FunctionInfo Info => new("hamming", "Number of places in which two texts of one length differ.")
    {
        Category = "Text", Aliases = ["mismatches"], Example = "hamming('duck', 'luck')", Returns = "1",
        Flags = FunctionFlags.CanThrow,
    };

    public static int Apply(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int[] left = Levenshtein.Characters(a);
        int[] right = Levenshtein.Characters(b);
        if (left.Length != right.Length)
        {
            throw new Errors.QueryException(Errors.SqlStates.InvalidParameterValue, "Texts must have equal length");
        }
        int different = 0;
        for (int i = 0; i < left.Length; i++) different += left[i] == right[i] ? 0 : 1;
        return different;
    }
}
