using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>
/// An aggregate that C# registered. A group's state is a C# object behind a handle, which the context frees; states do
/// not leave the process, so their partial form is the handle.
/// </summary>
internal sealed unsafe class ManagedAggregate<TState, TInput,
    TResult>(string name, AggregateDefinition<TState, TInput, TResult> definition)
    : IAggregateKernel
{
    public LogicalType ResultType { get; } = ManagedTypes.Of(typeof(TResult));

    public int StateSizeBytes => sizeof(nint);

    public IReadOnlyList<LogicalType> PartialTypes { get; } = [LogicalType.BigInt];

    public void Initialize(byte* state) => *(nint*)state = 0;

    public void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        ColumnVector argument = context.Flat(0, arguments[0]);
        for (int row = 0; row < count; row++)
        {
            if (states[row] is not null) Add(states[row], argument, row, context);
        }
    }

    public void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context)
    {
        ColumnVector argument = context.Flat(0, arguments[0]);
        for (int row = 0; row < count; row++)
        {
            bool counts = mask is null || (mask.Words[row >> 6] >> row & 1) != 0;
            if (counts) Add(state, argument, row, context);
        }
    }

    public void Combine(byte** sources, byte** targets, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++) Combine(*(nint*)sources[i], targets[i], context);
    }

    public void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        context.BeginResultText();
        for (int i = 0; i < count; i++)
        {
            bool hasValue = Guard(() => ManagedTypes.Write(
                definition.Finish(StateOf(*(nint*)states[i])), result, i, context.ResultText));
            if (!hasValue) SetNull(result, i, count);
        }
        context.EndResultText(result);
    }

    public void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> into, AggregateContext context)
    {
        into[0].ResetFlat(Math.Max(count, 1));
        into[0].Count = count;
        for (int i = 0; i < count; i++) ((long*)into[0].Data)[i] = *(nint*)states[i];
    }

    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context)
    {
        ColumnVector handles = context.Flat(0, partials[0]);
        for (int i = 0; i < count; i++)
        {
            if (states[i] is not null) Combine(
                (nint)((long*)handles.Data)[handles.IsConstant ? 0 : i], states[i], context);
        }
    }

    private static void SetNull(ColumnVector result, int row, int count)
    {
        result.SetNull(row, Math.Max(count, 1));
        int size = result.Lane.SizeBytes();
        new Span<byte>(result.Data + ((long)row * size), size).Clear();
    }

    private void Add(byte* state, ColumnVector argument, int row, AggregateContext context)
    {
        if (!argument.IsValid(row) && !definition.TakesNulls) return;
        TInput value = ManagedTypes.Read<TInput>(argument, row);
        try
        {
            Box box = BoxOf(state, context);
            box.State = definition.Add(box.State, value);
        }
        catch (Exception error) when (error is not ColFragException)
        {
            throw ManagedError.Wrap(name, [argument], row, error);
        }
    }

    private void Combine(nint source, byte* target, AggregateContext context)
    {
        if (source == 0) return;
        Box box = BoxOf(target, context);
        box.State = Guard(() => definition.Combine(box.State, StateOf(source)));
    }

    private TState StateOf(nint handle) =>
        handle == 0 ? Guard(definition.Create) : ((Box)GCHandle.FromIntPtr(handle).Target!).State;

    private Box BoxOf(byte* state, AggregateContext context)
    {
        if (*(nint*)state != 0) return (Box)GCHandle.FromIntPtr(*(nint*)state).Target!;
        Box box = context.Keep(new Box { State = Guard(definition.Create) });
        *(nint*)state = box.Handle;
        return box;
    }

    private T Guard<T>(Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception error) when (error is not ColFragException)
        {
            throw ManagedError.Wrap(name, "a whole group", error);
        }
    }

    private sealed class Box : IDisposable
    {
        private readonly GCHandle _handle;

        public Box() => _handle = GCHandle.Alloc(this);

        public TState State { get; set; } = default!;

        public nint Handle => GCHandle.ToIntPtr(_handle);

        public void Dispose() => _handle.Free();
    }
}
