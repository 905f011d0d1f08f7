using System.Numerics;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Finds the value at a place of an order without sorting the rest: quickselect (Hoare 1961) with a partition that has
/// no branch on the values (Alexandrescu 2020), since in random data every such branch is a coin toss.
/// </summary>
internal static unsafe class OrderStatistic
{
    /// <summary>Fewer values than this are sorted.</summary>
    private const int FewValues = 32;

    /// <summary>
    /// Moves values so that those at <paramref name="place"/> and after it are what a sort would put there.
    /// </summary>
    public static void SelectPair<T>(T* values, int count, int place) where T : unmanaged, IBinaryInteger<T>
    {
        int upper = Select(values, count, place);
        if (place + 1 >= count || place + 1 < upper) return;
        // All up to the place are no larger than it: the next is the smallest of those behind.
        int least = place + 1;
        for (int i = place + 2; i < count; i++) least = values[i] < values[least] ? i : least;
        (values[place + 1], values[least]) = (values[least], values[place + 1]);
    }

    /// <summary>The plain meaning of <see cref="SelectPair"/>.</summary>
    public static void SelectPairScalar<T>(T* values, int count, int place) where T : unmanaged, IBinaryInteger<T> =>
        new Span<T>(values, count).Sort();

    /// <summary>Puts the value of a place there; returns up to where values are in order from there on.</summary>
    private static int Select<T>(T* values, int count, int place) where T : unmanaged, IBinaryInteger<T>
    {
        int first = 0, end = count;
        // Pivots that never cut off much: then sorting is the better half of a bad bargain.
        int tries = 2 * (BitOperations.Log2((uint)Math.Max(count, 1)) + 4);
        while (end - first > FewValues && tries-- > 0)
        {
            T pivot = PivotOf(values, first, end);
            int middle = first + Partition(values + first, end - first, pivot, includesEqual: false);
            if (place < middle)
            {
                end = middle;
                continue;
            }
            // The pivots themselves are in their places.
            int above = middle + Partition(values + middle, end - middle, pivot, includesEqual: true);
            if (place < above) return above;
            first = above;
        }
        new Span<T>(values + first, end - first).Sort();
        return end;
    }

    /// <summary>Brings those below the pivot (or equal to it) to the front; returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Partition<T>(T* values, int count, T pivot, bool includesEqual)
        where T : unmanaged, IBinaryInteger<T>
    {
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            T value = values[i];
            values[i] = values[next];
            values[next] = value;
            bool isBelow = includesEqual ? value <= pivot : value < pivot;
            next += Unsafe.As<bool, byte>(ref isBelow);
        }
        return next;
    }

    /// <summary>The middle one of the middles of three times three values.</summary>
    private static T PivotOf<T>(T* values, int first, int end) where T : unmanaged, IBinaryInteger<T>
    {
        int step = (end - first) / 9;
        T* at = values + first;
        return MiddleOf(
            MiddleOf(at[0], at[step], at[2 * step]), MiddleOf(at[3 * step], at[4 * step], at[5 * step]),
            MiddleOf(at[6 * step], at[7 * step], at[8 * step]));
    }

    private static T MiddleOf<T>(T a, T b, T c) where T : unmanaged, IBinaryInteger<T> =>
        T.Max(T.Min(a, b), T.Min(T.Max(a, b), c));
}
