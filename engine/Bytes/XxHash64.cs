using System.Buffers.Binary;
using System.Numerics;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// XXH64, the hash that turns a distribution key into a position: fixed for ever, since positions are on disk.
/// Specification: Yann Collet, "xxHash fast digest algorithm", doc/xxhash_spec.md of Cyan4973/xxHash.
/// </summary>
internal static unsafe class XxHash64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    /// <summary>The hash of the bytes. Positions use seed 0.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        unchecked
        {
            ulong length = (ulong)bytes.Length;
            ulong hash = bytes.Length >= 32 ? HashStripes(ref bytes, seed) : seed + Prime5;
            fixed (byte* rest = bytes) return HashRest(hash + length, rest, rest + bytes.Length);
        }
    }

    /// <summary>Consumes the fewer than 32 bytes that no stripe has; addresses stay below the end.</summary>
    private static ulong HashRest(ulong hash, byte* at, byte* end)
    {
        unchecked
        {
            for (; end - at >= 8; at += 8)
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(at, 8)));
                hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
            }
            if (end - at >= 4)
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(at, 4)) * Prime1;
                hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
                at += 4;
            }
            for (; at < end; at++)
            {
                hash ^= *at * Prime5;
                hash = BitOperations.RotateLeft(hash, 11) * Prime1;
            }
            return Avalanche(hash);
        }
    }

    /// <summary>The last mixing step, in which every bit of the input reaches every bit of the hash.</summary>
    internal static ulong Avalanche(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

    /// <summary>Consumes the stripes of 32 bytes.</summary>
    private static ulong HashStripes(ref ReadOnlySpan<byte> bytes, ulong seed)
    {
        unchecked
        {
            ulong a = seed + Prime1 + Prime2, b = seed + Prime2, c = seed, d = seed - Prime1;
            for (; bytes.Length >= 32; bytes = bytes[32..])
            {
                a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
                c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
                d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
            }
            ulong hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
            return Merge(Merge(Merge(Merge(hash, a), b), c), d);
        }
    }

    private static ulong Round(ulong lane, ulong input) =>
        unchecked(BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1);

    private static ulong Merge(ulong hash, ulong lane) => unchecked(((hash ^ Round(0, lane)) * Prime1) + Prime4);
}
