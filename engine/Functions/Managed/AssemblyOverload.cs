using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>A function of an assembly as it was declared: enough to bind calls before any code is loaded.</summary>
/// <param name="Info">Name, flags, and where the code is.</param>
/// <param name="Parameters">The declared types.</param>
/// <param name="IsAggregate">True for an aggregate.</param>
internal sealed record AssemblyOverload(FunctionInfo Info, LogicalType[] Parameters, bool IsAggregate)
{
    /// <summary>The function of rows that it is; its code is loaded with the first call that is bound.</summary>
    public ScalarOverload ToScalar(AssemblyLibrary library) => new(
        Info, ManagedRoutine.SignatureOf(Parameters),
        types => Scalar(library, Info, types) ?? throw Errors.Invariant.Unreachable($"no function: {Info.Name}"));

    /// <summary>The aggregate that it is.</summary>
    public AggregateOverload ToAggregate(AssemblyLibrary library) => new(
        Info, ManagedRoutine.SignatureOf(Parameters),
        (types, _) => Aggregate(library, Info, types) ??
            throw Errors.Invariant.Unreachable($"no aggregate: {Info.Name}"));

    /// <summary>The function for arguments of exactly these types; null where the code is an aggregate.</summary>
    public static ScalarFunction? Scalar(AssemblyLibrary library, FunctionInfo info, LogicalType[] types)
    {
        ManagedRoutine routine = library.Find(info.Entry!, types);
        return routine.Scalar?.Invoke(info with { Flags = info.Flags | routine.Flags }).Bind(types);
    }

    /// <summary>The aggregate of exactly these types; null where the code is none.</summary>
    public static AggregateFunction? Aggregate(AssemblyLibrary library, FunctionInfo info, LogicalType[] types)
    {
        ManagedRoutine routine = library.Find(info.Entry!, types);
        return routine.Aggregate?.Invoke(info with { Flags = info.Flags | routine.Flags }).Bind(types, []);
    }
}
