using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Nested.Lambdas;

/// <summary>A function that takes a list and a lambda over its elements, or a lambda alone.</summary>
/// <param name="Info">Name and documentation.</param>
internal abstract record LambdaOverload(FunctionInfo Info)
{
    /// <summary>How many parameters the lambda must have.</summary>
    public abstract int MinParameters { get; }

    /// <summary>How many it may have; the last one is the place of the element, from 1.</summary>
    public int MaxParameters => MinParameters + 1;

    /// <summary>True when a list stands before the lambda.</summary>
    public virtual bool TakesList => true;

    /// <summary>True when a third argument may say where to start.</summary>
    public virtual bool TakesStart => false;

    /// <summary>The types of the lambda's parameters.</summary>
    public abstract LogicalType[] ParameterTypes(LogicalType element, LogicalType? start);

    /// <summary>The type that the lambda must give; null where it decides.</summary>
    public abstract LogicalType? BodyType(LogicalType element, LogicalType? start);

    /// <summary>
    /// The function for arguments of these types: the list, the start where there is one, what the lambda captures.
    /// </summary>
    public abstract LambdaFunction Bind(LogicalType[] arguments, LambdaBody body, bool hasStart);
}
