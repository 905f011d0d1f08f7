using System.Collections;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Sql;

/// <summary>
/// An immutable list inside a syntax tree. Two lists are equal when their items are, which makes the records that hold
/// them comparable. Written as a collection expression: <c>SyntaxList&lt;Identifier&gt; names = [a, b];</c>
/// </summary>
[CollectionBuilder(typeof(SyntaxList), nameof(SyntaxList.Create))]
internal readonly struct SyntaxList<T> : IReadOnlyList<T>, IEquatable<SyntaxList<T>>
{
    private readonly T[]? _items;

    /// <summary>Takes over the array; the caller never touches it again.</summary>
    internal SyntaxList(T[]? items) => _items = items;

    /// <summary>The list without items; the same as <c>default</c>.</summary>
    public static SyntaxList<T> Empty => default;

    /// <summary>How many items there are.</summary>
    public int Count => _items?.Length ?? 0;

    /// <summary>True when there is no item.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>One item, counted from 0.</summary>
    public T this[int index] => AsSpan()[index];

    /// <summary>The items without a copy.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>A list of what the function makes of every item.</summary>
    public SyntaxList<TResult> Map<TResult>(Func<T, TResult> convert) =>
        _items is null ? default : new SyntaxList<TResult>(Array.ConvertAll(_items, item => convert(item)));

    /// <inheritdoc/>
    public bool Equals(SyntaxList<T> other)
    {
        if (Count != other.Count) return false;
        EqualityComparer<T> comparer = EqualityComparer<T>.Default;
        for (int i = 0; i < Count; i++)
        {
            if (!comparer.Equals(_items![i], other._items![i])) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SyntaxList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (T item in AsSpan()) hash.Add(item);
        return hash.ToHashCode();
    }

    /// <summary>Compares item by item.</summary>
    public static bool operator ==(SyntaxList<T> left, SyntaxList<T> right) => left.Equals(right);

    /// <summary>Compares item by item.</summary>
    public static bool operator !=(SyntaxList<T> left, SyntaxList<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", this)}]";

    /// <summary>Walks the items without allocating.</summary>
    public Enumerator GetEnumerator() => new(_items);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => (_items ?? Enumerable.Empty<T>()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_items ?? Enumerable.Empty<T>()).GetEnumerator();

    /// <summary>The walk over a list.</summary>
    public struct Enumerator
    {
        private readonly T[]? _items;
        private int _index;

        internal Enumerator(T[]? items)
        {
            _items = items;
            _index = -1;
        }

        /// <summary>The item under the cursor.</summary>
        public readonly T Current => _items![_index];

        /// <summary>Steps to the next item.</summary>
        public bool MoveNext() => ++_index < (_items?.Length ?? 0);
    }
}

/// <summary>Makes syntax lists.</summary>
internal static class SyntaxList
{
    /// <summary>A list of the items; the target of collection expressions.</summary>
    public static SyntaxList<T> Create<T>(ReadOnlySpan<T> items) =>
        items.IsEmpty ? default : new SyntaxList<T>(items.ToArray());

    /// <summary>A list of what a sequence yields.</summary>
    public static SyntaxList<T> From<T>(IEnumerable<T> items) => new(items.ToArray());
}
