using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>The functions that C# registered with one database, on top of the built-in ones.</summary>
internal sealed class RegisteredFunctions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ScalarOverload> _scalars = [];
    private readonly Dictionary<string, AggregateOverload> _aggregates = [];

    /// <summary>All functions as they are now; statements take it when they are bound.</summary>
    public FunctionRegistry Registry { get; private set; } = FunctionRegistry.BuiltIn;

    /// <summary>Registers a function, or an aggregate.</summary>
    public void Add(string name, ManagedRoutine routine, FunctionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        options ??= new FunctionOptions();
        FunctionInfo info = new(name.ToLowerInvariant(), options.Description)
        {
            Category = "Registered",
            Flags = routine.Flags | FunctionFlags.CanThrow | FunctionFlags.MayReturnNull |
                (options.IsDeterministic ? 0 : FunctionFlags.Volatile),
        };
        lock (_lock)
        {
            if (routine.Aggregate is { } aggregate)
            {
                Refuse(info.Name, _scalars.ContainsKey(info.Name));
                _aggregates[info.Name] = aggregate(info);
            }
            else
            {
                Refuse(info.Name, _aggregates.ContainsKey(info.Name));
                _scalars[info.Name] = routine.Scalar!(info);
            }
            Registry = new FunctionRegistry(_scalars.Values, _aggregates.Values, FunctionRegistry.BuiltIn);
        }
    }

    private static void Refuse(string name, bool isOther)
    {
        bool isBuiltIn = FunctionRegistry.BuiltIn.IsScalar(name) || FunctionRegistry.BuiltIn.IsAggregate(name);
        if (!isBuiltIn && !isOther) return;
        throw new QueryException(
            SqlStates.DuplicateFunction, $"Function exists already: {name}",
            hint: isBuiltIn ? "Built-in functions cannot be replaced; take another name."
                : "An aggregate and a function cannot share a name.");
    }
}
