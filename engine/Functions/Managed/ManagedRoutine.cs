using System.Reflection;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>A piece of C# as SQL calls it: what it takes and gives, and how a call of it is bound.</summary>
/// <param name="Parameters">The types of its arguments; a DECIMAL is taken with any precision and scale.</param>
/// <param name="Result">The type of its result.</param>
internal sealed record ManagedRoutine(LogicalType[] Parameters, LogicalType Result)
{
    /// <summary>The most parameters of a delegate.</summary>
    public const int MaxParameters = 4;

    /// <summary>What drivers may assume of it, whatever its author says.</summary>
    public FunctionFlags Flags { get; private init; }

    /// <summary>The overload under a name; null for an aggregate.</summary>
    public Func<FunctionInfo, ScalarOverload>? Scalar { get; private init; }

    /// <summary>The aggregate under a name; null for a function of single rows.</summary>
    public Func<FunctionInfo, AggregateOverload>? Aggregate { get; private init; }

    /// <summary>What an overload of these types takes.</summary>
    public static Signature SignatureOf(IEnumerable<LogicalType> types) => new([.. types.Select(PatternOf)]);

    /// <summary>A delegate, called row by row.</summary>
    /// <param name="body">The delegate.</param>
    /// <param name="isStrict">True where a NULL gives NULL unseen; null where the parameters say so by their
    /// types.</param>
    /// <exception cref="ArgumentException">SQL has no counterpart of a type, or there are too many.</exception>
    public static ManagedRoutine OfDelegate(Delegate body, bool? isStrict = null)
    {
        MethodInfo method = body.GetType().GetMethod("Invoke")!;
        ParameterInfo[] parameters = method.GetParameters();
        Type[] arguments = [.. parameters.Select(p => p.ParameterType), method.ReturnType];
        bool[] takesNull = [.. body.Method.GetParameters()[^parameters.Length..].Select(
            p => isStrict != true && TakesNull(p))];
        LogicalType[] types = [.. parameters.Select(p => ManagedTypes.Of(p.ParameterType))];
        (Type definition, Type function) = parameters.Length switch
        {
            0 => (typeof(ManagedFunction<>), typeof(Func<>)),
            1 => (typeof(ManagedFunction<,>), typeof(Func<,>)),
            2 => (typeof(ManagedFunction<,,>), typeof(Func<,,>)),
            3 => (typeof(ManagedFunction<,,,>), typeof(Func<,,,>)),
            MaxParameters => (typeof(ManagedFunction<,,,,>), typeof(Func<,,,,>)),
            _ => throw new ArgumentException($"Functions take at most {MaxParameters} parameters.", nameof(body)),
        };
        Delegate typed = Delegate.CreateDelegate(function.MakeGenericType(arguments), body, method);
        Type closed = definition.MakeGenericType(arguments);
        return new ManagedRoutine(types, ManagedTypes.Of(method.ReturnType))
        {
            Flags = FunctionFlags.HandlesNulls,
            Scalar = info => new ScalarOverload(info, SignatureOf(types), actual => (ScalarFunction)(
                parameters.Length == 0
                    ? Activator.CreateInstance(closed, info, typed)
                    : Activator.CreateInstance(closed, info, actual, takesNull, typed))!),
        };
    }

    /// <summary>A function over whole vectors.</summary>
    public static ManagedRoutine OfVectors<T, TResult>(VectorFunction<T, TResult> body)
        where T : unmanaged where TResult : unmanaged => Of(
            [ManagedTypes.OfElement(typeof(T))], ManagedTypes.OfElement(typeof(TResult)),
            info => new ManagedVectorFunction<T, TResult>(info, body));

    /// <summary>A function over whole vectors of two arguments.</summary>
    public static ManagedRoutine OfVectorPairs<T1, T2, TResult>(VectorFunction<T1, T2, TResult> body)
        where T1 : unmanaged where T2 : unmanaged where TResult : unmanaged => Of(
            [ManagedTypes.OfElement(typeof(T1)), ManagedTypes.OfElement(typeof(T2))],
            ManagedTypes.OfElement(typeof(TResult)),
            info => new ManagedVectorFunction<T1, T2, TResult>(info, body));

    /// <summary>A struct operator, whose code is compiled into the loop.</summary>
    public static ManagedRoutine OfOperator<TOperator, T, TResult>()
        where TOperator : struct, IScalarOperator<T, TResult> where T : unmanaged where TResult : unmanaged
    {
        LogicalType[] types = [ManagedTypes.OfElement(typeof(T))];
        LogicalType result = ManagedTypes.OfElement(typeof(TResult));
        return Of(types, result, info => new ManagedOperator(
            new RowFunction<OperatorKernel<TOperator, T, TResult>, TResult>(info, types, result, default)));
    }

    /// <summary>A struct operator of two values.</summary>
    public static ManagedRoutine OfPairOperator<TOperator, T1, T2, TResult>()
        where TOperator : struct, IScalarOperator<T1, T2, TResult>
        where T1 : unmanaged where T2 : unmanaged where TResult : unmanaged
    {
        LogicalType[] types = [ManagedTypes.OfElement(typeof(T1)), ManagedTypes.OfElement(typeof(T2))];
        LogicalType result = ManagedTypes.OfElement(typeof(TResult));
        return Of(types, result, info => new ManagedOperator(
            new RowFunction<OperatorKernel<TOperator, T1, T2, TResult>, TResult>(info, types, result, default)));
    }

    /// <summary>An aggregate.</summary>
    public static ManagedRoutine OfAggregate<TState, TInput, TResult>(
        AggregateDefinition<TState, TInput, TResult> definition)
    {
        LogicalType input = ManagedTypes.Of(typeof(TInput));
        return new ManagedRoutine([input], ManagedTypes.Of(typeof(TResult)))
        {
            Flags = FunctionFlags.HandlesNulls,
            Aggregate = info =>
            {
                ManagedAggregate<TState, TInput, TResult> kernel = new(info.Name, definition);
                return AggregateEntries.Unary(
                    info, AggregateShape.Other, PatternOf(input), _ => kernel,
                    isOrderSensitive: definition.IsOrderSensitive);
            },
        };
    }

    private static ManagedRoutine Of(
        LogicalType[] types, LogicalType result, Func<FunctionInfo, ScalarFunction> create) => new(types, result)
    {
        Scalar = info =>
        {
            ScalarFunction function = create(info);
            return new ScalarOverload(info, SignatureOf(types), _ => function);
        },
    };

    // A DECIMAL comes with the scale it has; C#'s own decimal carries any.
    private static ParameterPattern PatternOf(LogicalType type) =>
        type.Kind == TypeKind.Decimal ? ParameterPattern.Decimal : type;

    private static bool TakesNull(ParameterInfo parameter)
    {
        if (Nullable.GetUnderlyingType(parameter.ParameterType) is not null) return true;
        if (parameter.ParameterType.IsValueType) return false;
        return new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable;
    }
}
