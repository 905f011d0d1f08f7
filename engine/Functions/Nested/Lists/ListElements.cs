using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>list_extract(list, place): from 1, negative from the end; what x[i] becomes.</summary>
internal sealed unsafe class ListExtract(FunctionInfo info, LogicalType[] types)
    : FlatFunction(info, types, types[0].Element!)
{
    private static readonly FunctionInfo s_list = new("list_extract",
        "The element at a place, from 1; negative places count from the end; NULL where there is none.")
    {
        Category = "Lists", Aliases = ["list_element"], Example = "list_extract([4, 5, 6], -1)", Returns = "6",
        Flags = FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_array = new("array_extract",
        "The element, or character, at a place, from 1.")
    {
        Category = "Lists", Example = "array_extract('DuckDB', 2)", Returns = "u", Flags = FunctionFlags.MayReturnNull,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_list, [ParameterPattern.List, LogicalType.BigInt], t => new ListExtract(s_list, t)),
        FunctionEntries.Bound(s_array, [ParameterPattern.List, LogicalType.BigInt], t => new ListExtract(s_array, t)),
        FunctionEntries.Bound(
            s_list, [LogicalType.Varchar, LogicalType.BigInt],
            t => new RowFunction<CharacterAt, ReadOnlySpan<byte>>(s_list, t, LogicalType.Varchar, default)),
        FunctionEntries.Bound(
            s_array, [LogicalType.Varchar, LogicalType.BigInt],
            t => new RowFunction<CharacterAt, ReadOnlySpan<byte>>(s_array, t, LogicalType.Varchar, default)),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector elements = Elements(arguments[0], 0, context);
        int[] places = new int[count];
        for (int row = 0; row < count; row++)
        {
            places[row] = ElementCopy.Null;
            if (!IsSet(valid, row)) continue;
            ListView list = ((ListView*)arguments[0].Data)[row];
            long place = ((long*)arguments[1].Data)[row];
            long index = place > 0 ? place - 1 : list.Length + place;
            if (place != 0 && index >= 0 && index < list.Length) places[row] = list.Offset + (int)index;
            if (places[row] < 0 || !elements.IsValid(places[row])) Clear(valid, row);
        }
        ElementCopy.Gather(elements, places, result);
    }

    private readonly struct CharacterAt : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
            long place = arguments.Get<long>(1, row);
            long index = place > 0 ? place - 1 : Utf8.Count(text) + place;
            result = default;
            if (place == 0 || index < 0) return true;
            ReadOnlySpan<byte> rest = text[Utf8.OffsetOf(text, index)..];
            result = rest[..Utf8.OffsetOf(rest, 1)];
            return true;
        }
    }
}

/// <summary>Lengths of lists: array_length(list, dimension), cardinality, len.</summary>
internal sealed unsafe class ListLength(FunctionInfo info, LogicalType[] types, bool emptyIsNull)
    : FlatFunction(info, types, emptyIsNull ? LogicalType.Integer : LogicalType.BigInt)
{
    private static readonly FunctionInfo s_cardinality = new("cardinality", "Number of elements of a list or a map.")
    {
        Category = "Lists", Example = "cardinality([1, 2, NULL])", Returns = "3",
    };

    private static readonly FunctionInfo s_arrayLength = new("array_length",
        "Number of elements; NULL for an empty list where a dimension (1) is given, as in PostgreSQL.")
    {
        Category = "Lists", Aliases = ["array_upper"], Example = "array_length([1, 2, 3], 1)", Returns = "3",
        Flags = FunctionFlags.MayReturnNull,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_cardinality, [ParameterPattern.List], t => new ListLength(s_cardinality, t, false)),
        FunctionEntries.Bound(s_cardinality, [ParameterPattern.Map], t => new ListLength(s_cardinality, t, false)),
        FunctionEntries.Bound(Scalar.Strings.Length.Info, [ParameterPattern.List], t =>
            new ListLength(Scalar.Strings.Length.Info, t, false)),
        FunctionEntries.Bound(Scalar.Strings.Length.Info, [ParameterPattern.Map], t =>
            new ListLength(Scalar.Strings.Length.Info, t, false)),
        FunctionEntries.Bound(s_arrayLength, [ParameterPattern.List], t => new ListLength(s_arrayLength, t, false)),
        FunctionEntries.Bound(s_arrayLength, [ParameterPattern.List, LogicalType.Integer], t =>
            new ListLength(s_arrayLength, t, true)),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ListView* lists = (ListView*)arguments[0].Data;
        for (int row = 0; row < count; row++)
        {
            if (!emptyIsNull)
            {
                ((long*)result.Data)[row] = lists[row].Length;
                continue;
            }
            if (!IsSet(valid, row)) continue;
            int dimension = ((int*)arguments[1].Data)[row];
            int length = dimension == 1 ? lists[row].Length : LengthOf(arguments[0], row, dimension);
            if (length > 0) ((int*)result.Data)[row] = length;
            else Clear(valid, row);
        }
    }

    // Dimensions after the first are those of the lists inside; without any there is no length.
    private static int LengthOf(ColumnVector list, int row, int dimension)
    {
        List<int> lengths = ListShape.LengthsOf(list.GetValue(row));
        return dimension >= 1 && dimension <= lengths.Count ? lengths[dimension - 1] : 0;
    }
}
