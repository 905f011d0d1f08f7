using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lambdas;

/// <summary>
/// Applies a lambda to elements of lists, many elements at a time: they become the rows of a batch, beside what the
/// lambda captures of the rows that they come from.
/// </summary>
internal abstract unsafe class LambdaFunction(
    FunctionInfo info, LogicalType[] argumentTypes, LogicalType resultType, LambdaBody body, int firstCapture)
    : FlatFunction(
        info with
        {
            Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull | FunctionFlags.CanThrow |
                (body.IsVolatile ? FunctionFlags.Volatile : FunctionFlags.None),
        },
        argumentTypes, resultType)
{
    public LambdaBody Body => body;

    /// <summary>The arguments before this one belong to the function, those from it on to the lambda.</summary>
    public int FirstCapture => firstCapture;

    protected override bool HasSameParts(ScalarFunction other) =>
        other is LambdaFunction lambda && firstCapture == lambda.FirstCapture && body.Equals(lambda.Body);

    /// <summary>The lambda at work, one per call and thread.</summary>
    protected ILambdaRun RunOf(FunctionContext context)
    {
        LambdaState state = context.GetState<LambdaState>();
        return state.Run ??= body.Start(context.Session, context.Account);
    }

    /// <summary>Appends what the lambda captures, for elements that come from these rows.</summary>
    protected ColumnVector[] WithCaptures(
        ReadOnlySpan<ColumnVector> arguments, ReadOnlySpan<int> rows, params ReadOnlySpan<ColumnVector> parameters)
    {
        ColumnVector[] columns = new ColumnVector[parameters.Length + arguments.Length - firstCapture];
        parameters.CopyTo(columns);
        for (int i = firstCapture; i < arguments.Length; i++)
        {
            columns[parameters.Length + i - firstCapture] = Gathered(arguments[i], rows);
        }
        return columns;
    }

    /// <summary><c>result[i] = source[elements[i]]</c>, in a vector of its own.</summary>
    protected static ColumnVector Gathered(ColumnVector source, ReadOnlySpan<int> elements)
    {
        ColumnVector target = new(source.Type);
        if (source.Shape == VectorShape.Flat)
        {
            ElementCopy.Gather(source, elements, target);
            return target;
        }
        using ColumnVector flat = new(source.Type);
        source.Flatten(flat);
        ElementCopy.Gather(flat, elements, target);
        return target;
    }

    /// <summary>Places of elements in their lists, as the lambda counts them.</summary>
    protected static ColumnVector Places(ReadOnlySpan<int> places)
    {
        ColumnVector target = new(LogicalType.BigInt);
        target.ResetFlat(Math.Max(places.Length, 1));
        target.Count = places.Length;
        for (int i = 0; i < places.Length; i++) ((long*)target.Data)[i] = places[i];
        return target;
    }

    protected static void DisposeAll(ReadOnlySpan<ColumnVector> vectors)
    {
        foreach (ColumnVector vector in vectors) vector.Dispose();
    }

    /// <summary>
    /// Gives every element of the rows that count to the lambda, in order and in batches.
    /// <paramref name="take"/> gets the elements' numbers and what the lambda gave for them.
    /// </summary>
    protected void ForEachElement(
        ReadOnlySpan<ColumnVector> arguments, int count, ReadOnlySpan<ulong> valid, FunctionContext context,
        Action<int[], ColumnVector> take)
    {
        ColumnVector elements = Elements(arguments[0], 0, context);
        ListView* lists = (ListView*)arguments[0].Data;
        ILambdaRun run = RunOf(context);
        List<int> numbers = new(Batch.MaxRows);
        List<int> rows = new(Batch.MaxRows);
        List<int> places = new(Batch.MaxRows);
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            for (int i = 0; i < lists[row].Length; i++)
            {
                numbers.Add(lists[row].Offset + i);
                rows.Add(row);
                places.Add(i + 1);
                if (numbers.Count < Batch.MaxRows) continue;
                context.CancellationToken.ThrowIfCancellationRequested();
                Flush(arguments);
            }
        }
        if (numbers.Count > 0) Flush(arguments);

        void Flush(ReadOnlySpan<ColumnVector> arguments)
        {
            int[] taken = [.. numbers];
            ColumnVector element = Gathered(elements, taken);
            ColumnVector[] columns = body.ParameterTypes.Count == 1
                ? WithCaptures(arguments, rows.ToArray(), element)
                : WithCaptures(arguments, rows.ToArray(), element, Places(places.ToArray()));
            take(taken, run.Evaluate(columns, taken.Length));
            DisposeAll(columns);
            numbers.Clear();
            rows.Clear();
            places.Clear();
        }
    }

    /// <summary>Makes rows NULL whose list is.</summary>
    protected static void LeaveOutNulls(ColumnVector list, int count, Span<ulong> valid)
    {
        for (int row = 0; row < count; row++)
        {
            if (!list.IsValid(row)) Clear(valid, row);
        }
    }

    private sealed class LambdaState : IDisposable
    {
        public ILambdaRun? Run { get; set; }

        public void Dispose() => Run?.Dispose();
    }
}
