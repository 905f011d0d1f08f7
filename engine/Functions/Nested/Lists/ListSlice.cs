using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>list_slice(list, from, to[, step]): from 1, negative from the end; what x[a:b] becomes.</summary>
internal sealed class ListSlice(LogicalType[] types) : ElementSelection(s_info, types, types[0])
{
    private static readonly FunctionInfo s_info = new("list_slice",
        "The elements, or characters, from one place to another, both in; negative places count from the end.")
    {
        Category = "Lists", Aliases = ["array_slice"], Example = "list_slice([1, 2, 3, 4], 2, -2)", Returns = "[2, 3]",
        Flags = FunctionFlags.CanThrow,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_info, [ParameterPattern.List, LogicalType.BigInt, LogicalType.BigInt], t =>
            new ListSlice(t)),
        FunctionEntries.Bound(
            s_info, [ParameterPattern.List, LogicalType.BigInt, LogicalType.BigInt, LogicalType.BigInt], t =>
                new ListSlice(t)),
        FunctionEntries.Bound(s_info, [LogicalType.Varchar, LogicalType.BigInt, LogicalType.BigInt], t =>
            TextSlice.Create(s_info, t)),
        FunctionEntries.Bound(s_info, [LogicalType.Blob, LogicalType.BigInt, LogicalType.BigInt], t =>
            BlobSlice.Create(s_info, t)),
    ];

    /// <summary>The first and last place, from 0, of a slice of so many elements.</summary>
    public static (long First, long Last) Bounds(long from, long to, long length)
    {
        long first = from > 0 ? from - 1 : from < 0 ? Math.Max(length + from, 0) : 0;
        long last = to >= 0 ? to - 1 : length + to;
        return (first, Math.Min(last, length - 1));
    }

    protected override bool Select(
        ReadOnlySpan<ColumnVector> arguments, int row, ListView list, ColumnVector elements, List<int> kept)
    {
        long step = arguments.Length > 3 ? NumberAt(arguments[3], row) : 1;
        if (step == 0) throw new QueryException(SqlStates.InvalidParameterValue, "Step of a slice must not be 0");
        (long first, long last) = Bounds(NumberAt(arguments[1], row), NumberAt(arguments[2], row), list.Length);
        if (step > 0)
        {
            for (long i = first; i <= last; i += step) kept.Add(list.Offset + (int)i);
        }
        else
        {
            for (long i = last; i >= first; i += step) kept.Add(list.Offset + (int)i);
        }
        return true;
    }
}

/// <summary>list_slice of a blob: its bytes.</summary>
internal readonly struct BlobSlice : Drivers.IRowKernel<SqlBlob>
{
    public static ScalarFunction Create(FunctionInfo info, LogicalType[] types) =>
        new Drivers.RowFunction<BlobSlice, SqlBlob>(info, types, LogicalType.Blob, default);

    public bool Run(in Drivers.RowArguments arguments, int row, FunctionContext context, out SqlBlob result)
    {
        ReadOnlySpan<byte> bytes = arguments.Get<SqlBlob>(0, row).Bytes;
        (long first, long last) = ListSlice.Bounds(
            arguments.Get<long>(1, row), arguments.Get<long>(2, row), bytes.Length);
        result = new SqlBlob(last < first ? default : bytes[(int)first..((int)last + 1)]);
        return true;
    }
}

/// <summary>list_slice of a text: its characters.</summary>
internal readonly struct TextSlice : Drivers.IRowKernel<ReadOnlySpan<byte>>
{
    public static ScalarFunction Create(FunctionInfo info, LogicalType[] types) =>
        new Drivers.RowFunction<TextSlice, ReadOnlySpan<byte>>(info, types, LogicalType.Varchar, default);

    public bool Run(in Drivers.RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        result = default;
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        (long first, long last) = ListSlice.Bounds(
            arguments.Get<long>(1, row), arguments.Get<long>(2, row), Utf8.Count(text));
        if (last < first) return true;
        ReadOnlySpan<byte> rest = text[Utf8.OffsetOf(text, first)..];
        result = rest[..Utf8.OffsetOf(rest, last - first + 1)];
        return true;
    }
}
