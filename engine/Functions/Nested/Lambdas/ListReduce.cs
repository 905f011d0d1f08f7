using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lambdas;

/// <summary>
/// list_reduce(list, (total, x) -> … [, start]): what is left when the lambda has taken in every element. Runs step
/// by step over all lists at once, so that a batch of short lists is a few calls of the lambda.
/// </summary>
internal sealed unsafe class ListReduce(LogicalType[] types, LogicalType total, LambdaBody body, bool hasStart)
    : LambdaFunction(s_info, types, total, body, firstCapture: hasStart ? 2 : 1)
{
    private static readonly FunctionInfo s_info = new(
        "list_reduce",
        "Takes the elements together by a lambda of the result so far and the next element; a third parameter is its " +
        "place. Begins with the first element, or with a third argument.")
    {
        Category = "Lists", Aliases = ["array_reduce", "reduce"],
        Example = "list_reduce([1, 2, 3, 4], (total, x) -> total * 10 + x)", Returns = "1234",
    };

    public static LambdaOverload Overload { get; } = new Definition();

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
        FunctionContext context)
    {
        LeaveOutNulls(arguments[0], count, valid);
        ColumnVector elements = Elements(arguments[0], 0, context);
        ListView* lists = (ListView*)arguments[0].Data;
        ILambdaRun run = RunOf(context);
        int[] first = new int[count];
        for (int row = 0; row < count; row++)
        {
            first[row] = ElementCopy.Null;
            if (!IsSet(valid, row)) continue;
            if (lists[row].Length == 0 && !hasStart)
            {
                throw new QueryException(
                    SqlStates.InvalidParameterValue, "list_reduce of an empty list",
                    hint: "Give it a third argument to start with.");
            }
            first[row] = hasStart ? row : lists[row].Offset;
        }
        int[] rows = [.. first.Index().Where(f => f.Item != ElementCopy.Null).Select(f => f.Index)];
        first = [.. first.Where(f => f != ElementCopy.Null)];
        ColumnVector totals = hasStart ? Gathered(arguments[1], first) : Gathered(elements, first);
        List<ColumnVector> finished = [];
        List<int> finishedRows = [];
        for (int step = hasStart ? 0 : 1; rows.Length > 0; step++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            int[] ended = Where(rows, row => lists[row].Length <= step);
            if (ended.Length > 0)
            {
                finished.Add(Gathered(totals, ended));
                finishedRows.AddRange(ended.Select(i => rows[i]));
                int[] going = Where(rows, row => lists[row].Length > step);
                totals = Replaced(totals, Gathered(totals, going));
                rows = [.. going.Select(i => rows[i])];
                if (rows.Length == 0) break;
            }
            totals = Replaced(totals, Advance(run, arguments, elements, lists, step, rows, totals));
        }
        totals.Dispose();
        Assemble(finished, finishedRows, count, valid, result);
    }

    private static ColumnVector Replaced(ColumnVector old, ColumnVector replacement)
    {
        old.Dispose();
        return replacement;
    }

    /// <summary>The places among the rows for which the test holds.</summary>
    private static int[] Where(int[] rows, Func<int, bool> test) =>
        [.. rows.Index().Where(r => test(r.Item)).Select(r => r.Index)];

    private static void Assemble(
        List<ColumnVector> finished, List<int> finishedRows, int count, Span<ulong> valid, ColumnVector result)
    {
        int[] sources = new int[count];
        Array.Fill(sources, ElementCopy.Null);
        for (int i = 0; i < finishedRows.Count; i++) sources[finishedRows[i]] = i;
        using ColumnVector all = new(result.Type);
        ElementCopy.Concatenate(finished.ToArray(), all);
        ElementCopy.Gather(all, sources, result);
        for (int row = 0; row < count; row++)
        {
            if (!result.IsValid(row)) Clear(valid, row);
        }
        DisposeAll(finished.ToArray());
    }

    /// <summary>The totals of these rows with one more element in them.</summary>
    private ColumnVector Advance(
        ILambdaRun run, ReadOnlySpan<ColumnVector> arguments, ColumnVector elements, ListView* lists, int step,
        int[] rows, ColumnVector totals)
    {
        int[] next = new int[rows.Length];
        int[] places = new int[rows.Length];
        int[] all = new int[rows.Length];
        for (int i = 0; i < next.Length; i++)
        {
            next[i] = lists[rows[i]].Offset + step;
            places[i] = step + 1;
            all[i] = i;
        }
        ColumnVector[] columns = Body.ParameterTypes.Count == 2
            ? WithCaptures(arguments, rows, totals, Gathered(elements, next))
            : WithCaptures(arguments, rows, totals, Gathered(elements, next), Places(places));
        ColumnVector advanced = Gathered(run.Evaluate(columns, rows.Length), all);
        DisposeAll(columns.AsSpan(1));
        return advanced;
    }

    private sealed record Definition() : LambdaOverload(s_info)
    {
        public override int MinParameters => 2;

        public override bool TakesStart => true;

        public override LogicalType[] ParameterTypes(LogicalType element, LogicalType? start) =>
            [start ?? element, element, LogicalType.BigInt];

        public override LogicalType? BodyType(LogicalType element, LogicalType? start) => start ?? element;

        public override LambdaFunction Bind(LogicalType[] arguments, LambdaBody body, bool hasStart) =>
            new ListReduce(arguments, body.ResultType, body, hasStart);
    }
}
