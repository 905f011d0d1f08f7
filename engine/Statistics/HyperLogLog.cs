using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// Estimates how many distinct values were added, within about 2.3 %, in 2 KiB (Flajolet et al. 2007; the estimator is
/// Ertl's of 2017, which needs no correction tables). Sketches of parts merge to that of the whole.
/// <code>
///   bytes    field
///   1        form: 0 = few registers are set, 1 = all registers
///   form 0:  varint register count, then per register: varint gap to the one before, 1 value
///   form 1:  2048 registers of 6 bits, bit-packed, lowest bit first
/// </code>
/// </summary>
internal sealed class HyperLogLog
{
    private const int IndexBits = 11;
    private const int RegisterCount = 1 << IndexBits;
    private const int RankBits = 64 - IndexBits;
    private const int PackedBytes = RegisterCount * 6 / 8;

    // How many hashes come between two looks at the smallest register.
    private const int HashesBetweenLooks = 4096;

    private readonly byte[] _registers = new byte[RegisterCount];
    private int _untilLook = HashesBetweenLooks;
    private int _smallest;

    /// <summary>Adds a value by its <see cref="SketchHash"/>.</summary>
    public void Add(ulong hash) => Add(_registers, hash);

    /// <summary>Adds values by their hashes.</summary>
    public void Add(ReadOnlySpan<ulong> hashes)
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated && hashes.Length >= Vector512<ulong>.Count)
        {
            LookAtSmallest(hashes.Length);
            if (_smallest > 0) i = AddVectors(hashes);
        }
        for (; i < hashes.Length; i++) Add(_registers, hashes[i]);
    }

    /// <summary>
    /// Most hashes have too few leading zeros to raise even the smallest register, once many have come: eight at a time
    /// are told from others by one comparison. Returns how many it did.
    /// </summary>
    private int AddVectors(ReadOnlySpan<ulong> hashes)
    {
        // A rank above the smallest means at least so many leading zeros behind the bits of the index.
        Vector512<ulong> limit = Vector512.Create(1UL << (64 - _smallest));
        ref ulong first = ref MemoryMarshal.GetReference(hashes);
        int i = 0;
        for (; i <= hashes.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
        {
            Vector512<ulong> behind = Vector512.LoadUnsafe(ref first, (nuint)i) << IndexBits;
            ulong raising = Vector512.LessThan(behind, limit).ExtractMostSignificantBits();
            for (; raising != 0; raising &= raising - 1)
                Add(_registers, hashes[i + BitOperations.TrailingZeroCount(raising)]);
        }
        return i;
    }

    private unsafe void LookAtSmallest(int count)
    {
        _untilLook -= count;
        if (_untilLook > 0) return;
        _untilLook = HashesBetweenLooks;
        fixed (byte* registers = _registers) _smallest = Kernels.Extremes.Find(registers, RegisterCount).Min;
    }

    /// <summary>Number of registers, a byte each, for those who keep them elsewhere.</summary>
    public const int SizeBytes = RegisterCount;

    /// <summary>Adds a value to registers that lie elsewhere.</summary>
    public static void Add(Span<byte> registers, ulong hash)
    {
        int index = (int)(hash >> RankBits);
        byte rank = (byte)(BitOperations.LeadingZeroCount((hash << IndexBits) | (1UL << (IndexBits - 1))) + 1);
        if (rank > registers[index]) registers[index] = rank;
    }

    /// <summary>Becomes the sketch of the values of both.</summary>
    public void Merge(HyperLogLog other)
    {
        for (int i = 0; i < RegisterCount; i++) _registers[i] = Math.Max(_registers[i], other._registers[i]);
    }

    /// <summary>The number of distinct values, estimated.</summary>
    public double Estimate() => Estimate(_registers);

    /// <summary>The number of distinct values that registers elsewhere stand for.</summary>
    public static double Estimate(ReadOnlySpan<byte> registers)
    {
        Span<int> ranks = stackalloc int[RankBits + 2];
        foreach (byte rank in registers) ranks[rank]++;
        double z = RegisterCount * Tau((double)(RegisterCount - ranks[RankBits + 1]) / RegisterCount);
        for (int rank = RankBits; rank >= 1; rank--) z = (z + ranks[rank]) * 0.5;
        z += RegisterCount * Sigma((double)ranks[0] / RegisterCount);
        return double.IsInfinity(z) ? 0 : RegisterCount / (2 * Math.Log(2)) * RegisterCount / z;
    }

    /// <summary>Writes the sketch.</summary>
    public void Write(ByteWriter target)
    {
        int set = _registers.AsSpan().Length - _registers.AsSpan().Count((byte)0);
        target.WriteBool(set * 2 >= PackedBytes);
        if (set * 2 < PackedBytes)
        {
            target.WriteVarUInt64((ulong)set);
            int previous = 0;
            for (int i = 0; i < RegisterCount; i++)
            {
                if (_registers[i] == 0) continue;
                target.WriteVarUInt64((ulong)(i - previous));
                target.WriteByte(_registers[i]);
                previous = i;
            }
            return;
        }
        Span<byte> packed = target.Append(PackedBytes);
        for (int i = 0; i < RegisterCount; i += 4)
        {
            int four = _registers[i] | _registers[i + 1] << 6 | _registers[i + 2] << 12 | _registers[i + 3] << 18;
            packed[i / 4 * 3] = (byte)four;
            packed[(i / 4 * 3) + 1] = (byte)(four >> 8);
            packed[(i / 4 * 3) + 2] = (byte)(four >> 16);
        }
    }

    /// <summary>Reads a sketch.</summary>
    public static HyperLogLog Read(ref ByteReader source)
    {
        HyperLogLog sketch = new();
        if (!source.ReadBool())
        {
            int set = source.ReadVarCount(RegisterCount);
            int index = 0;
            for (int i = 0; i < set; i++)
            {
                index += source.ReadVarCount(RegisterCount);
                byte rank = source.ReadByte();
                source.ThrowUnless(index < RegisterCount && rank <= RankBits + 1, "register of a distinct sketch");
                sketch._registers[index] = rank;
            }
            return sketch;
        }
        ReadOnlySpan<byte> packed = source.ReadBytes(PackedBytes);
        for (int i = 0; i < RegisterCount; i += 4)
        {
            int four = packed[i / 4 * 3] | packed[(i / 4 * 3) + 1] << 8 | packed[(i / 4 * 3) + 2] << 16;
            for (int k = 0; k < 4; k++)
            {
                byte rank = (byte)(four >> (6 * k) & 63);
                source.ThrowUnless(rank <= RankBits + 1, "register of a distinct sketch");
                sketch._registers[i + k] = rank;
            }
        }
        return sketch;
    }

    private static double Sigma(double x)
    {
        if (x == 1) return double.PositiveInfinity;
        double y = 1, z = x, previous;
        do
        {
            x *= x;
            previous = z;
            z += x * y;
            y += y;
        }
        while (z != previous);
        return z;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1) return 0;
        double y = 1, z = 1 - x, previous;
        do
        {
            x = Math.Sqrt(x);
            previous = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }
        while (z != previous);
        return z / 3;
    }
}
