using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>list_sort and list_reverse_sort: NULLs last ascending and first descending, as ORDER BY has them, unless
/// told.</summary>
internal sealed unsafe class ListSort(FunctionInfo info, LogicalType[] types, bool isReverse)
    : ElementSelection(info, types, types[0])
{
    private static readonly FunctionInfo s_sort = new("list_sort",
        "The elements in order: 'ASC' or 'DESC', 'NULLS FIRST' or 'NULLS LAST'.")
    {
        Category = "Lists", Aliases = ["array_sort"],
        Example = "list_sort([3, NULL, 1], 'DESC', 'NULLS LAST')", Returns = "[3, 1, NULL]",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_reverse = new("list_reverse_sort", "The elements in descending order.")
    {
        Category = "Lists", Aliases = ["array_reverse_sort"], Example = "list_reverse_sort([3, 6, 1])",
        Returns = "[6, 3, 1]",
        Flags = FunctionFlags.CanThrow,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_sort, [ParameterPattern.List], t => new ListSort(s_sort, t, false)),
        FunctionEntries.Bound(s_sort, [ParameterPattern.List, LogicalType.Varchar], t =>
            new ListSort(s_sort, t, false)),
        FunctionEntries.Bound(
            s_sort, [ParameterPattern.List, LogicalType.Varchar, LogicalType.Varchar], t =>
                new ListSort(s_sort, t, false)),
        FunctionEntries.Bound(s_reverse, [ParameterPattern.List], t => new ListSort(s_reverse, t, true)),
        FunctionEntries.Bound(s_reverse, [ParameterPattern.List, LogicalType.Varchar], t =>
            new ListSort(s_reverse, t, true)),
    ];

    protected override bool Select(
        ReadOnlySpan<ColumnVector> arguments, int row, ListView list, ColumnVector elements, List<int> kept)
    {
        bool isDescending = isReverse;
        int nullsArgument = isReverse ? 1 : 2;
        if (!isReverse && arguments.Length > 1) isDescending = IsWord(arguments[1], row, "DESC"u8, "ASC"u8);
        bool nullsFirst = arguments.Length > nullsArgument
            ? IsWord(arguments[nullsArgument], row, "NULLS FIRST"u8, "NULLS LAST"u8)
            : isDescending;
        int first = kept.Count;
        for (int i = 0; i < list.Length; i++) kept.Add(list.Offset + i);
        int sign = isDescending ? -1 : 1;
        kept.Sort(first, list.Length, Comparer<int>.Create((a, b) =>
        {
            (bool hasA, bool hasB) = (elements.IsValid(a), elements.IsValid(b));
            if (hasA && hasB)
            {
                int order = ValueComparison.Compare(elements, a, elements, b) * sign;
                return order != 0 ? order : a.CompareTo(b);
            }
            if (hasA == hasB) return a.CompareTo(b);
            return hasA == nullsFirst ? 1 : -1;
        }));
        return true;
    }

    private static bool IsWord(ColumnVector argument, int row, ReadOnlySpan<byte> yes, ReadOnlySpan<byte> no)
    {
        ReadOnlySpan<byte> word = NumberText.Trim(argument.GetUtf8(row).Span);
        if (Ascii.EqualsIgnoreCase(word, yes)) return true;
        if (Ascii.EqualsIgnoreCase(word, no)) return false;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Invalid sort order: \"{System.Text.Encoding.UTF8.GetString(word)}\"",
            hint: "The first is ASC or DESC, the second NULLS FIRST or NULLS LAST.");
    }
}

/// <summary>list_reverse(list)</summary>
internal sealed class ListReverse(LogicalType[] types) : ElementSelection(s_info, types, types[0])
{
    private static readonly FunctionInfo s_info = new("list_reverse", "The elements from the last to the first.")
    {
        Category = "Lists", Aliases = ["array_reverse"], Example = "list_reverse([3, 6, 1])", Returns = "[1, 6, 3]",
    };

    public static ScalarOverload Overload =>
        FunctionEntries.Bound(s_info, [ParameterPattern.List], t => new ListReverse(t));

    protected override bool Select(
        ReadOnlySpan<ColumnVector> arguments, int row, ListView list, ColumnVector elements, List<int> kept)
    {
        for (int i = list.Length - 1; i >= 0; i--) kept.Add(list.Offset + i);
        return true;
    }
}

/// <summary>list_grade_up(list): the places of the elements in order.</summary>
internal static class ListGrade
{
    private static readonly FunctionInfo s_info = new("list_grade_up",
        "The places of the elements, from 1, in the order of their values.")
    {
        Category = "Lists", Aliases = ["array_grade_up", "grade_up"],
        Example = "list_grade_up([30, 10, 20])", Returns = "[2, 3, 1]",
    };

    public static ScalarOverload Overload => Drivers.ValueFunction.Overload(
        s_info, [ParameterPattern.List], _ => LogicalType.List(LogicalType.BigInt), _ => (arguments, _) =>
        {
            Value[] values = [.. arguments[0].Elements];
            int[] places = [.. Enumerable.Range(0, values.Length)];
            Array.Sort(places, (a, b) =>
            {
                int order = values[a].IsNull || values[b].IsNull
                    ? values[a].IsNull.CompareTo(values[b].IsNull)
                    : ValueComparison.Compare(values[a], values[b]);
                return order != 0 ? order : a.CompareTo(b);
            });
            return Value.Nested(LogicalType.List(LogicalType.BigInt), [.. places.Select(p => Value.BigInt(p + 1))]);
        });
}
