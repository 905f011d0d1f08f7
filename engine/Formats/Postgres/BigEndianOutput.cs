using System.Buffers.Binary;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>Numbers as PostgreSQL's protocol and its binary COPY have them: the high byte first.</summary>
internal static class BigEndianOutput
{
    /// <summary>What stands for the length of a NULL.</summary>
    public const int NullLength = -1;

    extension(ByteWriter target)
    {
        /// <summary>Appends 16 bits.</summary>
        public void WriteBigInt16(int value) =>
            BinaryPrimitives.WriteInt16BigEndian(target.Append(2), checked((short)value));

        /// <summary>Appends 32 bits.</summary>
        public void WriteBigInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(target.Append(4), value);

        /// <summary>Appends 64 bits.</summary>
        public void WriteBigInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(target.Append(8), value);

        /// <summary>Reserves the length of a field that follows; that of a NULL until <c>EndField</c>.</summary>
        public int BeginField()
        {
            int at = target.Length;
            target.WriteBigInt32(NullLength);
            return at;
        }

        /// <summary>Fills in the length of the field that was begun there.</summary>
        public void EndField(int at) =>
            BinaryPrimitives.WriteInt32BigEndian(target.Written(at, 4), target.Length - at - 4);
    }
}
