using System.Numerics;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// The hybrid of runs and bit-packed groups that Parquet uses for levels and for dictionary codes.
/// <code>
///   run       varint of count * 2, then the value in whole bytes
///   groups    varint of (groups of eight) * 2 + 1, then the values bit-packed from the low bits up
/// </code>
/// </summary>
internal static class LevelEncoder
{
    /// <summary>A shorter run is packed.</summary>
    private const int MinRun = 8;

    /// <summary>Appends values of so many bits.</summary>
    public static void Write<T>(ReadOnlySpan<T> values, int width, ByteWriter target)
        where T : unmanaged, IBinaryInteger<T>
    {
        int packedFrom = 0, at = 0;
        while (at < values.Length)
        {
            int run = RunAt(values, at);
            if (run < MinRun)
            {
                at += run;
                continue;
            }
            // Packed groups hold eight: the run fills up the last of them.
            int fill = (8 - ((at - packedFrom) & 7)) & 7;
            if (run - fill < MinRun)
            {
                at += run;
                continue;
            }
            if (at + fill > packedFrom) WritePacked(values[packedFrom..(at + fill)], width, target);
            WriteRun(values[at], run - fill, width, target);
            at += run;
            packedFrom = at;
        }
        if (packedFrom < values.Length) WritePacked(values[packedFrom..], width, target);
    }

    private static int RunAt<T>(ReadOnlySpan<T> values, int at) where T : unmanaged, IBinaryInteger<T>
    {
        // Most runs of codes are of one.
        if (at + 1 < values.Length && values[at + 1] != values[at]) return 1;
        int end = values[at..].IndexOfAnyExcept(values[at]);
        return end < 0 ? values.Length - at : end;
    }

    private static void WriteRun<T>(T value, int count, int width, ByteWriter target)
        where T : unmanaged, IBinaryInteger<T>
    {
        target.WriteVarUInt64((ulong)count << 1);
        ulong bits = ulong.CreateTruncating(value);
        for (int i = 0; i < (width + 7) / 8; i++) target.WriteByte((byte)(bits >> (8 * i)));
    }

    private static void WritePacked<T>(ReadOnlySpan<T> values, int width, ByteWriter target)
        where T : unmanaged, IBinaryInteger<T>
    {
        int groups = (values.Length + 7) / 8;
        target.WriteVarUInt64(((ulong)groups << 1) | 1);
        Span<byte> packed = target.Append(groups * width);
        ulong pending = 0;
        int bits = 0, to = 0;
        foreach (T value in values)
        {
            pending |= ulong.CreateTruncating(value) << bits;
            bits += width;
            for (; bits >= 8; bits -= 8, pending >>= 8) packed[to++] = (byte)pending;
        }
        if (bits > 0) packed[to++] = (byte)pending;
        packed[to..].Clear();
    }
}
