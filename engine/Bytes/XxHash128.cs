using System.Buffers.Binary;
using System.Numerics;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// XXH128 (XXH3 of 128 bits, seed 0), the hash that names a file's content in manifests.
/// Specification: doc/xxhash_spec.md of Cyan4973/xxHash, "XXH3 Algorithm Overview". An instance takes the bytes in
/// parts.
/// </summary>
internal sealed partial class XxHash128
{
    private const ulong Prime32A = 0x9E3779B1, Prime32B = 0x85EBCA77, Prime32C = 0xC2B2AE3D;
    private const ulong Prime1 = 0x9E3779B185EBCA87, Prime2 = 0xC2B2AE3D27D4EB4F, Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63, Prime5 = 0x27D4EB2F165667C5;
    private const ulong MixPrime1 = 0x165667919E3779F9, MixPrime2 = 0x9FB21C651E98DF25;

    /// <summary>
    /// A stripe is eight lanes of eight bytes; a block is as many stripes as the secret gives offsets for.
    /// </summary>
    private const int StripeSize = 64, LaneCount = 8, BlockSize = 1024, MaxMediumSize = 240;

    private readonly ulong[] lanes = NewLanes();

    /// <summary>The last stripe of the blocks done, then the bytes of the block under way.</summary>
    private readonly byte[] pending = new byte[StripeSize + BlockSize];
    private int pendingLength;
    private long length;

