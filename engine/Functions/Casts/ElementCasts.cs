using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>The cast of what is inside a nested value.</summary>
internal static class ElementCast
{
    /// <summary>The cast of elements, null where their type stays; false where there is none.</summary>
    public static bool TryFind(LogicalType from, LogicalType to, bool isTry, out ScalarFunction? cast)
    {
        cast = CastFunctions.Find(from, to, isTry);
        return cast is not null || from.Equals(to);
    }

    /// <summary>What a cast of a nested value may do: what the casts inside may.</summary>
    public static FunctionInfo InfoOf(IEnumerable<ScalarFunction?> casts, FunctionFlags own) => new("cast",
        "Changes the type.")
    {
        Flags = casts.Aggregate(own, (flags, cast) =>
            flags | (cast is null ? 0 : cast.Info.Flags & (FunctionFlags.CanThrow | FunctionFlags.Stable))),
    };
}

/// <summary>A list, array or map whose elements are cast, all of a batch at once.</summary>
internal sealed unsafe class ListCast(LogicalType from, LogicalType to, ScalarFunction? cast, CastFailure failure)
    : FlatFunction(
        ElementCast.InfoOf([cast], to.Kind == TypeKind.Array ? FunctionFlags.CanThrow : FunctionFlags.None), [from], to)
{
    private readonly ScalarFunction? _cast = cast;

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector source = arguments[0];
        ColumnVector elements = Elements(source, 0, context);
        int length = ResultType.Kind == TypeKind.Array ? ResultType.Length : -1;
        List<int> kept = [];
        for (int row = 0; row < count; row++)
        {
            int first = kept.Count;
            ListView list = IsSet(valid, row) ? ListAt(source, row) : default;
            if (length >= 0 && IsSet(valid, row) && list.Length != length && !TellLength(list.Length, length))
            {
                Clear(valid, row);
                list = default;
            }
            for (int i = list.Offset; i < list.Offset + list.Length; i++) kept.Add(i);
            if (length < 0) ((ListView*)result.Data)[row] =
                new ListView(first, ElementCopy.CheckCount(kept.Count) - first);
            else for (int i = list.Length; i < length; i++) kept.Add(ElementCopy.Null);
        }
        ReadOnlySpan<int> places = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept);
        if (_cast is null)
        {
            ElementCopy.Gather(elements, places, result.Children[0]);
            return;
        }
        // Only elements of rows that count are cast: others may be anything.
        InnerCasts state = context.GetState<InnerCasts>();
        state.Begin(1, context);
        using ColumnVector gathered = new(elements.Type, context.Account);
        ElementCopy.Gather(elements, places, gathered);
        state.Evaluate(0, _cast, gathered, kept.Count, result.Children[0]);
        result.Children[0].KeepAliveFrom(gathered);
    }

    private static ListView ListAt(ColumnVector source, int row)
    {
        if (source.Type.Kind != TypeKind.Array) return ((ListView*)source.Data)[source.IsConstant ? 0 : row];
        return new ListView((source.IsConstant ? 0 : row) * source.Type.Length, source.Type.Length);
    }

    private bool TellLength(int actual, int expected) => failure.Fail(
        SqlStates.DatatypeMismatch, $"List of {actual} elements does not fit into {ResultType}, which has {expected}");
}

/// <summary>A struct whose fields are cast one by one.</summary>
internal sealed class StructCast(LogicalType from, LogicalType to, int[] places, ScalarFunction?[] casts)
    : FlatFunction(ElementCast.InfoOf(casts, FunctionFlags.None), [from], to)
{
    private readonly ScalarFunction?[] _casts = casts;

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        InnerCasts state = context.GetState<InnerCasts>();
        state.Begin(_casts.Length, context);
        int[] rows = new int[count];
        for (int row = 0; row < count; row++) rows[row] = IsSet(valid, row) ? row : ElementCopy.Null;
        for (int i = 0; i < _casts.Length; i++)
        {
            ColumnVector field = ElementCopy.Flat(arguments[0].Children[places[i]]);
            using ColumnVector gathered = new(field.Type, context.Account);
            ElementCopy.Gather(field, rows, gathered);
            if (_casts[i] is { } cast)
            {
                state.Evaluate(i, cast, gathered, count, result.Children[i]);
                result.Children[i].KeepAliveFrom(gathered);
            }
            else
            {
                result.Children[i].ShareFrom(gathered);
            }
        }
    }
}

/// <summary>The contexts of the casts inside a cast.</summary>
internal sealed class InnerCasts : IDisposable
{
    private readonly List<FunctionContext> _contexts = [];
    private readonly List<ColumnVector> _results = [];

    /// <summary>Makes sure that there are so many contexts.</summary>
    public void Begin(int count, FunctionContext outer)
    {
        while (_contexts.Count < count) _contexts.Add(outer.CreateInner());
    }

    /// <summary>Casts rows into a flat vector.</summary>
    public void Evaluate(int index, ScalarFunction cast, ColumnVector source, int count, ColumnVector target)
    {
        while (_results.Count <= index) _results.Add(new ColumnVector(cast.ResultType));
        if (!_results[index].Type.Equals(cast.ResultType))
        {
            _results[index].Dispose();
            _results[index] = new ColumnVector(cast.ResultType);
        }
        cast.Evaluate([source], count, _results[index], _contexts[index]);
        _results[index].Count = count;
        _results[index].Flatten(target);
        target.Count = count;
    }

    public void Dispose()
    {
        foreach (FunctionContext context in _contexts) context.Dispose();
        foreach (ColumnVector result in _results) result.Dispose();
    }
}
