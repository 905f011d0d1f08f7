using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>
/// One overload of an aggregate with its argument types decided. Two are equal when name, argument types and
/// parameters are.
/// </summary>
/// <param name="info">Name and documentation.</param>
/// <param name="shape">Whether the executor has a dense path.</param>
/// <param name="argumentTypes">The types of the rows' arguments; the binder casts to them.</param>
/// <param name="parameters">Arguments that are constants of the call, such as the fraction of a quantile.</param>
/// <param name="kernel">The computation.</param>
internal sealed class AggregateFunction(
    FunctionInfo info, AggregateShape shape, LogicalType[] argumentTypes, Value[] parameters, IAggregateKernel kernel)
    : IEquatable<AggregateFunction>
{
    public FunctionInfo Info => info;

    public AggregateShape Shape => shape;

    public IReadOnlyList<LogicalType> ArgumentTypes => argumentTypes;

    public IReadOnlyList<Value> Parameters => parameters;

    public LogicalType ResultType => kernel.ResultType;

    public IAggregateKernel Kernel => kernel;

    /// <summary>True when the value depends on the order of the rows: array_agg, string_agg, first, last.</summary>
    public bool IsOrderSensitive { get; init; }

    /// <summary>
    /// False where states of groups cannot leave the process: those of C# are objects. Whole rows are sent then.
    /// </summary>
    public bool HasPortableStates => info.Entry is null;

    /// <summary>True when DISTINCT changes nothing: min, max, bool_and.</summary>
    public bool IgnoresDuplicates { get; init; }

    /// <inheritdoc/>
    public bool Equals(AggregateFunction? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && info.Name == other.Info.Name && ResultType.Equals(other.ResultType) &&
         argumentTypes.AsSpan().SequenceEqual(other.ArgumentTypes.ToArray()) && Equals(info.Entry, other.Info.Entry) &&
         parameters.AsSpan().SequenceEqual(other.Parameters.ToArray()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AggregateFunction);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(info.Name, argumentTypes.Length, ResultType.Kind);

    /// <inheritdoc/>
    public override string ToString() => $"{info.Name}({string.Join(", ", (object[])argumentTypes)})";
}
