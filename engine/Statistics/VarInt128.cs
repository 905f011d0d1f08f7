using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// 128-bit integers in few bytes: zigzag, then groups of seven bits, lowest first, the high bit saying that more
/// follow; at most 19 bytes.
/// </summary>
internal static class VarInt128
{
    /// <summary>Writes a number.</summary>
    public static void Write(ByteWriter target, Int128 value)
    {
        UInt128 zigzag = ((UInt128)value << 1) ^ (UInt128)(value >> 127);
        while (zigzag >= 0x80)
        {
            target.WriteByte((byte)(0x80 | (byte)(zigzag & 0x7F)));
            zigzag >>= 7;
        }
        target.WriteByte((byte)zigzag);
    }

    /// <summary>Reads a number.</summary>
    public static Int128 Read(ref ByteReader source)
    {
        UInt128 zigzag = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte group = source.ReadByte();
            source.ThrowUnless(shift < 126 || (shift == 126 && group <= 3), "variable-length number");
            zigzag |= (UInt128)(uint)(group & 0x7F) << shift;
            if (group < 0x80) return (Int128)(zigzag >> 1) ^ -(Int128)(zigzag & 1);
        }
    }
}
