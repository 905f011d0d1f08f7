using System.Collections.Frozen;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Nested.Lambdas;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>One overload of a scalar function.</summary>
/// <param name="Info">Name and documentation, shared by the overloads of a name.</param>
/// <param name="Signature">What arguments it takes.</param>
/// <param name="Bind">Makes the function for arguments of exactly these types.</param>
internal sealed record ScalarOverload(FunctionInfo Info, Signature Signature, Func<LogicalType[], ScalarFunction> Bind);

/// <summary>One overload of an aggregate.</summary>
/// <param name="Info">Name and documentation, shared by the overloads of a name.</param>
/// <param name="Signature">What arguments it takes, the constant ones last.</param>
/// <param name="Bind">Makes the aggregate for row arguments of exactly these types and these constants.</param>
/// <param name="ConstantCount">How many of the arguments, from the end, must be constants of the call.</param>
internal sealed record AggregateOverload(
    FunctionInfo Info, Signature Signature, Func<LogicalType[], Value[], AggregateFunction> Bind,
    int ConstantCount = 0);

/// <summary>Every function, by name. The lists are in the other parts of this class, a line per function.</summary>
internal sealed partial class FunctionRegistry
{
    private static readonly FrozenDictionary<string, LambdaOverload[]> s_lambdas = ByName(AllLambdas, o => o.Info);
    private static readonly FrozenDictionary<string, DefinedFunction[]> s_defined =
        ByName(DefinedFunctions.All, f => f.Info);
    private readonly FrozenDictionary<string, ScalarOverload[]> _scalars;
    private readonly FrozenDictionary<string, AggregateOverload[]> _aggregates;
    private readonly FunctionRegistry? _parent;

    /// <summary>A registry of these functions on top of another one's.</summary>
    public FunctionRegistry(
        IEnumerable<ScalarOverload> scalars, IEnumerable<AggregateOverload> aggregates, FunctionRegistry? parent = null)
    {
        _scalars = ByName(scalars, o => o.Info);
        _aggregates = ByName(aggregates, o => o.Info);
        _parent = parent;
    }

    /// <summary>The functions that come with ColFrag.</summary>
    public static FunctionRegistry BuiltIn { get; } = new(AllScalars, AllAggregates);

    /// <summary>Documentation of every function, scalar ones first, by name.</summary>
    public IEnumerable<FunctionInfo> Infos =>
        _scalars.Values.SelectMany(o => o).Select(o => o.Info)
            .Concat(_aggregates.Values.SelectMany(o => o).Select(o => o.Info))
            .Concat(_parent is null ? AllLambdas.Select(o => o.Info) : [])
            .Concat(_parent is null ? DefinedFunctions.All.Select(f => f.Info) : [])
            .Concat(_parent?.Infos ?? [])
            .DistinctBy(info => info.Name);

    /// <summary>Every overload of a scalar function.</summary>
    public IReadOnlyList<ScalarOverload> Scalars(string name) =>
        [.. _scalars.GetValueOrDefault(name) ?? [], .. _parent?.Scalars(name) ?? []];

    /// <summary>Every overload of an aggregate.</summary>
    public IReadOnlyList<AggregateOverload> Aggregates(string name) =>
        [.. _aggregates.GetValueOrDefault(name) ?? [], .. _parent?.Aggregates(name) ?? []];

    /// <summary>The function of that name that takes a lambda; null where there is none.</summary>
    public static LambdaOverload? Lambda(string name) => s_lambdas.GetValueOrDefault(name)?[0];

    /// <summary>The function of that name and so many arguments that is written in SQL; null for none.</summary>
    public static DefinedFunction? Defined(string name, int arguments) =>
        s_defined.GetValueOrDefault(name)?.FirstOrDefault(f => f.Parameters.Length == arguments);

    /// <summary>True when the name is an aggregate's.</summary>
    public bool IsAggregate(string name) => _aggregates.ContainsKey(name) || _parent?.IsAggregate(name) == true;

