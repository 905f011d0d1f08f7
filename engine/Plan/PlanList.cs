using System.Collections;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Plan;

/// <summary>
/// An immutable list inside a plan. Two lists are equal when their items are, which makes the records that hold them
/// comparable.
/// </summary>
[CollectionBuilder(typeof(PlanList), nameof(PlanList.Create))]
internal readonly struct PlanList<T> : IReadOnlyList<T>, IEquatable<PlanList<T>>
{
    private readonly T[]? _items;

    /// <summary>Takes over the array; the caller never touches it again.</summary>
    internal PlanList(T[]? items) => _items = items;

    public int Count => _items?.Length ?? 0;

    public bool IsEmpty => Count == 0;

    public T this[int index] => _items![index];

    /// <summary>The items without a copy.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>
    /// A list of what the function makes of every item; this list itself when every item stays the same object, so that
    /// an unchanged plan is seen as unchanged.
    /// </summary>
    public PlanList<T> Rewrite(Func<T, T> change)
    {
        T[]? changed = null;
        for (int i = 0; i < Count; i++)
        {
            T item = change(_items![i]);
            if (changed is null && !ReferenceEquals(item, _items[i]))
                changed = [.. _items.AsSpan(0, i), .. new T[Count - i]];
            if (changed is not null) changed[i] = item;
        }
        return changed is null ? this : new PlanList<T>(changed);
    }

    /// <summary>A list of what the function makes of every item.</summary>
    public PlanList<TResult> Map<TResult>(Func<T, TResult> convert) =>
        _items is null ? default : new PlanList<TResult>(Array.ConvertAll(_items, item => convert(item)));

    /// <summary>Position of the first item that is equal, or -1.</summary>
    public int IndexOf(T item) => _items is null ? -1 : Array.IndexOf(_items, item);

    /// <summary>True when both are the same list in memory.</summary>
    public bool IsSameAs(PlanList<T> other) => ReferenceEquals(_items, other._items);

    /// <inheritdoc/>
    public bool Equals(PlanList<T> other)
    {
        if (ReferenceEquals(_items, other._items)) return true;
        if (Count != other.Count) return false;
        EqualityComparer<T> comparer = EqualityComparer<T>.Default;
        for (int i = 0; i < Count; i++)
        {
            if (!comparer.Equals(_items![i], other._items![i])) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PlanList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (T item in AsSpan()) hash.Add(item);
        return hash.ToHashCode();
    }

    public static bool operator ==(PlanList<T> left, PlanList<T> right) => left.Equals(right);

    public static bool operator !=(PlanList<T> left, PlanList<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", this);

    public ReadOnlySpan<T>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => (_items ?? Enumerable.Empty<T>()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_items ?? Enumerable.Empty<T>()).GetEnumerator();
}

/// <summary>Makes plan lists.</summary>
internal static class PlanList
{
    /// <summary>A list of the items; the target of collection expressions.</summary>
    public static PlanList<T> Create<T>(ReadOnlySpan<T> items) =>
        items.IsEmpty ? default : new PlanList<T>(items.ToArray());

    /// <summary>A list of what a sequence yields.</summary>
    public static PlanList<T> ToPlanList<T>(this IEnumerable<T> items) => new(items.ToArray());
}
