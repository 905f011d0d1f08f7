using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lambdas;

/// <summary>list_transform(list, x -> …): the list of what the lambda gives for each element.</summary>
internal sealed unsafe class ListTransform(LogicalType[] types, LambdaBody body)
    : LambdaFunction(s_info, types, LogicalType.List(body.ResultType), body, firstCapture: 1)
{
    private static readonly FunctionInfo s_info = new(
        "list_transform",
        "What a lambda gives for each element; a second parameter is the element's place, from 1.")
    {
        Category = "Lists", Aliases = ["list_apply", "array_transform", "array_apply", "apply"],
        Example = "list_transform([1, 2, 3], x -> x * 10)", Returns = "[10, 20, 30]",
    };

    public static LambdaOverload Overload { get; } = new Definition();

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
        FunctionContext context)
    {
        LeaveOutNulls(arguments[0], count, valid);
        ListView* lists = (ListView*)arguments[0].Data;
        ListView* made = (ListView*)result.Data;
        int total = 0;
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            made[row] = new ListView(total, lists[row].Length);
            total = ElementCopy.CheckCount((long)total + lists[row].Length);
        }
        List<ColumnVector> parts = [];
        ForEachElement(arguments, count, valid, context, (numbers, values) =>
        {
            ColumnVector part = new(Body.ResultType, context.Account);
            values.Flatten(part);
            parts.Add(part);
        });
        ElementCopy.Concatenate(parts.ToArray(), result.Children[0]);
        DisposeAll(parts.ToArray());
    }

    private sealed record Definition() : LambdaOverload(s_info)
    {
        public override int MinParameters => 1;

        public override LogicalType[] ParameterTypes(LogicalType element, LogicalType? start) =>
            [element, LogicalType.BigInt];

        public override LogicalType? BodyType(LogicalType element, LogicalType? start) => null;

        public override LambdaFunction Bind(LogicalType[] arguments, LambdaBody body, bool hasStart) =>
            new ListTransform(arguments, body);
    }
}
