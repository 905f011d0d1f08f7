using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions;

/// <summary>
/// One overload of a function with its argument types decided: a value per row from the values of the arguments.
/// Stateless and shared by threads; what a call keeps from batch to batch (a compiled pattern, text) is in the
/// <see cref="FunctionContext"/>. Two are equal when name, argument types and result type are.
/// </summary>
internal abstract class ScalarFunction(FunctionInfo info, LogicalType[] argumentTypes, LogicalType resultType)
    : IEquatable<ScalarFunction>
{
    public FunctionInfo Info => info;

    /// <summary>The types that <see cref="Evaluate"/> gets; the binder casts to them.</summary>
    public IReadOnlyList<LogicalType> ArgumentTypes => argumentTypes;

    public LogicalType ResultType => resultType;

    public bool IsVolatile => (info.Flags & FunctionFlags.Volatile) != 0;

    public bool IsStable => (info.Flags & FunctionFlags.Stable) != 0;

    public bool CanThrow => (info.Flags & FunctionFlags.CanThrow) != 0;

    public bool HandlesNulls => (info.Flags & FunctionFlags.HandlesNulls) != 0;

    /// <summary>
    /// The function for a call with these constants among its arguments (null where an argument is none): another
    /// result type, such as the scale of round(x, 2). This function where constants change nothing.
    /// </summary>
    public virtual ScalarFunction Specialize(ReadOnlySpan<Value?> constants) => this;

    /// <summary>
    /// Computes rows 0 to <paramref name="count"/> - 1. Arguments have any shape; the result is reset here and gets the
    /// shape that fits (constant for constants, codes for codes). Where <see cref="FunctionContext.Mask"/> is set, rows
    /// outside it may be skipped and never throw.
    /// </summary>
    public abstract void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context);

    /// <inheritdoc/>
    public bool Equals(ScalarFunction? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && info.Name == other.Info.Name && resultType.Equals(other.ResultType) &&
         argumentTypes.AsSpan().SequenceEqual(other.ArgumentTypes.ToArray()) && Equals(info.Entry, other.Info.Entry) &&
         HasSameParts(other));

    /// <summary>Compares what name and types do not tell: the lambda of a function that takes one.</summary>
    protected virtual bool HasSameParts(ScalarFunction other) => true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ScalarFunction);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(info.Name, argumentTypes.Length, resultType.Kind);

    /// <inheritdoc/>
    public override string ToString() => $"{info.Name}({string.Join(", ", (object[])argumentTypes)})";
}
