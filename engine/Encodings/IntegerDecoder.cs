using System.Diagnostics;
using System.Numerics;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// An integer stream that is open for decoding: immutable, shared by all threads. Values are delivered as
/// <c>lane[i] = add + (value[i] - Base)</c> in lanes of 1, 2, 4 or 8 bytes, wrapping: with add 0 in a lane of at least
/// <see cref="Bits"/> bits these are offsets from the base, with add = Base the values themselves in any lane they fit.
/// </summary>
internal abstract unsafe class IntegerDecoder(in IntegerHeader header)
{
    /// <summary>Number of values.</summary>
    public int Count { get; } = header.Count;

    /// <summary>The smallest value.</summary>
    public long Base { get; } = header.Base;

    /// <summary>Every value is below <c>Base + 2^Bits</c>.</summary>
    public int Bits { get; } = header.Bits;

    /// <summary>Bytes of managed memory that were made to open it.</summary>
    public virtual long IndexBytes => 0;

    /// <summary>Decodes values; the first is the first of a vector.</summary>
    public void Decode(int first, int count, ulong add, byte* target, int laneBytes)
    {
        Debug.Assert(first >= 0 && count >= 0 && first <= Count - count, "Rows outside the stream.");
        switch (laneBytes)
        {
            case 1: DecodeLanes(first, count, (byte)add, target); break;
            case 2: DecodeLanes(first, count, (ushort)add, (ushort*)target); break;
            case 4: DecodeLanes(first, count, (uint)add, (uint*)target); break;
            case 8: DecodeLanes(first, count, add, (ulong*)target); break;
            default: throw Invariant.Unreachable("lane size");
        }
    }

    /// <summary>Decodes all values, for streams that index others.</summary>
    public long[] DecodeAll()
    {
        long[] values = new long[Count];
        fixed (long* target = values) Decode(0, Count, (ulong)Base, (byte*)target, sizeof(long));
        return values;
    }

    /// <summary>The offsets where they lie in the file as lanes of this size, or null.</summary>
    public virtual byte* TryBorrow(int first, int laneBytes) => null;

    /// <summary>Decodes to lanes of one type.</summary>
    protected abstract void DecodeLanes<T>(int first, int count, T add, T* target)
        where T : unmanaged, IBinaryInteger<T>;
}
