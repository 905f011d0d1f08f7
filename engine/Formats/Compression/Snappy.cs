using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>
/// Snappy blocks, in C#.
/// <code>
///   bytes    field
///   1-5      length of the text, variable-length
///   …        elements, told apart by the low two bits of their first byte:
///            00 literal: six bits of length - 1, or 60 to 63 for one to four bytes of it; then the bytes
///            01 copy:    three bits of length - 4, eleven of offset
///            10 copy:    six bits of length - 1, sixteen of offset
///            11 copy:    six bits of length - 1, thirty-two of offset
/// </code>
/// See google/snappy <c>format_description.txt</c>.
/// </summary>
internal static unsafe class Snappy
{
    /// <summary>A literal or copy that ends so far before the end may be moved in whole vectors.</summary>
    private const int SlackBytes = 32;

    /// <summary>The most that one copy writes.</summary>
    private const int MaxCopyBytes = 64;

    private const int MinHashBits = 8, MaxHashBits = 14, MaxBlockBytes = 1 << 16, MinInputBytes = 16;

    private static readonly ushort[] s_elements = MakeElements();
    private static readonly byte[] s_patterns = MakePatterns();

    [ThreadStatic]
    private static ushort[]? t_table;

    /// <summary>
    /// Decompresses into a target of the very length; false when the bytes are damaged or do not fill it.
    /// </summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source, to = target)
        {
            byte* p = from;
            byte* end = from + source.Length;
            if (!TryReadLength(ref p, end, out uint length) || length != (uint)target.Length) return false;
            return TryDecode(p, end, to, to + target.Length);
        }
    }

    /// <summary>The same, element by element: the meaning.</summary>
    internal static bool TryDecompressPlain(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source, to = target)
        {
            byte* p = from, next = to;
            byte* end = from + source.Length, toEnd = to + target.Length;
            if (!TryReadLength(ref p, end, out uint length) || length != (uint)target.Length) return false;
            while (p < end)
            {
                int tag = *p++;
                if (!TryDecodeElement(tag, ref p, end, to, ref next, toEnd)) return false;
            }
            return next == toEnd;
        }
    }

    /// <summary>The most bytes that compressing so many can give.</summary>
    public static int MaxCompressedLength(int length) => checked(32 + length + (length / 6));

    /// <summary>
    /// Compresses; the target holds <see cref="MaxCompressedLength"/> bytes. Returns how many it wrote.
    /// </summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Invariant.Holds(target.Length >= MaxCompressedLength(source.Length));
        fixed (byte* from = source, to = target)
        {
            byte* p = to;
            uint length = (uint)source.Length;
            for (; length >= 0x80; length >>= 7) *p++ = (byte)(length | 0x80);
            *p++ = (byte)length;
            for (int start = 0; start < source.Length; start += MaxBlockBytes)
            {
                p = CompressBlock(from + start, Math.Min(MaxBlockBytes, source.Length - start), p);
            }
            return (int)(p - to);
        }
    }

    private static bool TryReadLength(ref byte* p, byte* end, out uint length)
    {
        length = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if (p == end) return false;
            byte b = *p++;
            if (shift == 28 && b > 0x0F) return false;
            length |= (uint)(b & 0x7F) << shift;
            if (b < 0x80) return true;
        }
        return false;
    }

    // What most elements are, a short literal or a copy far from both ends, takes no branch per kind and no loop.
    private static bool TryDecode(byte* p, byte* end, byte* to, byte* toEnd)
    {
        byte* start = to;
        ref ushort elements = ref MemoryMarshal.GetArrayDataReference(s_elements);
        while (p < end)
        {
            int tag = *p++;
            if (end - p < SlackBytes || toEnd - to < SlackBytes + MaxCopyBytes)
            {
                if (!TryDecodeElement(tag, ref p, end, start, ref to, toEnd)) return false;
                continue;
            }
            if ((tag & 3) == 0)
            {
                int literal = (tag >> 2) + 1;
                if (literal <= 16) Vector128.Load(p).Store(to);
                else if (literal > 60 && !TryReadLiteralLength(ref p, end, literal - 60, out literal)) return false;
                if (literal > 16)
                {
                    if (literal > end - p || literal > toEnd - to) return false;
                    Buffer.MemoryCopy(p, to, literal, literal);
                }
                p += literal;
                to += literal;
                continue;
            }
            int element = Unsafe.Add(ref elements, tag);
            int trailerBytes = element >> 12, length = element & 0xFF;
            // As many of the low bits as the trailer has; the shift count of four bytes is 0.
            uint trailer = Unsafe.ReadUnaligned<uint>(p) & (uint.MaxValue >> (32 - (8 * trailerBytes)));
            uint offset = (uint)(element & 0x700) + trailer;
            if (offset - 1 >= (ulong)(to - start)) return false;
            p += trailerBytes;
            byte* from = to - offset;
            if (offset >= 16)
            {
                for (int i = 0; i < length; i += 16) Vector128.Load(from + i).Store(to + i);
            }
            else
            {
                CopyPattern(from, (int)offset, to, length);
            }
            to += length;
        }
        return to == toEnd;
    }

    /// <summary>One element, wherever it lies.</summary>
    private static bool TryDecodeElement(
        int tag, ref byte* p, byte* end, byte* start, ref byte* to, byte* toEnd)
    {
        int length = (tag >> 2) + 1;
        uint offset;
        switch (tag & 3)
        {
            case 0:
                if (length > 60 && !TryReadLiteralLength(ref p, end, length - 60, out length)) return false;
                if (length > end - p || length > toEnd - to) return false;
                Buffer.MemoryCopy(p, to, length, length);
                p += length;
                to += length;
                return true;
            case 1:
                if (p == end) return false;
                length = (tag >> 2 & 7) + 4;
                offset = (uint)((tag >> 5 << 8) | *p++);
                break;
            case 2:
                if (end - p < 2) return false;
                offset = Unsafe.ReadUnaligned<ushort>(p);
                p += 2;
                break;
            default:
                if (end - p < 4) return false;
                offset = Unsafe.ReadUnaligned<uint>(p);
                p += 4;
                break;
        }
        if (offset == 0 || offset > to - start || length > toEnd - to) return false;
        // A copy may overlap what it writes: that repeats a pattern.
        byte* from = to - offset;
        for (int i = 0; i < length; i++) to[i] = from[i];
        to += length;
        return true;
    }

    private static bool TryReadLiteralLength(ref byte* p, byte* end, int bytes, out int length)
    {
        length = 0;
        if (end - p < bytes) return false;
        uint value = 0;
        for (int i = 0; i < bytes; i++) value |= (uint)*p++ << (8 * i);
        if (value >= int.MaxValue) return false;
        length = (int)value + 1;
        return true;
    }

    /// <summary>
    /// Repeats up to fifteen bytes: sixteen of the pattern at once, as many steps of whole patterns as are needed.
    /// </summary>
    private static void CopyPattern(byte* from, int offset, byte* to, int length)
    {
        Vector128<byte> pattern = Vector128.Shuffle(
            Vector128.Load(from), Vector128.LoadUnsafe(in s_patterns[0], (nuint)offset * 16));
        int step = 16 - (16 % offset);
        for (int i = 0; i < length; i += step) pattern.Store(to + i);
    }

    // Length, high bits of the offset, and bytes that follow, by the first byte of a copy.
    private static ushort[] MakeElements()
    {
        ushort[] elements = new ushort[256];
        for (int tag = 0; tag < 256; tag++)
        {
            elements[tag] = (ushort)((tag & 3) switch
            {
                1 => (1 << 12) | (tag >> 5 << 8) | ((tag >> 2 & 7) + 4),
                2 => (2 << 12) | ((tag >> 2) + 1),
                3 => (4 << 12) | ((tag >> 2) + 1),
                _ => 0,
            });
        }
        return elements;
    }

    // For each length of a pattern, which of its bytes stand in sixteen of it.
    private static byte[] MakePatterns()
    {
        byte[] patterns = new byte[16 * 16];
        for (int offset = 1; offset < 16; offset++)
        {
            for (int i = 0; i < 16; i++) patterns[(offset * 16) + i] = (byte)(i % offset);
        }
        return patterns;
    }

    // Greedy matching by a hash of four bytes; where nothing matches, steps grow, so that random bytes pass quickly.
    private static byte* CompressBlock(byte* block, int length, byte* to)
    {
        byte* literal = block;
        byte* end = block + length;
        if (length >= MinInputBytes)
        {
            // Clearing a large table would cost more than a short block.
            int hashBits = Math.Clamp(BitOperations.Log2((uint)length), MinHashBits, MaxHashBits);
            ushort[] slots = t_table ??= new ushort[1 << MaxHashBits];
            Array.Clear(slots, 0, 1 << hashBits);
            byte* limit = end - MinInputBytes;
            byte* p = block + 1;
            int misses = 32, shift = 32 - hashBits;
            fixed (ushort* table = slots)
            {
                while (p < limit)
                {
                    uint four = Unsafe.ReadUnaligned<uint>(p);
                    ushort* slot = table + ((four * 0x1E35_A7BD) >> shift);
                    byte* candidate = block + *slot;
                    *slot = (ushort)(p - block);
                    if (Unsafe.ReadUnaligned<uint>(candidate) != four)
                    {
                        p += misses++ >> 5;
                        continue;
                    }
                    to = WriteNearLiteral(literal, (int)(p - literal), to);
                    int matched = 4 + MatchLength(candidate + 4, p + 4, end);
                    to = WriteCopy((int)(p - candidate), matched, to);
                    p += matched;
                    literal = p;
                    misses = 32;
                }
            }
        }
        return literal < end ? WriteLiteral(literal, (int)(end - literal), to) : to;
    }

    private static int MatchLength(byte* earlier, byte* later, byte* end)
    {
        byte* start = later;
        while (end - later >= 8)
        {
            ulong difference = Unsafe.ReadUnaligned<ulong>(earlier) ^ Unsafe.ReadUnaligned<ulong>(later);
            if (difference != 0) return (int)(later - start) + (BitOperations.TrailingZeroCount(difference) / 8);
            earlier += 8;
            later += 8;
        }
        while (later < end && *earlier == *later)
        {
            earlier++;
            later++;
        }
        return (int)(later - start);
    }

    /// <summary>A literal behind which sixteen bytes are the block's, and of the target free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* WriteNearLiteral(byte* from, int length, byte* to)
    {
        if (length > 60) return WriteLiteral(from, length, to);
        if (length == 0) return to;
        *to++ = (byte)((length - 1) << 2);
        for (int i = 0; i < length; i += 16) Vector128.Load(from + i).Store(to + i);
        return to + length;
    }

    private static byte* WriteLiteral(byte* from, int length, byte* to)
    {
        int n = length - 1;
        if (n < 60)
        {
            *to++ = (byte)(n << 2);
        }
        else
        {
            int bytes = n < 1 << 8 ? 1 : 2;
            *to++ = (byte)((59 + bytes) << 2);
            for (int i = 0; i < bytes; i++) *to++ = (byte)(n >> (8 * i));
        }
        Buffer.MemoryCopy(from, to, length, length);
        return to + length;
    }

    private static byte* WriteCopy(int offset, int length, byte* to)
    {
        while (length >= 68)
        {
            to = WriteShortCopy(offset, 64, to);
            length -= 64;
        }
        if (length > 64)
        {
            to = WriteShortCopy(offset, 60, to);
            length -= 60;
        }
        return WriteShortCopy(offset, length, to);
    }

    private static byte* WriteShortCopy(int offset, int length, byte* to)
    {
        if (length < 12 && offset < 2048)
        {
            *to++ = (byte)(1 | ((length - 4) << 2) | (offset >> 8 << 5));
            *to++ = (byte)offset;
            return to;
        }
        *to++ = (byte)(2 | ((length - 1) << 2));
        *to++ = (byte)offset;
        *to++ = (byte)(offset >> 8);
        return to;
    }
}
