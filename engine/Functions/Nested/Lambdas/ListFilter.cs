using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lambdas;

/// <summary>list_filter(list, x -> …): the elements for which the lambda is true.</summary>
internal sealed unsafe class ListFilter(LogicalType[] types, LambdaBody body)
    : LambdaFunction(s_info, types, types[0], body, firstCapture: 1)
{
    private static readonly FunctionInfo s_info = new(
        "list_filter",
        "The elements for which a lambda is true; a second parameter is the element's place, from 1.")
    {
        Category = "Lists", Aliases = ["array_filter", "filter"],
        Example = "list_filter([5, -6, NULL, 7], x -> x > 0)", Returns = "[5, 7]",
    };

    public static LambdaOverload Overload { get; } = new Definition();

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
        FunctionContext context)
    {
        LeaveOutNulls(arguments[0], count, valid);
        List<int> kept = [];
        List<bool> answers = [];
        ForEachElement(arguments, count, valid, context, (numbers, values) =>
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                bool isKept = values.IsValid(i) && values.GetInteger(i) != 0;
                answers.Add(isKept);
                if (isKept) kept.Add(numbers[i]);
            }
        });
        ListView* lists = (ListView*)arguments[0].Data;
        ListView* made = (ListView*)result.Data;
        (int at, int start) = (0, 0);
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            int length = 0;
            for (int i = 0; i < lists[row].Length; i++)
            {
                if (answers[at++]) length++;
            }
            made[row] = new ListView(start, length);
            start += length;
        }
        ElementCopy.Gather(Elements(arguments[0], 0, context), kept.ToArray(), result.Children[0]);
    }

    private sealed record Definition() : LambdaOverload(s_info)
    {
        public override int MinParameters => 1;

        public override LogicalType[] ParameterTypes(LogicalType element, LogicalType? start) =>
            [element, LogicalType.BigInt];

        public override LogicalType? BodyType(LogicalType element, LogicalType? start) => LogicalType.Boolean;

        public override LambdaFunction Bind(LogicalType[] arguments, LambdaBody body, bool hasStart) =>
            new ListFilter(arguments, body);
    }
}
