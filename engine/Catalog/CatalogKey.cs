using System.Text;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// A key of the catalog: bytes that order as unsigned bytes, written as UTF-8 text such as <c>t/1f/h</c>.
/// </summary>
internal readonly struct CatalogKey : IEquatable<CatalogKey>, IComparable<CatalogKey>
{
    /// <summary>The longest key; a name of 128 characters with every byte escaped fits.</summary>
    public const int MaxBytes = 4096;

    private readonly byte[]? _bytes;

    public CatalogKey(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    public CatalogKey(string text) => _bytes = Encoding.UTF8.GetBytes(text);

    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool IsEmpty => Bytes.IsEmpty;

    public bool StartsWith(CatalogKey prefix) => Bytes.StartsWith(prefix.Bytes);

    /// <summary>The first key after every key that starts with this one; empty when there is none.</summary>
    public CatalogKey EndOfPrefix()
    {
        ReadOnlySpan<byte> kept = Bytes.TrimEnd((byte)0xFF);
        if (kept.IsEmpty) return default;
        CatalogKey end = new(kept);
        end._bytes![^1]++;
        return end;
    }

    /// <summary>The first key after this one.</summary>
    public CatalogKey Successor() => new([.. Bytes, 0]);

    public int CompareTo(CatalogKey other) => Bytes.SequenceCompareTo(other.Bytes);

    public bool Equals(CatalogKey other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is CatalogKey other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    public static bool operator ==(CatalogKey left, CatalogKey right) => left.Equals(right);

    public static bool operator !=(CatalogKey left, CatalogKey right) => !left.Equals(right);
}

/// <summary>
/// Keys from <paramref name="First"/> up to, not including, <paramref name="End"/>; an empty end is no end.
/// </summary>
internal readonly record struct CatalogKeyRange(CatalogKey First, CatalogKey End)
{
    /// <summary>Every key.</summary>
    public static CatalogKeyRange All => default;

    public static CatalogKeyRange Single(CatalogKey key) => new(key, key.Successor());

    public static CatalogKeyRange Prefix(CatalogKey prefix) => new(prefix, prefix.EndOfPrefix());

    public static CatalogKeyRange Prefix(string prefix) => Prefix(new CatalogKey(prefix));

    public bool Contains(CatalogKey key) => key.CompareTo(First) >= 0 && (End.IsEmpty || key.CompareTo(End) < 0);
}
