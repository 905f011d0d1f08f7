namespace ColFrag.Engine.Functions;

// What a function's author writes: the meaning of one value, per number of arguments. NULLs, constants, dictionaries
// and loops belong to the driver. Text arguments are ReadOnlySpan<byte>; a text result is a slice of an argument, a
// literal, or written with a Utf8Writer (the Text forms). The Nullable forms return false for NULL; the Session forms
// see the session's time, zone and user.

/// <summary>A function of one value, none of which is NULL.</summary>
internal interface IUnaryFunction<T1, TResult>
    where T1 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x);
}

/// <summary>As above; false gives NULL.</summary>
internal interface IUnaryNullableFunction<T1, TResult>
    where T1 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract bool Apply(T1 x, out TResult result);
}

/// <summary>As above; writes its text.</summary>
internal interface IUnaryTextFunction<T1>
    where T1 : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract void Apply(T1 x, ref Utf8Writer target);
}

/// <summary>As above; sees the session.</summary>
internal interface IUnarySessionFunction<T1, TResult>
    where T1 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x, FunctionContext context);
}

/// <summary>A function of two values, none of which is NULL.</summary>
internal interface IBinaryFunction<T1, T2, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x, T2 y);
}

/// <summary>As above; false gives NULL.</summary>
internal interface IBinaryNullableFunction<T1, T2, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract bool Apply(T1 x, T2 y, out TResult result);
}

/// <summary>As above; writes its text.</summary>
internal interface IBinaryTextFunction<T1, T2>
    where T1 : allows ref struct
    where T2 : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract void Apply(T1 x, T2 y, ref Utf8Writer target);
}

/// <summary>As above; sees the session.</summary>
internal interface IBinarySessionFunction<T1, T2, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x, T2 y, FunctionContext context);
}

/// <summary>A function of three values, none of which is NULL.</summary>
internal interface ITernaryFunction<T1, T2, T3, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x, T2 y, T3 z);
}

/// <summary>As above; false gives NULL.</summary>
internal interface ITernaryNullableFunction<T1, T2, T3, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract bool Apply(T1 x, T2 y, T3 z, out TResult result);
}

/// <summary>As above; writes its text.</summary>
internal interface ITernaryTextFunction<T1, T2, T3>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract void Apply(T1 x, T2 y, T3 z, ref Utf8Writer target);
}

/// <summary>As above; sees the session.</summary>
internal interface ITernarySessionFunction<T1, T2, T3, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x, T2 y, T3 z, FunctionContext context);
}

/// <summary>A function of four values, none of which is NULL.</summary>
internal interface IQuaternaryFunction<T1, T2, T3, T4, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x, T2 y, T3 z, T4 w);
}

/// <summary>As above; false gives NULL.</summary>
internal interface IQuaternaryNullableFunction<T1, T2, T3, T4, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract bool Apply(T1 x, T2 y, T3 z, T4 w, out TResult result);
}

/// <summary>As above; writes its text.</summary>
internal interface IQuaternaryTextFunction<T1, T2, T3, T4>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract void Apply(T1 x, T2 y, T3 z, T4 w, ref Utf8Writer target);
}

/// <summary>As above; sees the session.</summary>
internal interface IQuaternarySessionFunction<T1, T2, T3, T4, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(T1 x, T2 y, T3 z, T4 w, FunctionContext context);
}

/// <summary>A function without arguments; sees the session.</summary>
internal interface INullaryFunction<TResult>
    where TResult : allows ref struct
{
    static abstract FunctionInfo Info { get; }

    static abstract TResult Apply(FunctionContext context);
}
