using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>string_split(text, separator) and string_to_array(text, separator[, null text]): the pieces share the
/// text's bytes.</summary>
internal sealed unsafe class TextSplit(FunctionInfo info, LogicalType[] types, bool isPostgres)
    : FlatFunction(info, types, LogicalType.List(LogicalType.Varchar))
{
    private static readonly FunctionInfo s_split = new("string_split",
        "The pieces of a text between separators; its characters where the separator is empty.")
    {
        Category = "Text", Aliases = ["str_split", "split"], Example = "string_split('hello-world', '-')",
        Returns = "[hello, world]",
    };

    private static readonly FunctionInfo s_toArray = new("string_to_array",
        "The pieces of a text between separators; its characters where that is NULL. A piece equal to the third " +
        "argument becomes NULL.")
    {
        Category = "Text", Example = "string_to_array('a,,b', ',', '')", Returns = "[a, NULL, b]",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_split, [LogicalType.Varchar, LogicalType.Varchar], t =>
            new TextSplit(s_split, t, false)),
        FunctionEntries.Bound(s_toArray, [LogicalType.Varchar, LogicalType.Varchar], t =>
            new TextSplit(s_toArray, t, true)),
        FunctionEntries.Bound(
            s_toArray, [LogicalType.Varchar, LogicalType.Varchar, LogicalType.Varchar], t =>
                new TextSplit(s_toArray, t, true)),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        List<Utf8View> pieces = [];
        List<int> nulls = [];
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            if (!arguments[0].IsValid(row))
            {
                Clear(valid, row);
                continue;
            }
            int first = pieces.Count;
            Utf8View text = arguments[0].GetUtf8(row);
            bool isByCharacter = !arguments[1].IsValid(row);
            ReadOnlySpan<byte> separator = isByCharacter ? default : arguments[1].GetUtf8(row).Span;
            // In PostgreSQL an empty text has no piece, and an empty separator does not part anything.
            bool isWhole = isPostgres && separator.IsEmpty && !isByCharacter && text.Length > 0;
            if (isWhole) pieces.Add(text);
            else if (separator.IsEmpty && text.Length > 0) AddCharacters(text, pieces);
            else if (!isPostgres || text.Length > 0) AddPieces(text, separator, pieces);
            if (arguments.Length > 2 && arguments[2].IsValid(row))
            {
                ReadOnlySpan<byte> nullText = arguments[2].GetUtf8(row).Span;
                for (int i = first; i < pieces.Count; i++)
                {
                    if (pieces[i].Span.SequenceEqual(nullText)) nulls.Add(i);
                }
            }
            ((ListView*)result.Data)[row] = new ListView(first, ElementCopy.CheckCount(pieces.Count) - first);
        }
        ColumnVector elements = result.Children[0];
        elements.ResetFlat(Math.Max(pieces.Count, 1));
        elements.Count = pieces.Count;
        elements.KeepAliveFrom(arguments[0]);
        for (int i = 0; i < pieces.Count; i++) ((Utf8View*)elements.Data)[i] = pieces[i];
        foreach (int i in nulls) elements.SetNull(i, Math.Max(pieces.Count, 1));
    }

    private static void AddPieces(Utf8View text, ReadOnlySpan<byte> separator, List<Utf8View> pieces)
    {
        int start = 0;
        while (!separator.IsEmpty)
        {
            int at = text.Span[start..].IndexOf(separator);
            if (at < 0) break;
            pieces.Add(new Utf8View(text.Pointer + start, at));
            start += at + separator.Length;
        }
        pieces.Add(new Utf8View(text.Pointer + start, text.Length - start));
    }

    private static void AddCharacters(Utf8View text, List<Utf8View> pieces)
    {
        for (int at = 0; at < text.Length;)
        {
            int length = Math.Min(Utf8.CharacterLength(text.Pointer[at]), text.Length - at);
            pieces.Add(new Utf8View(text.Pointer + at, length));
            at += length;
        }
    }
}

/// <summary>array_to_string(list, separator[, null text]): elements of any type as text; NULLs are left out unless a
/// text is given for them.</summary>
internal sealed unsafe class ListToText(LogicalType[] types) : FlatFunction(s_info, types, LogicalType.Varchar)
{
    private static readonly FunctionInfo s_info = new("array_to_string",
        "The elements as text with a separator between them; NULLs are left out, or become the third argument.")
    {
        Category = "Lists", Aliases = ["list_to_string", "array_join", "list_join"],
        Example = "array_to_string([1, 2, NULL, 3], ',', '*')", Returns = "1,2,*,3",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    private readonly ScalarFunction? _cast = CastFunctions.Find(types[0].Element!, LogicalType.Varchar);

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_info, [ParameterPattern.List, LogicalType.Varchar], t => new ListToText(t)),
        FunctionEntries.Bound(s_info, [ParameterPattern.List, LogicalType.Varchar, LogicalType.Varchar], t =>
            new ListToText(t)),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector texts = Elements(arguments[0], 0, context);
        using FunctionContext inner = new(context.Session, context.Account);
        using ColumnVector cast = new(LogicalType.Varchar, context.Account);
        if (_cast is not null)
        {
            _cast.Evaluate([texts], texts.Count, cast, inner);
            texts = cast;
        }
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            if (!arguments[0].IsValid(row) || !arguments[1].IsValid(row))
            {
                Clear(valid, row);
                continue;
            }
            Utf8Writer target = new(context.Text);
            bool hasNullText = arguments.Length > 2 && arguments[2].IsValid(row);
            bool isFirst = true;
            ListView list = ((ListView*)arguments[0].Data)[row];
            for (int i = list.Offset; i < list.Offset + list.Length; i++)
            {
                if (!texts.IsValid(i) && !hasNullText) continue;
                if (!isFirst) target.Append(arguments[1].GetUtf8(row).Span);
                isFirst = false;
                target.Append(texts.IsValid(i) ? texts.GetUtf8(i).Span : arguments[2].GetUtf8(row).Span);
            }
            Lane.Store(result.Data, row, target.End());
        }
    }
}
