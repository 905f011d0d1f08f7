using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>A bit per dictionary code, asked for by codes: how a filter on values becomes one on codes.</summary>
internal static unsafe class CodeLookup
{
    /// <summary>
    /// <c>mask[i] &amp;= bit codes[i] of allowed</c>. Codes are below <paramref name="codeCount"/>; bits of the mask
    /// past the last row become 0.
    /// </summary>
    public static void And<T>(ulong* allowed, int codeCount, T* codes, int count, ulong* mask)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        int done = sizeof(T) == 1 && Avx512Vbmi.IsSupported
            ? AndVector(allowed, codeCount, (byte*)codes, count, mask) : 0;
        for (int w = done; w < count; w += 64)
        {
            int n = Math.Min(64, count - w);
            ulong word = 0;
            for (int i = 0; i < n; i++)
            {
                uint code = uint.CreateTruncating(codes[w + i]);
                word |= (allowed[code >> 6] >> (int)code & 1) << i;
            }
            mask[w >> 6] &= word;
        }
    }

    /// <summary>
    /// True when the codes that are allowed stand in a row, from the first to the last; none is the first behind the
    /// last.
    /// </summary>
    public static bool IsRange(ulong* allowed, int codeCount, out int first, out int last)
    {
        (first, last) = (0, -1);
        int set = Bitmap.CountSet(allowed, codeCount);
        if (set == 0) return true;
        while (allowed[first >> 6] >> first == 0) first = (first | 63) + 1;
        first += BitOperations.TrailingZeroCount(allowed[first >> 6] >> first);
        last = first + set - 1;
        for (int code = first; code <= last; code++)
        {
            if ((code & 63) == 0 && code + 63 <= last && allowed[code >> 6] == ulong.MaxValue) code += 63;
            else if (!Bitmap.IsSet(allowed, code)) return false;
        }
        return true;
    }

    /// <summary>A table of 256 bytes in four registers: two permutes of two, chosen by the code's top bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AndVector(ulong* allowed, int codeCount, byte* codes, int count, ulong* mask)
    {
        byte* table = stackalloc byte[256];
        for (int code = 0; code < 256; code++)
        {
            table[code] = code < codeCount && Bitmap.IsSet(allowed, code) ? byte.MaxValue : (byte)0;
        }
        Vector512<byte> t0 = Vector512.Load(table), t1 = Vector512.Load(table + 64);
        Vector512<byte> t2 = Vector512.Load(table + 128), t3 = Vector512.Load(table + 192);
        Vector512<byte> top = Vector512.Create((byte)0x80);
        int i = 0;
        for (; i <= count - 64; i += 64)
        {
            Vector512<byte> code = Vector512.Load(codes + i);
            Vector512<byte> low = Avx512Vbmi.PermuteVar64x8x2(t0, code, t1);
            Vector512<byte> high = Avx512Vbmi.PermuteVar64x8x2(t2, code, t3);
            Vector512<byte> isHigh = Vector512.Equals(code & top, top);
            mask[i >> 6] &= Vector512.ConditionalSelect(isHigh, high, low).ExtractMostSignificantBits();
        }
        return i;
    }
}