    /// <summary>The hash of the bytes.</summary>
    public static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= MaxMediumSize) return HashShort(bytes);
        Span<ulong> lanes = stackalloc ulong[LaneCount];
        StartLanes(lanes);
        int blockCount = (bytes.Length - 1) / BlockSize;
        for (int block = 0; block < blockCount; block++) AddBlock(lanes, bytes.Slice(block * BlockSize, BlockSize));
        return Finish(lanes, bytes[(blockCount * BlockSize)..], bytes[^StripeSize..], bytes.Length);
    }

    /// <summary>Adds the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        length += bytes.Length;
        while (bytes.Length > 0)
        {
            // A full block is only added when more follows: the last one, full or not, is treated by Finish.
            if (pendingLength == BlockSize)
            {
                AddBlock(lanes, pending.AsSpan(StripeSize));
                pending.AsSpan(BlockSize).CopyTo(pending);
                pendingLength = 0;
            }
            if (pendingLength == 0 && bytes.Length > BlockSize)
            {
                AddBlock(lanes, bytes[..BlockSize]);
                bytes.Slice(BlockSize - StripeSize, StripeSize).CopyTo(pending);
                bytes = bytes[BlockSize..];
                continue;
            }
            int taken = Math.Min(bytes.Length, BlockSize - pendingLength);
            bytes[..taken].CopyTo(pending.AsSpan(StripeSize + pendingLength));
            pendingLength += taken;
            bytes = bytes[taken..];
        }
    }

    /// <summary>The hash of all bytes so far; more may follow.</summary>
    public UInt128 Finish()
    {
        ReadOnlySpan<byte> block = pending.AsSpan(StripeSize, pendingLength);
        if (length <= MaxMediumSize) return HashShort(block);
        Span<ulong> copy = stackalloc ulong[LaneCount];
        lanes.CopyTo(copy);
        return Finish(copy, block, pending.AsSpan(pendingLength, StripeSize), length);
    }

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        StartLanes(lanes);
        pendingLength = 0;
        length = 0;
    }

    private static UInt128 HashShort(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        0 => Join(XxHash64.Avalanche(Secret64(64) ^ Secret64(72)), XxHash64.Avalanche(Secret64(80) ^ Secret64(88))),
        <= 3 => Hash1To3(bytes),
        <= 8 => Hash4To8(bytes),
        <= 16 => Hash9To16(bytes),
        <= 128 => Hash17To128(bytes),
        _ => Hash129To240(bytes),
    };

    private static UInt128 Hash1To3(ReadOnlySpan<byte> bytes)
    {
        uint combined = (uint)(bytes[^1] | (bytes.Length << 8) | (bytes[0] << 16) | (bytes[bytes.Length >> 1] << 24));
        uint swapped = BitOperations.RotateLeft(BinaryPrimitives.ReverseEndianness(combined), 13);
        return Join(
            XxHash64.Avalanche(Secret32(0) ^ Secret32(4) ^ combined),
            XxHash64.Avalanche(Secret32(8) ^ Secret32(12) ^ swapped));
    }

    private static UInt128 Hash4To8(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            ulong first = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            ulong last = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);
            ulong value = Secret64(16) ^ Secret64(24) ^ (first | (last << 32));
            ulong high = Math.BigMul(value, Prime1 + ((ulong)bytes.Length << 2), out ulong low);
            high += low << 1;
            low ^= high >> 3;
            low = (low ^ (low >> 35)) * MixPrime2;
            low ^= low >> 28;
            return Join(low, Avalanche(high));
        }
    }

    private static UInt128 Hash9To16(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            ulong last = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]);
            ulong both = Secret64(32) ^ Secret64(40) ^ first ^ last;
            ulong other = Secret64(48) ^ Secret64(56) ^ last;
            ulong high = Math.BigMul(both, Prime1, out ulong low);
            low += (ulong)(bytes.Length - 1) << 54;
            high += other + ((uint)other * (Prime32B - 1));
            low ^= BinaryPrimitives.ReverseEndianness(high);
            ulong productHigh = Math.BigMul(low, Prime2, out ulong productLow);
            return Join(Avalanche(productLow), Avalanche(productHigh + (high * Prime2)));
        }
    }

    private static UInt128 Hash17To128(ReadOnlySpan<byte> bytes)
    {
        Pair sums = new(bytes.Length);
        for (int i = (bytes.Length - 1) >> 5; i >= 0; i--)
            sums.Mix(bytes[(i * 16)..], bytes[(bytes.Length - (i * 16) - 16)..], i * 32);
        return sums.Finish();
    }

    private static UInt128 Hash129To240(ReadOnlySpan<byte> bytes)
    {
        Pair sums = new(bytes.Length);
        for (int i = 0; i < 4; i++) sums.Mix(bytes[(i * 32)..], bytes[((i * 32) + 16)..], i * 32);
        sums.Avalanche();
        for (int i = 4; i < bytes.Length >> 5; i++)
            sums.Mix(bytes[(i * 32)..], bytes[((i * 32) + 16)..], ((i - 4) * 32) + 3);
        sums.Mix(bytes[^16..], bytes[^32..], 103);
        return sums.Finish();
    }

    private static void AddBlock(Span<ulong> lanes, ReadOnlySpan<byte> block)
    {
        int done = AddStripesVector(lanes, block, BlockSize / StripeSize);
        AddStripesScalar(lanes, block[(done * StripeSize)..], (BlockSize / StripeSize) - done, done * sizeof(ulong));
        for (int i = 0; i < LaneCount; i++)
        {
            ulong lane = lanes[i] ^ (lanes[i] >> 47) ^ Secret64(Secret.Length - StripeSize + (i * sizeof(ulong)));
            lanes[i] = unchecked(lane * Prime32A);
        }
    }

    /// <summary>
    /// The meaning: each stripe meets its own 64 bytes of the secret, eight further on than the stripe before.
    /// </summary>
    internal static void AddStripesScalar(
        Span<ulong> lanes, ReadOnlySpan<byte> stripes, int stripeCount, int secretOffset)
    {
        for (int stripe = 0; stripe < stripeCount; stripe++)
        {
            for (int i = 0; i < LaneCount; i++)
            {
                int at = i * sizeof(ulong);
                ulong input = BinaryPrimitives.ReadUInt64LittleEndian(stripes[((stripe * StripeSize) + at)..]);
                ulong keyed = input ^ Secret64(secretOffset + (stripe * sizeof(ulong)) + at);
                unchecked
                {
                    lanes[i ^ 1] += input;
                    lanes[i] += (uint)keyed * (keyed >> 32);
                }
            }
        }
    }

    private static UInt128 Finish(
        Span<ulong> lanes, ReadOnlySpan<byte> block, ReadOnlySpan<byte> lastStripe, long length)
    {
        int stripeCount = (block.Length - 1) / StripeSize;
        int done = AddStripesVector(lanes, block, stripeCount);
        AddStripesScalar(lanes, block[(done * StripeSize)..], stripeCount - done, done * sizeof(ulong));
        AddStripesScalar(lanes, lastStripe, 1, Secret.Length - StripeSize - 7);
        unchecked
        {
            return Join(
                Merge(lanes, 11, (ulong)length * Prime1),
                Merge(lanes, Secret.Length - StripeSize - 11, ~((ulong)length * Prime2)));
        }
    }

    private static ulong Merge(ReadOnlySpan<ulong> lanes, int secretOffset, ulong start)
    {
        ulong sum = start;
        for (int i = 0; i < LaneCount; i += 2)
        {
            int at = secretOffset + (i * sizeof(ulong));
            sum = unchecked(sum + Fold(lanes[i] ^ Secret64(at), lanes[i + 1] ^ Secret64(at + sizeof(ulong))));
        }
        return Avalanche(sum);
    }

    /// <summary>The two halves of the product, xor-ed.</summary>
    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }

    private static ulong Avalanche(ulong value)
    {
        value = unchecked((value ^ (value >> 37)) * MixPrime1);
        return value ^ (value >> 32);
    }

    private static UInt128 Join(ulong low, ulong high) => new(high, low);

    private static ulong[] NewLanes()
    {
        ulong[] lanes = new ulong[LaneCount];
        StartLanes(lanes);
        return lanes;
    }

    private static void StartLanes(Span<ulong> lanes)
    {
        ReadOnlySpan<ulong> start = [Prime32C, Prime1, Prime2, Prime3, Prime4, Prime32B, Prime5, Prime32A];
        start.CopyTo(lanes);
    }

    private static ulong Secret64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Secret[offset..]);

    private static uint Secret32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Secret[offset..]);

    /// <summary>The specification's default secret.</summary>
    private static ReadOnlySpan<byte> Secret =>
    [
        0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
        0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
        0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
        0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
        0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
        0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
        0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
        0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
        0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
        0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
        0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
        0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
    ];

    /// <summary>The two sums of the forms for 17 to 240 bytes.</summary>
    private struct Pair(int length)
    {
        private ulong low = unchecked((ulong)length * Prime1), high;

        public void Mix(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int secretOffset)
        {
            ulong a = BinaryPrimitives.ReadUInt64LittleEndian(first);
            ulong b = BinaryPrimitives.ReadUInt64LittleEndian(first[8..]);
            ulong c = BinaryPrimitives.ReadUInt64LittleEndian(second);
            ulong d = BinaryPrimitives.ReadUInt64LittleEndian(second[8..]);
            unchecked
            {
                low += Fold(a ^ Secret64(secretOffset), b ^ Secret64(secretOffset + 8));
                high += Fold(c ^ Secret64(secretOffset + 16), d ^ Secret64(secretOffset + 24));
                low ^= c + d;
                high ^= a + b;
            }
        }

        public void Avalanche()
        {
            low = XxHash128.Avalanche(low);
            high = XxHash128.Avalanche(high);
        }

        public readonly UInt128 Finish()
        {
            unchecked
            {
                ulong mixed = (low * Prime1) + (high * Prime4) + ((ulong)length * Prime2);
                return Join(XxHash128.Avalanche(low + high), 0 - XxHash128.Avalanche(mixed));
            }
        }
    }
}
