namespace ColFrag.Engine.Functions.Managed;

/// <summary>Computes results for the rows of a vector; NULL rows may hold anything, and their results are
/// dropped.</summary>
/// <typeparam name="T">The argument: a number or bool.</typeparam>
/// <typeparam name="TResult">The result: a number or bool.</typeparam>
public delegate void VectorFunction<T, TResult>(ReadOnlySpan<T> values, Span<TResult> results);

/// <summary>As <see cref="VectorFunction{T, TResult}"/>, of two arguments.</summary>
/// <typeparam name="T1">The first argument: a number or bool.</typeparam>
/// <typeparam name="T2">The second argument: a number or bool.</typeparam>
/// <typeparam name="TResult">The result: a number or bool.</typeparam>
public delegate void VectorFunction<T1, T2,
    TResult>(ReadOnlySpan<T1> left, ReadOnlySpan<T2> right, Span<TResult> results);
