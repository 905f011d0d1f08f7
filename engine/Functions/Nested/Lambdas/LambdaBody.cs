using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lambdas;

/// <summary>
/// What a lambda computes, over the columns that it takes: first its parameters, then what it uses of the row around.
/// Two are equal when they compute the same.
/// </summary>
/// <param name="parameterTypes">The types of the parameters, of which the lambda may leave out the last.</param>
/// <param name="resultType">The type of what it gives.</param>
internal abstract class LambdaBody(LogicalType[] parameterTypes, LogicalType resultType)
{
    public IReadOnlyList<LogicalType> ParameterTypes => parameterTypes;

    public LogicalType ResultType => resultType;

    /// <summary>True when the same input can give another value.</summary>
    public abstract bool IsVolatile { get; }

    /// <summary>Begins computing in one thread.</summary>
    public abstract ILambdaRun Start(SessionInfo session, MemoryAccount account);
}

/// <summary>A lambda at work in one thread.</summary>
internal interface ILambdaRun : IDisposable
{
    /// <summary>
    /// The values of rows 0 to <paramref name="count"/> - 1, at most <see cref="Batch.MaxRows"/>; good until the next
    /// call.
    /// </summary>
    ColumnVector Evaluate(ColumnVector[] columns, int count);
}
