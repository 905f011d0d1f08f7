using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>list_value(a, b, …): what [a, b, …] and ARRAY[a, b, …] become.</summary>
internal sealed unsafe class ListValue(FunctionInfo info, LogicalType[] types, LogicalType element)
    : FlatFunction(info, types, LogicalType.List(element))
{
    private static readonly FunctionInfo s_info = new("list_value", "A list of the values, NULLs too.")
    {
        Category = "Lists", Aliases = ["list_pack"], Example = "list_value(4, 5, NULL)", Returns = "[4, 5, NULL]",
        Flags = FunctionFlags.HandlesNulls,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_info, [], types => new ListValue(s_info, types, LogicalType.Null)),
        FunctionEntries.Bound(s_info, [ParameterPattern.Element], types =>
            new ListValue(s_info, types, types[0]), isVariadic: true),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        int width = arguments.Length;
        ListView* lists = (ListView*)result.Data;
        for (int row = 0; row < count; row++) lists[row] = new ListView(row * width, width);
        if (width == 0)
        {
            result.Children[0].ResetFlat(1);
            return;
        }
        int[] elements = new int[count * width];
        for (int i = 0; i < elements.Length; i++) elements[i] = ((i % width) * count) + (i / width);
        ColumnVector[] columns = new ColumnVector[width];
        for (int a = 0; a < width; a++)
        {
            columns[a] = arguments[a].IsConstant ? OneRow(arguments[a], context, a) : arguments[a];
            columns[a].Count = count;
        }
        using ColumnVector all = new(element, context.Account);
        ElementCopy.Concatenate(columns, all);
        ElementCopy.Gather(all, elements, result.Children[0]);
    }

    // Constants come as they are; joining columns wants flat ones.
    internal static ColumnVector OneRow(ColumnVector constant, FunctionContext context, int index)
    {
        ColumnVector flat = context.Scratch(FirstScratch + index, constant.Type);
        int count = constant.Count;
        constant.Count = 1;
        constant.Flatten(flat);
        constant.Count = count;
        return flat;
    }
}
