using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts single values, for the leaves of nested ones; prepared once per pair of types and thread.</summary>
internal sealed class SingleCast : IDisposable
{
    private readonly ScalarFunction? _cast;
    private readonly FunctionContext _context;
    private readonly ColumnVector _source;
    private readonly ColumnVector _result;
    private readonly Arena _text;

    public SingleCast(LogicalType from, LogicalType to, bool isTry, FunctionContext context)
    {
        _cast = CastFunctions.Find(from, to, isTry);
        if (_cast is null && !from.Equals(to)) throw new QueryException(
            SqlStates.CannotCoerce, $"Cannot cast type {from} to {to}");
        _context = context.CreateInner();
        _source = new ColumnVector(from, context.Account);
        _result = new ColumnVector(to, context.Account);
        _text = new Arena(context.Account);
    }

    /// <summary>The value in the other type.</summary>
    public Value Apply(Value value)
    {
        if (_cast is null) return value;
        if (value.IsNull) return Value.Null(_result.Type);
        _text.Reset();
        VectorBuilder.BuildConstant(_source, value, 1, _text);
        _cast.Evaluate([_source], 1, _result, _context);
        return _result.GetValue(0);
    }

    public void Dispose()
    {
        _context.Dispose();
        _source.Dispose();
        _result.Dispose();
        _text.Dispose();
    }
}

/// <summary>The single casts that a call has prepared.</summary>
internal sealed class SingleCasts : IDisposable
{
    private readonly Dictionary<(LogicalType From, LogicalType To, bool IsTry), SingleCast> _casts = [];

    /// <summary>The value in the other type.</summary>
    public Value Apply(Value value, LogicalType to, bool isTry, FunctionContext context)
    {
        if (value.Type.Equals(to)) return value;
        if (!_casts.TryGetValue((value.Type, to, isTry), out SingleCast? cast))
        {
            _casts.Add((value.Type, to, isTry), cast = new SingleCast(value.Type, to, isTry, context));
        }
        return cast.Apply(value);
    }

    public void Dispose()
    {
        foreach (SingleCast cast in _casts.Values) cast.Dispose();
    }
}
