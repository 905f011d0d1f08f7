using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// The execution hash: fast, seeded per process so that nobody can choose colliding keys, and never written anywhere;
/// between processes it runs under a seed that they agree on. (Placement uses XXH64 over canonical bytes, files use
/// XXH128.) Integers of all widths with the same value hash alike.
/// </summary>
internal static unsafe class Hashing
{
    private const ulong Odd1 = 0x9E3779B97F4A7C15, Odd2 = 0xD6E8FEB86659FD93, Odd3 = 0xE7037ED1A0B428DB;

    /// <summary>What a process sets in its <see cref="AppContext"/>, as a number, to repeat a run exactly.</summary>
    public const string SeedName = "ColFrag.HashSeed";

    /// <summary>The process's seed.</summary>
    public static ulong Seed { get; } = AppContext.GetData(SeedName) is ulong fixedSeed
        ? fixedSeed : (ulong)Random.Shared.NextInt64() ^ (ulong)Random.Shared.NextInt64() << 1;

    /// <summary>The hash of NULL, so that it can be a group key.</summary>
    public static ulong Null => OfNull(Seed);

    /// <summary>The hash of NULL under a seed.</summary>
    public static ulong OfNull(ulong seed) => Mix(seed ^ Odd3);

    /// <summary>The hash of an integer: two multiply-xorshift rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfInteger(ulong value) => OfInteger(value, Seed);

    /// <summary>The hash of an integer under a seed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfInteger(ulong value, ulong seed) => Mix(value ^ seed);

    /// <summary>The hash of a 128-bit integer; equal to the 64-bit hash where the value fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfInteger(Int128 value) => OfInteger(value, Seed);

    /// <summary>The hash of a 128-bit integer under a seed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfInteger(Int128 value, ulong seed)
    {
        long low = (long)value;
        ulong hash = OfInteger((ulong)low, seed);
        return low == value ? hash : Combine(hash, OfInteger((ulong)(value >> 64), seed));
    }

    /// <summary>The hash of a float: -0 as 0, every NaN alike.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfDouble(double value) => OfDouble(value, Seed);

    /// <summary>The hash of a float under a seed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfDouble(double value, ulong seed) =>
        OfInteger(double.IsNaN(value) ? 0x7FF8000000000000UL : BitConverter.DoubleToUInt64Bits(value + 0.0), seed);

    /// <summary>The hash of two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfPair(ulong x, ulong y) => Fold(x ^ Odd2 ^ Seed, y ^ Odd3);

    /// <summary>The hash of the next column of a key, put together with that of the columns before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Combine(ulong hash, ulong next) => ((BitOperations.RotateLeft(hash, 23) * Odd1) ^ next) * Odd3;

    /// <summary>The hash of bytes: 16 at a time through the full 128-bit product, after Wang Yi's wyhash.</summary>
    public static ulong OfBytes(byte* bytes, int length) => OfBytes(bytes, length, Seed);

    /// <summary>The hash of bytes under a seed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong OfBytes(byte* bytes, int length, ulong seed)
    {
        ulong state = seed ^ (ulong)length * Odd1;
        if (length <= 16)
        {
            (ulong a, ulong b) = LoadShort(bytes, length);
            return Fold(a ^ Odd2 ^ state, b ^ Odd3);
        }
        int i = 0;
        for (; i < length - 16; i += 16)
        {
            state = Fold(Load(bytes + i) ^ Odd2, Load(bytes + i + 8) ^ state);
        }
        // The last sixteen bytes, some of them for the second time.
        return Fold(Load(bytes + length - 16) ^ Odd3, Load(bytes + length - 8) ^ state);
    }

    /// <summary>The hash of bytes.</summary>
    public static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes) return OfBytes(start, bytes.Length);
    }

    /// <summary><c>hashes[i] = OfInteger(add + values[i])</c> over lanes of any integer type, sign-extended.</summary>
    public static void Integers<T>(T* values, long add, int count, ulong* hashes)
        where T : unmanaged, IBinaryInteger<T> =>
        Integers(values, add, count, hashes, Seed);

    /// <summary><c>hashes[i] = OfInteger(add + values[i], seed)</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Integers<T>(T* values, long add, int count, ulong* hashes, ulong seed)
        where T : unmanaged, IBinaryInteger<T>
    {
        int i = 0;
        if (sizeof(T) == sizeof(ulong) && Avx512DQ.IsSupported)
        {
            Vector512<ulong> seeds = Vector512.Create(seed), plus = Vector512.Create((ulong)add);
            for (; i <= count - 8; i += 8)
            {
                Mix((Vector512.Load((ulong*)values + i) + plus) ^ seeds).Store(hashes + i);
            }
        }
        else if (typeof(T) == typeof(uint) && Avx512DQ.IsSupported)
        {
            Vector512<ulong> seeds = Vector512.Create(seed), plus = Vector512.Create((ulong)add);
            for (; i <= count - 8; i += 8)
            {
                Mix((Avx512F.ConvertToVector512UInt64(Vector256.Load((uint*)values + i)) + plus) ^ seeds).Store(
                    hashes + i);
            }
        }
        for (; i < count; i++) hashes[i] = OfInteger((ulong)(add + long.CreateTruncating(values[i])), seed);
    }

    /// <summary><c>hashes[i] = Combine(hashes[i], next[i])</c></summary>
    public static void Combine(ulong* hashes, ulong* next, int count)
    {
        for (int i = 0; i < count; i++) hashes[i] = Combine(hashes[i], next[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 32)) * Odd2;
        x = (x ^ (x >> 29)) * Odd1;
        return x ^ (x >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Mix(Vector512<ulong> x)
    {
        x = (x ^ (x >>> 32)) * Vector512.Create(Odd2);
        x = (x ^ (x >>> 29)) * Vector512.Create(Odd1);
        return x ^ (x >>> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(byte* at) => Unsafe.ReadUnaligned<ulong>(at);

    /// <summary>At most sixteen bytes as two numbers that differ wherever a byte differs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong A, ulong B) LoadShort(byte* bytes, int length)
    {
        if (length >= 8) return (Load(bytes), Load(bytes + length - 8));
        if (length >= 4)
        {
            return (Unsafe.ReadUnaligned<uint>(bytes), Unsafe.ReadUnaligned<uint>(bytes + length - 4));
        }
        if (length == 0) return (0, 0);
        return (bytes[0] | (ulong)bytes[length >> 1] << 8 | (ulong)bytes[length - 1] << 16, 0);
    }
}
