using System.Reflection;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>The functions that C# registered with one database, on top of the built-in ones.</summary>
internal sealed class RegisteredFunctions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ScalarOverload> _scalars = [];
    private readonly Dictionary<string, AggregateOverload> _aggregates = [];

    /// <summary>All functions as they are now; statements take it when they are bound.</summary>
    public FunctionRegistry Registry { get; private set; } = FunctionRegistry.BuiltIn;

    /// <summary>Registers a delegate.</summary>
    public void Add(string name, Delegate body, FunctionOptions options)
    {
        FunctionInfo info = InfoOf(name, options, FunctionFlags.HandlesNulls);
        MethodInfo method = body.GetType().GetMethod("Invoke")!;
        ParameterInfo[] parameters = method.GetParameters();
        Type[] arguments = [.. parameters.Select(p => p.ParameterType), method.ReturnType];
        bool[] takesNull = [.. body.Method.GetParameters()[^parameters.Length..].Select(TakesNull)];
        LogicalType[] types = [.. parameters.Select(p => ManagedTypes.Of(p.ParameterType))];
        ManagedTypes.Of(method.ReturnType);
        (Type definition, Type function) = parameters.Length switch
        {
            0 => (typeof(ManagedFunction<>), typeof(Func<>)),
            1 => (typeof(ManagedFunction<,>), typeof(Func<,>)),
            2 => (typeof(ManagedFunction<,,>), typeof(Func<,,>)),
            3 => (typeof(ManagedFunction<,,,>), typeof(Func<,,,>)),
            4 => (typeof(ManagedFunction<,,,,>), typeof(Func<,,,,>)),
            _ => throw new ArgumentException("Functions take at most 4 parameters.", nameof(body)),
        };
        Delegate typed = Delegate.CreateDelegate(function.MakeGenericType(arguments), body, method);
        Type closed = definition.MakeGenericType(arguments);
        ScalarFunction Create(LogicalType[] actual) => (ScalarFunction)(parameters.Length == 0
            ? Activator.CreateInstance(closed, info, typed)
            : Activator.CreateInstance(closed, info, actual, takesNull, typed))!;
        Add(new ScalarOverload(info, new Signature([.. types.Select(PatternOf)]), Create));
    }

    /// <summary>Registers a function of vectors.</summary>
    public void Add(
        string name, FunctionOptions options, LogicalType[] types, Func<FunctionInfo, ScalarFunction> create)
    {
        FunctionInfo info = InfoOf(name, options, FunctionFlags.None);
        ScalarFunction function = create(info);
        Add(new ScalarOverload(info, new Signature([.. types.Select(t => (ParameterPattern)t)]), _ => function));
    }

    /// <summary>Registers an aggregate.</summary>
    public void Add<TState, TInput, TResult>(string name, AggregateDefinition<TState, TInput, TResult> definition)
    {
        FunctionInfo info = InfoOf(name, new FunctionOptions(), FunctionFlags.HandlesNulls);
        ManagedAggregate<TState, TInput, TResult> kernel = new(info.Name, definition);
        AggregateOverload overload = AggregateEntries.Unary(
            info, AggregateShape.Other, PatternOf(ManagedTypes.Of(typeof(TInput))), _ =>
                kernel, isOrderSensitive: definition.IsOrderSensitive);
        lock (_lock)
        {
            Refuse(info.Name, _scalars.ContainsKey(info.Name));
            _aggregates[info.Name] = overload;
            Rebuild();
        }
    }

    private void Add(ScalarOverload overload)
    {
        lock (_lock)
        {
            Refuse(overload.Info.Name, _aggregates.ContainsKey(overload.Info.Name));
            _scalars[overload.Info.Name] = overload;
            Rebuild();
        }
    }

    // A DECIMAL comes with the scale it has; C#'s own decimal carries any.
    private static ParameterPattern PatternOf(LogicalType type) =>
        type.Kind == TypeKind.Decimal ? ParameterPattern.Decimal : type;

    private static bool TakesNull(ParameterInfo parameter)
    {
        if (Nullable.GetUnderlyingType(parameter.ParameterType) is not null) return true;
        if (parameter.ParameterType.IsValueType) return false;
        return new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable;
    }

    private static FunctionInfo InfoOf(string name, FunctionOptions options, FunctionFlags flags)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new FunctionInfo(name.ToLowerInvariant(), options.Description)
        {
            Category = "Registered",
            Flags = flags | FunctionFlags.CanThrow | FunctionFlags.MayReturnNull | (
                options.IsDeterministic ? 0 : FunctionFlags.Volatile),
        };
    }

    private static void Refuse(string name, bool isOther)
    {
        bool isBuiltIn = FunctionRegistry.BuiltIn.IsScalar(name) || FunctionRegistry.BuiltIn.IsAggregate(name);
        if (!isBuiltIn && !isOther) return;
        throw new Errors.QueryException(
            Errors.SqlStates.DuplicateFunction, $"Function exists already: {name}",
            hint: isBuiltIn ? "Built-in functions cannot be replaced; take another name."
                : "An aggregate and a function cannot share a name.");
    }

    private void Rebuild() =>
        Registry = new FunctionRegistry(_scalars.Values, _aggregates.Values, FunctionRegistry.BuiltIn);
}
