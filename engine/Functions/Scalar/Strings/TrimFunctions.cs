using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>Which ends a trim looks at.</summary>
internal interface ITrimEnds
{
    static abstract bool AtStart { get; }

    static abstract bool AtEnd { get; }

    static abstract FunctionInfo Info { get; }
}

/// <summary>Both ends: trim, btrim.</summary>
internal readonly struct BothEnds : ITrimEnds
{
    public static bool AtStart => true;

    public static bool AtEnd => true;

    public static FunctionInfo Info => new("trim", "Takes spaces, or any of the given characters, off both ends.")
    {
        Category = "Text", Aliases = ["btrim"], Example = "trim('xTomxx', 'x')", Returns = "Tom",
    };
}

/// <summary>The start: ltrim.</summary>
internal readonly struct StartOnly : ITrimEnds
{
    public static bool AtStart => true;

    public static bool AtEnd => false;

    public static FunctionInfo Info => new("ltrim", "Takes spaces, or any of the given characters, off the start.")
    {
        Category = "Text", Example = "ltrim('zzzytest', 'xyz')", Returns = "test",
    };
}

/// <summary>The end: rtrim.</summary>
internal readonly struct EndOnly : ITrimEnds
{
    public static bool AtStart => false;

    public static bool AtEnd => true;

    public static FunctionInfo Info => new("rtrim", "Takes spaces, or any of the given characters, off the end.")
    {
        Category = "Text", Example = "rtrim('testxxzx', 'xyz')", Returns = "test",
    };
}

/// <summary>trim(text) and its relatives: spaces only, as in PostgreSQL.</summary>
internal readonly struct TrimSpaces<TEnds> : IUnaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>> where TEnds
    : struct, ITrimEnds
{
    public static FunctionInfo Info => TEnds.Info;

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text)
    {
        if (TEnds.AtStart) text = text.TrimStart((byte)' ');
        return TEnds.AtEnd ? text.TrimEnd((byte)' ') : text;
    }
}

/// <summary>trim(text, characters) and its relatives.</summary>
internal readonly struct TrimCharacters<TEnds>
    : IBinaryFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>>
    where TEnds : struct, ITrimEnds
{
    public static FunctionInfo Info => TEnds.Info;

    public static ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> characters)
    {
        if (TEnds.AtStart)
        {
            while (!text.IsEmpty)
            {
                int length = Math.Min(Utf8.CharacterLength(text[0]), text.Length);
                if (!Contains(characters, text[..length])) break;
                text = text[length..];
            }
        }
        while (TEnds.AtEnd && !text.IsEmpty)
        {
            int start = text.Length - 1;
            while (start > 0 && Utf8.IsContinuation(text[start])) start--;
            if (!Contains(characters, text[start..])) break;
            text = text[..start];
        }
        return text;
    }

    // A character's bytes occur in valid UTF-8 only where the character does.
    private static bool Contains(ReadOnlySpan<byte> characters, ReadOnlySpan<byte> character) =>
        characters.IndexOf(character) >= 0;
}
