using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Fragments;

/// <summary>
/// A horizontal cut: the 64-bit positions from <paramref name="First"/> to <paramref name="Last"/>, both in.
/// </summary>
internal readonly record struct HashRange(ulong First, ulong Last)
{
    /// <summary>Every position.</summary>
    public static HashRange All { get; } = new(0, ulong.MaxValue);

    public bool Contains(ulong position) => position >= First && position <= Last;

    public bool Overlaps(HashRange other) => First <= other.Last && other.First <= Last;

    /// <summary>The whole space in <paramref name="count"/> ranges whose sizes differ by at most one.</summary>
    public static ImmutableArray<HashRange> Split(int count)
    {
        Invariant.Holds(count > 0);
        ImmutableArray<HashRange>.Builder ranges = ImmutableArray.CreateBuilder<HashRange>(count);
        UInt128 space = UInt128.One << 64;
        for (int i = 0; i < count; i++)
        {
            UInt128 first = space * (uint)i / (uint)count;
            UInt128 next = space * (uint)(i + 1) / (uint)count;
            ranges.Add(new HashRange((ulong)first, (ulong)(next - 1)));
        }
        return ranges.MoveToImmutable();
    }

    /// <summary>16 hex digits each, as pictures of the fragment map print them.</summary>
    public override string ToString() => $"{First:x16}..{Last:x16}";
}
