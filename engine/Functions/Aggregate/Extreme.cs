using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>The state of min and max over values of fixed size.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Extreme<T> where T : unmanaged
{
    public T Value;
    public byte HasValue;
}

/// <summary>Which of two values is the better one.</summary>
internal interface IPreference<T>
{
    static abstract bool IsBetter(T candidate, T best);
}

/// <summary>The smaller one; NaN is the largest number, as in PostgreSQL.</summary>
internal readonly struct Smaller<T> : IPreference<T> where T : unmanaged, INumberBase<T>, IComparable<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBetter(T candidate, T best) =>
        T.IsNaN(best) ? !T.IsNaN(candidate) : !T.IsNaN(candidate) && candidate.CompareTo(best) < 0;
}

/// <summary>The larger one; NaN is the largest number.</summary>
internal readonly struct Larger<T> : IPreference<T> where T : unmanaged, INumberBase<T>, IComparable<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBetter(T candidate, T best) =>
        !T.IsNaN(best) && (T.IsNaN(candidate) || candidate.CompareTo(best) > 0);
}

/// <summary>The shorter interval.</summary>
internal readonly struct Shorter : IPreference<Interval>
{
    public static bool IsBetter(Interval candidate, Interval best) => candidate.CompareTo(best) < 0;
}

/// <summary>The longer interval.</summary>
internal readonly struct Longer : IPreference<Interval>
{
    public static bool IsBetter(Interval candidate, Interval best) => candidate.CompareTo(best) > 0;
}

/// <summary>min or max over values of fixed size.</summary>
internal readonly struct ExtremeOps<T, TPreference>(LogicalType type) : IAggregateOps<Extreme<T>, T, T>
    where T : unmanaged where TPreference : struct, IPreference<T>
{
    public IReadOnlyList<LogicalType> PartialTypes { get; } = [type];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ref Extreme<T> state, T value, AggregateContext context)
    {
        if (state.HasValue != 0 && !TPreference.IsBetter(value, state.Value)) return;
        state.Value = value;
        state.HasValue = 1;
    }

    public void Combine(ref Extreme<T> target, in Extreme<T> source, AggregateContext context)
    {
        if (source.HasValue != 0) Add(ref target, source.Value, context);
    }

    public bool Finish(in Extreme<T> state, AggregateContext context, out T result)
    {
        result = state.Value;
        return state.HasValue != 0;
    }

    public void WritePartial(in Extreme<T> state, in PartialWriter target, AggregateContext context)
    {
        target.Set(0, state.Value);
        if (state.HasValue == 0) target.SetNull(0);
    }

    public void MergePartial(ref Extreme<T> state, in PartialReader source, AggregateContext context)
    {
        if (!source.IsNull(0)) Add(ref state, source.Get<T>(0), context);
    }
}
