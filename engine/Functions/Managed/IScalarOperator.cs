namespace ColFrag.Engine.Functions.Managed;

/// <summary>A function of one value as a struct, so that its code is compiled into the loop over rows.</summary>
/// <typeparam name="T">The argument: a number or bool.</typeparam>
/// <typeparam name="TResult">The result: a number or bool.</typeparam>
public interface IScalarOperator<T, TResult> where T : unmanaged where TResult : unmanaged
{
    /// <summary>Computes a row; NULLs are never seen.</summary>
    static abstract TResult Apply(T value);
}

/// <summary>A function of two values as a struct, so that its code is compiled into the loop over rows.</summary>
/// <typeparam name="T1">The first argument: a number or bool.</typeparam>
/// <typeparam name="T2">The second argument: a number or bool.</typeparam>
/// <typeparam name="TResult">The result: a number or bool.</typeparam>
public interface IScalarOperator<T1, T2, TResult> where T1 : unmanaged where T2 : unmanaged where TResult : unmanaged
{
    /// <summary>Computes a row; NULLs are never seen.</summary>
    static abstract TResult Apply(T1 left, T2 right);
}