    /// <summary>True when the name is a scalar function's.</summary>
    public bool IsScalar(string name) => _scalars.ContainsKey(name) || _parent?.IsScalar(name) == true;

    /// <summary>The overload that fits the arguments best; the caller casts them to its argument types.</summary>
    /// <exception cref="QueryException">42883: no such function. 42725: several fit as well.</exception>
    public ScalarFunction BindScalar(string name, ReadOnlySpan<ArgumentType> arguments)
    {
        IReadOnlyList<ScalarOverload> overloads = Scalars(name);
        int best = Choose(name, overloads.Select(o => o.Signature), arguments, out LogicalType[] types);
        return overloads[best].Bind(types);
    }

    /// <summary>The overload that fits the arguments best, or null where none does.</summary>
    public ScalarFunction? TryBindScalar(string name, ReadOnlySpan<ArgumentType> arguments)
    {
        (ScalarOverload? best, LogicalType[] bestTypes, int bestCost) = (null, [], int.MaxValue);
        foreach (ScalarOverload overload in Scalars(name))
        {
            int cost = overload.Signature.Match(arguments, out LogicalType[] types);
            if (cost >= 0 && cost < bestCost) (best, bestTypes, bestCost) = (overload, types, cost);
        }
        return best?.Bind(bestTypes);
    }

    /// <summary>The aggregate overload that fits best, with the types that its arguments are cast to.</summary>
    /// <exception cref="QueryException">42883: no such function. 42725: several fit as well.</exception>
    public (AggregateOverload Overload, LogicalType[] Types) ChooseAggregate(
        string name, ReadOnlySpan<ArgumentType> arguments)
    {
        IReadOnlyList<AggregateOverload> overloads = Aggregates(name);
        int best = Choose(name, overloads.Select(o => o.Signature), arguments, out LogicalType[] types);
        return (overloads[best], types);
    }

    /// <summary>Names like this one, nearest first, for "did you mean".</summary>
    public string? Suggest(string name) =>
        Suggestion.Nearest(
            name,
            _scalars.Keys.Concat(_aggregates.Keys).Concat(s_lambdas.Keys).Concat(s_defined.Keys)
                .Concat(_parent?._scalars.Keys ?? []));

    private int Choose(
        string name, IEnumerable<Signature> signatures, ReadOnlySpan<ArgumentType> arguments, out LogicalType[] types)
    {
        int best = -1;
        int bestCost = int.MaxValue;
        bool isTie = false;
        bool exists = false;
        types = [];
        int index = 0;
        foreach (Signature signature in signatures)
        {
            exists = true;
            int cost = signature.Match(arguments, out LogicalType[] matched);
            if (cost >= 0 && cost <= bestCost)
            {
                isTie = cost == bestCost && !matched.AsSpan().SequenceEqual(types);
                (best, bestCost, types) = (index, cost, matched);
            }
            index++;
        }
        string call = $"{name}({string.Join(", ", arguments.ToArray())})";
        if (best < 0) throw NotFound(name, call, exists, signatures);
        if (isTie)
        {
            throw new QueryException(
                SqlStates.AmbiguousFunction, $"Function is not unique: {call}",
                hint: "Add explicit casts so that one of them fits better.");
        }
        return best;
    }

    private QueryException NotFound(string name, string call, bool exists, IEnumerable<Signature> signatures)
    {
        string? hint = exists
            ? $"There is {string.Join(", ", signatures.Take(6).Select(s => name + s))}."
            : Suggest(name) is { } nearest ? $"Did you mean {nearest}?" : null;
        return new QueryException(SqlStates.UndefinedFunction, $"Function does not exist: {call}", hint: hint);
    }

    private static FrozenDictionary<string, T[]> ByName<T>(IEnumerable<T> overloads, Func<T, FunctionInfo> infoOf) =>
        overloads
            .SelectMany(o => infoOf(o).Aliases.Prepend(infoOf(o).Name).Select(name => (Name: name, Overload: o)))
            .GroupBy(pair => pair.Name)
            .ToFrozenDictionary(group => group.Key, group => group.Select(pair => pair.Overload).ToArray());
}
