using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>array_value(a, b, …): an array, whose number of elements is part of its type.</summary>
internal sealed class ArrayValue(FunctionInfo info, LogicalType[] types)
    : FlatFunction(info, types, LogicalType.Array(types[0], types.Length))
{
    private static readonly FunctionInfo s_info = new(
        "array_value", "An array of the values; their number is part of its type.")
    {
        Category = "Lists", Example = "typeof(array_value(4, 5, NULL))", Returns = "INTEGER[3]",
        Flags = FunctionFlags.HandlesNulls,
    };

    public static ScalarOverload Overload { get; } = FunctionEntries.Bound(
        s_info, [ParameterPattern.Element], types => new ArrayValue(s_info, types), isVariadic: true);

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
        FunctionContext context)
    {
        int width = arguments.Length;
        int[] elements = new int[count * width];
        for (int i = 0; i < elements.Length; i++) elements[i] = ((i % width) * count) + (i / width);
        ColumnVector[] columns = new ColumnVector[width];
        for (int a = 0; a < width; a++)
        {
            columns[a] = arguments[a].IsConstant ? ListValue.OneRow(arguments[a], context, a) : arguments[a];
            columns[a].Count = count;
        }
        using ColumnVector all = new(result.Type.Element!, context.Account);
        ElementCopy.Concatenate(columns, all);
        ElementCopy.Gather(all, elements, result.Children[0]);
    }
}
