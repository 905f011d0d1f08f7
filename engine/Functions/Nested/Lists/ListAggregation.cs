using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>
/// list_aggregate(list, 'name', …): any aggregate over the elements of each list, by the aggregate's own kernel over
/// all
/// elements of the batch at once. list_sum(list) and its like name the aggregate.
/// </summary>
internal sealed unsafe class ListAggregation(FunctionInfo info, LogicalType[] types, AggregateFunction aggregate)
    : FlatFunction(info, types, aggregate.ResultType)
{
    private static readonly FunctionInfo s_info = new("list_aggregate",
        "An aggregate, by its name, over the elements of the list.")
    {
        Category = "Lists", Aliases = ["array_aggregate", "list_aggr", "array_aggr", "aggregate"],
        Example = "list_aggregate([1, 2, NULL, 4], 'sum')", Returns = "7",
        Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
    };

    private static readonly (string Name, string Example, string Returns)[] s_named =
    [
        ("sum", "[1, 2, 4]", "7"), ("avg", "[1.0, 2.0]", "1.5000000000000000"), ("min", "[3, 1, 2]", "1"),
            ("max", "[3, 1, 2]", "3"),
        ("count", "[3, NULL, 2]", "2"), ("median", "[1, 3]", "2"), ("mode", "[1, 2, 2]", "2"),
            ("product", "[2, 3]", "6"),
        ("first", "[5, 6]", "5"), ("last", "[5, 6]", "6"), ("any_value", "[NULL, 6]", "6"),
            ("bool_and", "[true, false]", "false"),
        ("bool_or", "[true, false]", "true"), ("bit_and", "[6, 3]", "2"), ("bit_or", "[6, 1]", "7"),
            ("bit_xor", "[6, 3]", "5"),
        ("stddev_samp", "[1, 3]", "1.4142135623730951"), ("stddev_pop", "[1, 3]", "1"), ("var_samp", "[1, 3]", "2"),
            ("var_pop", "[1, 3]", "1"),
        ("string_agg", "['a', 'b']", "a,b"), ("histogram", "[1, 2, 1]", "{1=2, 2=1}"), ("entropy", "[1, 2]", "1"),
        ("approx_count_distinct", "[1, 2, 1]", "2"), ("skewness", "[1, 1, 1]", "NULL"),
            ("kurtosis", "[1, 1, 1]", "NULL"),
        ("kurtosis_pop", "[1, 1, 1]", "NULL"), ("mad", "[1, 2, 9]", "1"), ("sem", "[1, 1]", "0"),
    ];

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_info, [ParameterPattern.List, LogicalType.Varchar], t => new ByName(t)),
        FunctionEntries.Bound(
            s_info, [ParameterPattern.List, LogicalType.Varchar, ParameterPattern.Any], t =>
                new ByName(t), isVariadic: true),
        .. s_named.Select(Named),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        IAggregateKernel kernel = aggregate.Kernel;
        ColumnVector elements = Elements(arguments[0], 0, context);
        int total = elements.Count;
        using AggregateContext aggregation = new(context.Session, context.Account);
        int size = (kernel.StateSizeBytes + 15) & ~15;
        NativeBuffer states = NativeBuffer.Allocate(Math.Max(1, (long)count * size), context.Account);
        NativeBuffer pointers =
            NativeBuffer.AllocateZeroed(Math.Max(1, (long)Math.Max(count, total) * sizeof(nint)), context.Account);
        try
        {
            byte** rows = (byte**)pointers.Pointer;
            for (int row = 0; row < count; row++)
            {
                byte* state = states.Pointer + ((long)row * size);
                kernel.Initialize(state);
                if (!IsSet(valid, row)) continue;
                ListView list = ((ListView*)arguments[0].Data)[arguments[0].IsConstant ? 0 : row];
                for (int i = list.Offset; i < list.Offset + list.Length; i++) rows[i] = state;
            }
            // Lists that share elements, as slices of one constant do, go one by one.
            if (AreDisjoint(arguments[0], count, valid)) kernel.Update([elements], rows, total, aggregation);
            else UpdateEach(kernel, arguments[0], elements, states.Pointer, size, count, valid, rows, aggregation);
            for (int row = 0; row < count; row++) rows[row] = states.Pointer + ((long)row * size);
            kernel.Finish(rows, count, result, aggregation);
            for (int row = 0; row < count; row++)
            {
                if (!result.IsValid(row)) Clear(valid, row);
            }
        }
        finally
        {
            states.Release();
            pointers.Release();
        }
    }

    private static bool AreDisjoint(ColumnVector lists, int count, ReadOnlySpan<ulong> valid)
    {
        long end = 0;
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            ListView list = ((ListView*)lists.Data)[row];
            if (list.Offset < end) return false;
            end = list.Offset + list.Length;
        }
        return true;
    }

    private static void UpdateEach(
        IAggregateKernel kernel, ColumnVector lists, ColumnVector elements, byte* states, int size, int count,
        ReadOnlySpan<ulong> valid, byte** rows, AggregateContext context)
    {
        new Span<nint>((nint*)rows, elements.Count).Clear();
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            ListView list = ((ListView*)lists.Data)[lists.IsConstant ? 0 : row];
            for (int i = list.Offset; i < list.Offset + list.Length; i++) rows[i] = states + ((long)row * size);
            kernel.Update([elements], rows, elements.Count, context);
            for (int i = list.Offset; i < list.Offset + list.Length; i++) rows[i] = null;
        }
    }

    private static AggregateFunction Find(string name, LogicalType element, Value[] constants)
    {
        ArgumentType[] arguments = [new(element), .. constants.Select(c => new ArgumentType(c.Type))];
        (AggregateOverload overload, LogicalType[] types) = FunctionRegistry.BuiltIn.ChooseAggregate(name, arguments);
        if (types.Length - overload.ConstantCount != 1)
        {
            throw new QueryException(SqlStates.UndefinedFunction, $"Aggregate does not take one argument: {name}");
        }
        Value[] parameters = [.. constants.Select((c, i) => Converted(c, types[i + 1], name))];
        return overload.Bind([types[0]], parameters);
    }

    private static Value Converted(Value constant, LogicalType type, string name)
    {
        if (constant.IsNull) return Value.Null(type);
        if (constant.Type.Equals(type)) return constant;
        if (constant.Type.IsNumeric && type.Kind == TypeKind.Double) return Value.Float(type, constant.AsDouble);
        throw new QueryException(SqlStates.DatatypeMismatch, $"Parameter of {name} must be of type {type}");
    }

    private static ScalarOverload Named((string Name, string Example, string Returns) item)
    {
        FunctionInfo info = new("list_" + item.Name, $"{item.Name} over the elements of the list.")
        {
            Category = "Lists", Example = $"list_{item.Name}({item.Example})", Returns = item.Returns,
            Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
        };
        return FunctionEntries.Bound(info, [ParameterPattern.List], types => Create(info, types, item.Name, []));
    }

    private static ScalarFunction Create(FunctionInfo info, LogicalType[] types, string name, Value[] constants)
    {
        AggregateFunction aggregate = Find(name, types[0].Element!, constants);
        LogicalType[] cast = [LogicalType.List(aggregate.ArgumentTypes[0]), .. types.Skip(1)];
        return new ListAggregation(info, cast, aggregate);
    }

    /// <summary>Before the name is known; it must be a constant.</summary>
    private sealed class ByName(LogicalType[] types) : ScalarFunction(s_info, types, LogicalType.Varchar)
    {
        private readonly LogicalType[] _types = types;

        public override ScalarFunction Specialize(ReadOnlySpan<Value?> constants)
        {
            List<Value> parameters = [];
            for (int i = 1; i < constants.Length; i++)
            {
                parameters.Add(constants[i] ?? throw new QueryException(
                    SqlStates.FeatureNotSupported, "The name and parameters of list_aggregate must be constants"));
            }
            if (parameters[0].IsNull) throw new QueryException(
                SqlStates.InvalidParameterValue, "list_aggregate needs the name of an aggregate");
            return new Specialized(
                _types, Create(s_info, _types, parameters[0].AsText.ToLowerInvariant(), [.. parameters.Skip(1)]));
        }

        public override void Evaluate(
            ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context) =>
            throw Invariant.Unreachable("list_aggregate without a name");
    }

    /// <summary>list_aggregate of a known aggregate, whose elements are cast here since binding is over.</summary>
    private sealed class Specialized(LogicalType[] types, ScalarFunction inner)
        : ScalarFunction(s_info, types, inner.ResultType)
    {
        private readonly ScalarFunction? _cast = Casts.CastFunctions.Find(types[0], inner.ArgumentTypes[0]);

        public override void Evaluate(
            ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
        {
            CastState state = context.GetState<CastState>();
            if (_cast is null)
            {
                inner.Evaluate(arguments[..1], count, result, context);
                return;
            }
            state.Context ??= context.CreateInner();
            state.Lists ??= new ColumnVector(inner.ArgumentTypes[0], context.Account);
            _cast.Evaluate(arguments[..1], count, state.Lists, state.Context);
            inner.Evaluate([state.Lists], count, result, context);
        }
    }

    private sealed class CastState : IDisposable
    {
        public FunctionContext? Context { get; set; }

        public ColumnVector? Lists { get; set; }

        public void Dispose()
        {
            Context?.Dispose();
            Lists?.Dispose();
        }
    }
}
