using System.Numerics;
using System.Runtime.CompilerServices;
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
    private const int GroupValues = 8;

    /// <summary>
    /// A run that would take fewer bits when packed is packed: it costs its header, the value, and a header for what
    /// comes behind.
    /// </summary>
    private const int MinRunBits = 40;

    /// <summary>Appends values of so many bits.</summary>
    public static void Write<T>(ReadOnlySpan<T> values, int width, ByteWriter target)
        where T : unmanaged, IBinaryInteger<T>
    {
        int packedFrom = 0, at = 0;
        // Packed groups hold eight, so a run begins with a group.
        while (at <= values.Length - GroupValues)
        {
            int run = RunAt(values, at);
            if (run < GroupValues || (run * (long)width < MinRunBits && width > 0))
            {
                at += GroupValues;
                continue;
            }
            if (at > packedFrom) WritePacked(values[packedFrom..at], width, target);
            WriteRun(values[at], run, width, target);
            at += run;
            packedFrom = at;
        }
        if (packedFrom < values.Length) WritePacked(values[packedFrom..], width, target);
    }

    private static int RunAt<T>(ReadOnlySpan<T> values, int at) where T : unmanaged, IBinaryInteger<T>
    {
        // Most runs of codes are of one.
        if (values[at + 1] != values[at] || values[at + 2] != values[at]) return 1;
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

    private static unsafe void WritePacked<T>(ReadOnlySpan<T> values, int width, ByteWriter target)
        where T : unmanaged, IBinaryInteger<T>
    {
        int groups = (values.Length + GroupValues - 1) / GroupValues;
        target.WriteVarUInt64(((ulong)groups << 1) | 1);
        Span<byte> packed = target.Append(groups * width);
        if (width == 0) return;
        // The last group is filled up with zeros.
        packed[^width..].Clear();
        fixed (byte* start = packed)
        {
            byte* to = start;
            ulong pending = 0;
            int bits = 0;
            foreach (T value in values)
            {
                ulong number = ulong.CreateTruncating(value);
                pending |= number << bits;
                bits += width;
                if (bits < 64) continue;
                Unsafe.WriteUnaligned(to, pending);
                to += sizeof(ulong);
                bits -= 64;
                // What did not fit; a shift by 64 would keep everything.
                pending = bits == 0 ? 0 : number >> (width - bits);
            }
            for (; bits > 0; bits -= 8, pending >>= 8) *to++ = (byte)pending;
        }
    }
}
