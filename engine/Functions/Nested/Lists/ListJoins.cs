using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>
/// Lists and single elements joined end to end: list || list, list_append, list_prepend. A NULL list is no list; joined
/// with ||, it makes the result NULL only where both are.
/// </summary>
internal sealed unsafe class ListJoin(FunctionInfo info, LogicalType[] types, bool[] areLists)
    : FlatFunction(info, types, LogicalType.List(ElementOf(types, areLists)))
{
    private static readonly FunctionInfo s_concat = new("list_concat", "Lists joined end to end; NULLs are left out.")
    {
        Category = "Lists", Aliases = ["list_cat", "array_concat", "array_cat"],
        Example = "list_concat([2, 3], [4], NULL)",
        Returns = "[2, 3, 4]", Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_operator = Scalar.Strings.Concatenate.Info with
    {
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_append = new("list_append", "The list with one more element behind.")
    {
        Category = "Lists", Aliases = ["array_append", "array_push_back"],
        Example = "list_append([2, 3], 4)", Returns = "[2, 3, 4]",
        Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_prepend = new("list_prepend", "The list with one more element in front.")
    {
        Category = "Lists", Aliases = ["array_prepend"], Example = "list_prepend(3, [4, 5, 6])",
        Returns = "[3, 4, 5, 6]",
        Flags = FunctionFlags.HandlesNulls,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(
            s_concat, [ParameterPattern.ListOfElement], t =>
                new ListJoin(s_concat, t, [.. t.Select(_ => true)]), isVariadic: true),
        Two(s_operator, true, true), Two(s_operator, true, false), Two(s_operator, false, true),
        Two(s_append, true, false), Two(s_prepend, false, true),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector[] parts = new ColumnVector[arguments.Length];
        int[] starts = new int[arguments.Length];
        int total = 0;
        for (int a = 0; a < parts.Length; a++)
        {
            parts[a] = areLists[a] ? Elements(arguments[a], a, context) : FlatPart(arguments[a], count, context, a);
            starts[a] = total;
            total = ElementCopy.CheckCount((long)total + parts[a].Count);
        }
        List<int> kept = [];
        for (int row = 0; row < count; row++)
        {
            int first = kept.Count;
            bool isNull = true;
            for (int a = 0; a < parts.Length; a++)
            {
                if (!areLists[a])
                {
                    isNull = false;
                    kept.Add(starts[a] + row);
                    continue;
                }
                if (!arguments[a].IsValid(row)) continue;
                isNull = false;
                ListView list = ((ListView*)arguments[a].Data)[arguments[a].IsConstant ? 0 : row];
                for (int i = 0; i < list.Length; i++) kept.Add(starts[a] + list.Offset + i);
            }
            ((ListView*)result.Data)[row] = new ListView(first, ElementCopy.CheckCount(kept.Count) - first);
            if (isNull) Clear(valid, row);
        }
        using ColumnVector all = new(ResultType.Element!, context.Account);
        ElementCopy.Concatenate(parts, all);
        ElementCopy.Gather(all, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept), result.Children[0]);
    }

    private static ColumnVector FlatPart(ColumnVector argument, int count, FunctionContext context, int index)
    {
        ColumnVector part = argument;
        if (argument.IsConstant)
        {
            part = context.Scratch(FirstScratch + index, argument.Type);
            int whole = argument.Count;
            argument.Count = count;
            argument.Flatten(part);
            argument.Count = whole;
        }
        part.Count = count;
        return part;
    }

    private static LogicalType ElementOf(LogicalType[] types, bool[] areLists) =>
        areLists[0] ? types[0].Element! : types[0];

    private static ScalarOverload Two(FunctionInfo info, bool isLeftList, bool isRightList) => FunctionEntries.Bound(
        info,
        [
            isLeftList ? ParameterPattern.ListOfElement : ParameterPattern.Element,
            isRightList ? ParameterPattern.ListOfElement : ParameterPattern.Element,
        ],
        t => new ListJoin(info, t, [isLeftList, isRightList]));
}

/// <summary>flatten(list of lists): their elements end to end.</summary>
internal sealed unsafe class Flatten(LogicalType[] types) : FlatFunction(s_info, types, types[0].Element!)
{
    private static readonly FunctionInfo s_info = new("flatten", "The elements of the lists in a list, one level deep.")
    {
        Category = "Lists", Example = "flatten([[1, 2], [3], NULL])", Returns = "[1, 2, 3]",
    };

    public static ScalarOverload Overload => FunctionEntries.Bound(s_info, [ParameterPattern.List], types =>
        types[0].Element!.Kind is TypeKind.List ? new Flatten(types) : throw new Errors.QueryException(
            Errors.SqlStates.UndefinedFunction, $"Function does not exist: flatten({types[0]})",
                hint: "flatten takes a list of lists."));

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector inner = Elements(arguments[0], 0, context);
        ColumnVector elements = Elements(inner, 1, context);
        List<int> kept = [];
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            int first = kept.Count;
            ListView outer = ((ListView*)arguments[0].Data)[row];
            for (int i = outer.Offset; i < outer.Offset + outer.Length; i++)
            {
                if (!inner.IsValid(i)) continue;
                ListView list = ((ListView*)inner.Data)[i];
                for (int e = 0; e < list.Length; e++) kept.Add(list.Offset + e);
            }
            ((ListView*)result.Data)[row] = new ListView(first, ElementCopy.CheckCount(kept.Count) - first);
        }
        ElementCopy.Gather(
            elements, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept), result.Children[0]);
    }
}
