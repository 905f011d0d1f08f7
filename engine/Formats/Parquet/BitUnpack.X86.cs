using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Formats.Parquet;

internal static unsafe partial class BitUnpack
{
    private static readonly Control?[] s_controls = new Control?[3 * 33];

    /// <summary>
    /// One body for all widths: a permutation brings to each eight bytes of the result the source bytes that hold its
    /// values, and a multishift cuts the values out. What differs by width are two vectors, made once. Returns how many
    /// values it did.
    /// </summary>
    private static int UnpackVbmi<T>(byte* source, int width, T* values, int count) where T : unmanaged
    {
        int valuesPerWord = 8 / sizeof(T);
        // The values of eight bytes must lie in eight bytes of the source, whatever bit they begin at.
        if ((valuesPerWord * width) + 7 > 64 && valuesPerWord * width != 64) return 0;
        int laneLog = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : 2;
        Control control = s_controls[(laneLog * 33) + width] ??= new Control(width, sizeof(T));
        int valuesPerVector = 64 / sizeof(T);
        // Whole vectors begin at whole bytes: 16, 32 or 64 values of any width do.
        int bytesPerVector = valuesPerVector * width / 8;
        int done = 0;
        // The last vector is left to the scalar form, since it would be read with 64 bytes.
        long sourceBytes = ((long)count * width) / 8;
        for (long at = 0; done + valuesPerVector <= count && at + 64 <= sourceBytes; at += bytesPerVector,
            done += valuesPerVector)
        {
            Vector512<byte> words = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source + at), control.Permutation);
            Vector512<byte> cut = Avx512Vbmi.MultiShift(control.Shift, words.AsUInt64());
            (cut & control.Mask).Store((byte*)(values + done));
        }
        return done;
    }

    private sealed class Control
    {
        public Control(int width, int laneBytes)
        {
            Span<byte> permutation = stackalloc byte[64], shift = stackalloc byte[64], mask = stackalloc byte[64];
            int valuesPerWord = 8 / laneBytes;
            for (int word = 0; word < 8; word++)
            {
                int firstBit = word * valuesPerWord * width;
                for (int b = 0; b < 8; b++)
                {
                    int index = (word * 8) + b, value = b / laneBytes, byteOfValue = b % laneBytes;
                    permutation[index] = (byte)(((firstBit >> 3) + b) & 63);
                    shift[index] = (byte)(((firstBit & 7) + (value * width) + (8 * byteOfValue)) & 63);
                    mask[index] = (byte)(((1UL << width) - 1) >> (8 * byteOfValue));
                }
            }
            Permutation = Vector512.Create<byte>(permutation);
            Shift = Vector512.Create<byte>(shift);
            Mask = Vector512.Create<byte>(mask);
        }

        public Vector512<byte> Permutation { get; }

        public Vector512<byte> Shift { get; }

        public Vector512<byte> Mask { get; }
    }
}
