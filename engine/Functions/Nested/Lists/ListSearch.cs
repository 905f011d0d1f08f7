using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>list_contains and list_position: where a value is in a list.</summary>
internal sealed unsafe class ListSearch(FunctionInfo info, LogicalType[] types, bool givesPlace)
    : FlatFunction(info, types, givesPlace ? LogicalType.Integer : LogicalType.Boolean)
{
    private static readonly FunctionInfo s_contains = new("list_contains", "True when the list has the value.")
    {
        Category = "Lists", Aliases = ["array_contains", "list_has", "array_has"],
        Example = "list_contains([1, 2, NULL], 2)", Returns = "true",
    };

    private static readonly FunctionInfo s_position = new("list_position",
        "The first place of the value, from 1; NULL where it is not in the list.")
    {
        Category = "Lists", Aliases = ["array_position", "list_indexof", "array_indexof"],
        Example = "list_position([1, 2, 2], 2)",
        Returns = "2", Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(
            s_contains, [ParameterPattern.ListOfElement, ParameterPattern.Element], t =>
                new ListSearch(s_contains, t, false)),
        FunctionEntries.Bound(
            Scalar.Strings.Contains.Info, [ParameterPattern.ListOfElement, ParameterPattern.Element],
            t => new ListSearch(Scalar.Strings.Contains.Info, t, false)),
        FunctionEntries.Bound(
            s_position, [ParameterPattern.ListOfElement, ParameterPattern.Element], t =>
                new ListSearch(s_position, t, true)),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector elements = Elements(arguments[0], 0, context);
        ColumnVector value = arguments[1];
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            int place = arguments[0].IsValid(row) ? Find(elements, ((ListView*)arguments[0].Data)[row], value, row) : 0;
            if (!givesPlace) result.Data[row] = place > 0 ? (byte)1 : (byte)0;
            else if (place > 0) ((int*)result.Data)[row] = place;
            else Clear(valid, row);
        }
    }

    /// <summary>The place from 1; 0 where there is none. NULL finds NULL, as PostgreSQL's array_position
    /// does.</summary>
    private static int Find(ColumnVector elements, ListView list, ColumnVector value, int row)
    {
        if (!value.IsValid(row))
        {
            for (int i = 0; i < list.Length; i++)
            {
                if (!elements.IsValid(list.Offset + i)) return i + 1;
            }
            return 0;
        }
        if (elements.Type.Physical == PhysicalType.Int32 && !elements.HasNulls)
        {
            return new ReadOnlySpan<int>((int*)elements.Data + list.Offset, list.Length).IndexOf(
                ((int*)value.Data)[row]) + 1;
        }
        if (elements.Type.Physical == PhysicalType.Int64 && !elements.HasNulls)
        {
            return new ReadOnlySpan<long>((long*)elements.Data + list.Offset, list.Length).IndexOf(
                ((long*)value.Data)[row]) + 1;
        }
        for (int i = 0; i < list.Length; i++)
        {
            int element = list.Offset + i;
            if (elements.IsValid(element) && ValueComparison.Compare(elements, element, value, row) == 0) return i + 1;
        }
        return 0;
    }
}
