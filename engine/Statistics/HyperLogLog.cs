using System.Numerics;
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

    private readonly byte[] _registers = new byte[RegisterCount];

    /// <summary>Adds a value by its <see cref="SketchHash"/>.</summary>
    public void Add(ulong hash) => Add(_registers, hash);

    /// <summary>Adds values by their hashes.</summary>
    public void Add(ReadOnlySpan<ulong> hashes)
    {
        Span<byte> registers = _registers;
        foreach (ulong hash in hashes) Add(registers, hash);
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
