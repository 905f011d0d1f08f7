using System.Numerics;
using System.Runtime.CompilerServices;
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

    private const int HashBits = 14, MaxBlockBytes = 1 << 16, MinInputBytes = 16;

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

    private static bool TryDecode(byte* p, byte* end, byte* to, byte* toEnd)
    {
        byte* start = to;
        while (p < end)
        {
            int tag = *p++;
            int length = (tag >> 2) + 1;
            uint offset;
            switch (tag & 3)
            {
                case 0:
                    if (length > 60 && !TryReadLiteralLength(ref p, end, length - 60, out length)) return false;
                    if (length > end - p || length > toEnd - to) return false;
                    CopyLiteral(p, end, to, toEnd, length);
                    p += length;
                    to += length;
                    continue;
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
            CopyWithin(to, toEnd, offset, length);
            to += length;
        }
        return to == toEnd;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLiteral(byte* from, byte* fromEnd, byte* to, byte* toEnd, int length)
    {
        if (length <= 16 && fromEnd - from >= SlackBytes && toEnd - to >= SlackBytes) Vector128.Load(from).Store(to);
        else Buffer.MemoryCopy(from, to, length, length);
    }

    // A copy may overlap what it writes: that repeats a pattern.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyWithin(byte* to, byte* toEnd, uint offset, int length)
    {
        byte* from = to - offset;
        if (offset >= 16 && toEnd - to >= length + SlackBytes)
        {
            for (int i = 0; i < length; i += 16) Vector128.Load(from + i).Store(to + i);
            return;
        }
        if (offset >= length) Buffer.MemoryCopy(from, to, length, length);
        else for (int i = 0; i < length; i++) to[i] = from[i];
    }

    // Greedy matching by a hash of four bytes; where nothing matches, steps grow, so that random bytes pass quickly.
    private static byte* CompressBlock(byte* block, int length, byte* to)
    {
        byte* literal = block;
        byte* end = block + length;
        if (length >= MinInputBytes)
        {
            ushort[] table = t_table ??= new ushort[1 << HashBits];
            Array.Clear(table);
            byte* limit = end - MinInputBytes;
            byte* p = block + 1;
            int misses = 32;
            while (p < limit)
            {
                uint four = Unsafe.ReadUnaligned<uint>(p);
                ref ushort slot = ref table[(four * 0x1E35_A7BD) >> (32 - HashBits)];
                byte* candidate = block + slot;
                slot = (ushort)(p - block);
                if (candidate >= p || Unsafe.ReadUnaligned<uint>(candidate) != four)
                {
                    p += misses++ >> 5;
                    continue;
                }
                to = WriteLiteral(literal, (int)(p - literal), to);
                int matched = 4 + MatchLength(candidate + 4, p + 4, end);
                to = WriteCopy((int)(p - candidate), matched, to);
                p += matched;
                literal = p;
                misses = 32;
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

    private static byte* WriteLiteral(byte* from, int length, byte* to)
    {
        if (length == 0) return to;
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
