using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>list_distinct(list): each value once, in the order of their first places; NULLs are left out.</summary>
internal sealed class ListDistinct(LogicalType[] types) : ElementSelection(s_info, types, types[0])
{
    private static readonly FunctionInfo s_info = new("list_distinct",
        "Each value once, without NULLs, in the order of first places.")
    {
        Category = "Lists", Aliases = ["array_distinct"], Example = "list_distinct([1, 1, NULL, -3, 1, 5])",
        Returns = "[1, -3, 5]",
    };

    public static ScalarOverload Overload =>
        FunctionEntries.Bound(s_info, [ParameterPattern.List], t => new ListDistinct(t));

    protected override bool Select(
        ReadOnlySpan<ColumnVector> arguments, int row, ListView list, ColumnVector elements, List<int> kept)
    {
        kept.AddRange(DistinctPlaces(list, elements));
        return true;
    }

    /// <summary>The numbers of the first of equal elements, in order; sorts, so that long lists are no
    /// trouble.</summary>
    public static IEnumerable<int> DistinctPlaces(ListView list, ColumnVector elements)
    {
        int[] places = new int[list.Length];
        int count = 0;
        for (int i = 0; i < list.Length; i++)
        {
            if (elements.IsValid(list.Offset + i)) places[count++] = list.Offset + i;
        }
        Array.Sort(places, 0, count, Comparer<int>.Create((a, b) =>
        {
            int order = ValueComparison.Compare(elements, a, elements, b);
            return order != 0 ? order : a.CompareTo(b);
        }));
        List<int> distinct = [];
        for (int i = 0; i < count; i++)
        {
            bool isFirst = i == 0 || ValueComparison.Compare(elements, places[i - 1], elements, places[i]) != 0;
            if (isFirst) distinct.Add(places[i]);
        }
        distinct.Sort();
        return distinct;
    }
}

/// <summary>list_unique(list): how many distinct values there are.</summary>
internal sealed unsafe class ListUnique(LogicalType[] types) : Drivers.FlatFunction(s_info, types, LogicalType.BigInt)
{
    private static readonly FunctionInfo s_info = new("list_unique", "Number of distinct values that are not NULL.")
    {
        Category = "Lists", Aliases = ["array_unique"], Example = "list_unique([1, 1, NULL, -3, 1, 5])", Returns = "3",
    };

    public static ScalarOverload Overload =>
        FunctionEntries.Bound(s_info, [ParameterPattern.List], t => new ListUnique(t));

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector elements = Elements(arguments[0], 0, context);
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            ((long*)result.Data)[row] =
                ListDistinct.DistinctPlaces(((ListView*)arguments[0].Data)[row], elements).Count();
        }
    }
}

/// <summary>list_intersect, list_has_any, list_has_all: two lists as sets; NULLs are in no set.</summary>
internal sealed unsafe class ListIntersect(LogicalType[] types) : ElementSelection(s_info, types, types[0])
{
    private static readonly FunctionInfo s_info = new("list_intersect",
        "The distinct values of the first list that are in the second too.")
    {
        Category = "Lists", Aliases = ["array_intersect"],
        Example = "list_intersect([1, 2, 3, 2], [2, 3, 4])", Returns = "[2, 3]",
    };

    public static ScalarOverload Overload => FunctionEntries.Bound(
        s_info, [ParameterPattern.ListOfElement, ParameterPattern.ListOfElement], t => new ListIntersect(t));

    protected override bool Select(
        ReadOnlySpan<ColumnVector> arguments, int row, ListView list, ColumnVector elements, List<int> kept)
    {
        using ListSet set = new(arguments[1], row);
        foreach (int place in ListDistinct.DistinctPlaces(list, elements))
        {
            if (set.Contains(elements, place)) kept.Add(place);
        }
        return true;
    }
}

