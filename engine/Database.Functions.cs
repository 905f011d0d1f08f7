using ColFrag.Engine.Functions.Managed;

namespace ColFrag.Engine;

/// <content>Functions written in C#.</content>
public sealed partial class Database
{
    /// <summary>
    /// Makes a C# function callable in SQL under a name, for all connections of this object. A row with NULL gives NULL
    /// unseen, unless the parameter can be null (<c>long?</c>, <c>string?</c>). What the function throws becomes error
    /// 38000 with the row's arguments. A function of the same name registered before is replaced.
    /// </summary>
    /// <param name="name">The name in SQL, in any case.</param>
    /// <param name="function">Up to four parameters of C#'s numbers, bool, string, byte[], decimal, dates, times or
    /// Guid.</param>
    /// <param name="options">Whether it is deterministic; it is unless told.</param>
    /// <exception cref="ArgumentException">A parameter or the result is of a type that SQL has no counterpart
    /// for.</exception>
    /// <exception cref="Errors.QueryException">42723: a built-in function has the name.</exception>
    /// <example><code>
    /// shop.CreateFunction("with_tax", (decimal price, string country) => price * RateOf(country));
    /// </code></example>
    public void CreateFunction(string name, Delegate function, FunctionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        Host.Registered.Add(name, ManagedRoutine.OfDelegate(function), options);
    }

    /// <summary>Makes a struct operator callable: its code is compiled into the loop over rows.</summary>
    /// <inheritdoc cref="CreateFunction(string, Delegate, FunctionOptions?)"/>
    public void CreateFunction<TOperator, T, TResult>(string name, FunctionOptions? options = null)
        where TOperator : struct, IScalarOperator<T, TResult> where T : unmanaged where TResult : unmanaged =>
        Host.Registered.Add(name, ManagedRoutine.OfOperator<TOperator, T, TResult>(), options);

    /// <summary>Makes a struct operator of two values callable.</summary>
    /// <inheritdoc cref="CreateFunction(string, Delegate, FunctionOptions?)"/>
    public void CreateFunction<TOperator, T1, T2, TResult>(string name, FunctionOptions? options = null)
        where TOperator : struct, IScalarOperator<T1, T2, TResult>
        where T1 : unmanaged where T2 : unmanaged where TResult : unmanaged =>
        Host.Registered.Add(name, ManagedRoutine.OfPairOperator<TOperator, T1, T2, TResult>(), options);

    /// <summary>Makes a function over whole vectors callable, for code that uses SIMD itself.</summary>
    /// <inheritdoc cref="CreateFunction(string, Delegate, FunctionOptions?)"/>
    public void CreateVectorFunction<T, TResult>(
        string name, VectorFunction<T, TResult> function, FunctionOptions? options = null)
        where T : unmanaged where TResult : unmanaged =>
        Host.Registered.Add(name, ManagedRoutine.OfVectors(function), options);

    /// <summary>Makes a function over whole vectors of two arguments callable.</summary>
    /// <inheritdoc cref="CreateFunction(string, Delegate, FunctionOptions?)"/>
    public void CreateVectorFunction<T1, T2, TResult>(
        string name, VectorFunction<T1, T2, TResult> function, FunctionOptions? options = null)
        where T1 : unmanaged where T2 : unmanaged where TResult : unmanaged =>
        Host.Registered.Add(name, ManagedRoutine.OfVectorPairs(function), options);

    /// <summary>Makes an aggregate callable.</summary>
    /// <inheritdoc cref="CreateFunction(string, Delegate, FunctionOptions?)"/>
    /// <example><code>
    /// shop.CreateAggregate("longest", new AggregateDefinition&lt;string, string, string?&gt;
    /// {
    ///     Create = () => "", Add = (s, x) => x.Length > s.Length ? x : s,
    ///     Combine = (a, b) => a.Length >= b.Length ? a : b, Finish = s => s,
    /// });
    /// </code></example>
    public void CreateAggregate<TState, TInput, TResult>(
        string name, AggregateDefinition<TState, TInput, TResult> definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Host.Registered.Add(name, ManagedRoutine.OfAggregate(definition));
    }
}
