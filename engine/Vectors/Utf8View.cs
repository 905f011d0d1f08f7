using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ColFrag.Engine.Vectors;

/// <summary>
/// A text or blob in flight: its length, its first four bytes and where it lies. The bytes belong to a buffer that the
/// vector keeps alive, never to the view.
/// <code>
///   bytes    field
///   4        length in bytes
///   4        the first four bytes as a big-endian number, zero-padded, so that unsigned order is byte order
///   8        address
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct Utf8View
{
    public readonly int Length;
    public readonly uint Prefix;
    public readonly byte* Pointer;

    public Utf8View(byte* pointer, int length)
    {
        Length = length;
        Pointer = pointer;
        Prefix = LoadPrefix(pointer, length);
    }

    private Utf8View(byte* pointer, int length, uint prefix)
    {
        Length = length;
        Pointer = pointer;
        Prefix = prefix;
    }

    /// <summary>The same without a branch, for text that four bytes can be read from whatever its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Utf8View FromPadded(byte* pointer, int length)
    {
        uint first = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(pointer));
        return new Utf8View(pointer, length, first & (uint)(0xFFFF_FFFF_0000_0000UL >> (8 * Math.Min(length, 4))));
    }

    public ReadOnlySpan<byte> Span => new(Pointer, Length);

    /// <summary>The same text where its bytes lie now; an empty one lies nowhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Utf8View MovedTo(byte* pointer) => Length == 0 ? default : new Utf8View(pointer, Length, Prefix);

    /// <summary>The first four bytes as they compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadPrefix(byte* pointer, int length)
    {
        if (length >= 4)
            return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(pointer));
        uint prefix = 0;
        for (int i = 0; i < length; i++) prefix |= (uint)pointer[i] << (24 - (8 * i));
        return prefix;
    }

    /// <summary>True when the bytes are the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool SameAs(in Utf8View other) =>
        Length == other.Length && Prefix == other.Prefix && (Length <= 4 || Span.SequenceEqual(other.Span));

    /// <summary>Byte order: negative, zero or positive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompareTo(in Utf8View other) =>
        Prefix != other.Prefix ? (Prefix < other.Prefix ? -1 : 1) : Span.SequenceCompareTo(other.Span);
}

/// <summary>A row of a LIST or MAP: which elements of the child vector it has.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ListView(int Offset, int Length);