/// <summary>The values of one list in order, to be looked up.</summary>
internal sealed unsafe class ListSet : IDisposable
{
    private readonly ColumnVector _elements;
    private readonly bool _isOwned;
    private readonly int[] _sorted;

    public ListSet(ColumnVector lists, int row)
    {
        ColumnVector child = lists.Children[0];
        _isOwned = child.Shape != VectorShape.Flat;
        _elements = Drivers.ElementCopy.Flat(child);
        ListView list = ((ListView*)lists.Data)[lists.IsConstant ? 0 : row];
        _sorted = [.. ListDistinct.DistinctPlaces(list, _elements)];
        Array.Sort(_sorted, (a, b) => ValueComparison.Compare(_elements, a, _elements, b));
    }

    /// <summary>Number of distinct values.</summary>
    public int Count => _sorted.Length;

    /// <summary>True when the value of a row is in the list.</summary>
    public bool Contains(ColumnVector values, int row)
    {
        (int low, int high) = (0, _sorted.Length - 1);
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = ValueComparison.Compare(_elements, _sorted[middle], values, row);
            if (order == 0) return true;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return false;
    }

    public void Dispose()
    {
        if (_isOwned) _elements.Dispose();
    }
}

/// <summary>list_has_any, list_has_all and the operators &amp;&amp;, @&gt;, &lt;@ of lists.</summary>
internal sealed unsafe class ListSetTest(FunctionInfo info, LogicalType[] types, bool wantsAll, bool isSwapped)
    : Drivers.FlatFunction(info, types, LogicalType.Boolean)
{
    private static readonly FunctionInfo s_any = new("list_has_any", "True when the lists share a value.")
    {
        Category = "Lists", Aliases = ["array_has_any", "&&"], Example = "[1, 2] && [2, 3]", Returns = "true",
    };

    private static readonly FunctionInfo s_all = new("list_has_all",
        "True when the first list has all values of the second.")
    {
        Category = "Lists", Aliases = ["array_has_all"], Example = "list_has_all([1, 2, 3], [3, 1])", Returns = "true",
    };

    private static readonly FunctionInfo s_contains = new("@>",
        "True when the first list, or JSON value, has all of the second.")
    {
        Category = "Lists", Example = "[1, 2, 3] @> [3, 1]", Returns = "true", Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_in = new("<@",
        "True when the second list, or JSON value, has all of the first.")
    {
        Category = "Lists", Example = "[3, 1] <@ [1, 2, 3]", Returns = "true", Flags = FunctionFlags.CanThrow,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Of(s_any, wantsAll: false, isSwapped: false), Of(s_all, wantsAll: true, isSwapped: false),
        Of(s_contains, wantsAll: true, isSwapped: false),
        Of(s_in, wantsAll: true, isSwapped: true),
    ];

    /// <summary>Documentation of the operators, which JSON has too.</summary>
    public static FunctionInfo ContainedInfo => s_in;

    public static FunctionInfo ContainsInfo => s_contains;

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        (ColumnVector whole, ColumnVector part) =
            isSwapped ? (arguments[1], arguments[0]) : (arguments[0], arguments[1]);
        ColumnVector elements = Elements(part, 0, context);
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            using ListSet set = new(whole, row);
            ListView list = ((ListView*)part.Data)[part.IsConstant ? 0 : row];
            int found = 0;
            int nulls = 0;
            for (int i = list.Offset; i < list.Offset + list.Length; i++)
            {
                if (!elements.IsValid(i)) nulls++;
                else if (set.Contains(elements, i)) found++;
            }
            result.Data[row] = (wantsAll ? found + nulls == list.Length : found > 0) ? (byte)1 : (byte)0;
        }
    }

    private static ScalarOverload Of(FunctionInfo info, bool wantsAll, bool isSwapped) => FunctionEntries.Bound(
        info, [ParameterPattern.ListOfElement, ParameterPattern.ListOfElement], t =>
            new ListSetTest(info, t, wantsAll, isSwapped));
}
