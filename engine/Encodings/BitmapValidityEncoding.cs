using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// A bit per row.
/// <code>
///   bytes           field
///   8*ceil(N/64)    1 = the row has a value; row i is bit i%64 of word i/64; bits past the last row are 0
/// </code>
/// </summary>
internal sealed unsafe class BitmapValidityEncoding : IValidityEncoding
{
    public string Name => "bitmap";

    public void Encode(ulong* validity, int count, EncodingContext context, ByteWriter target)
    {
        Span<byte> bytes = target.Append(Bitmap.WordCount(count) * sizeof(ulong));
        new ReadOnlySpan<byte>(validity, bytes.Length).CopyTo(bytes);
        // Whatever the vector had past its last row does not reach the file.
        for (int row = count; row < bytes.Length * 8; row++) bytes[row >> 3] &= (byte)~(1 << (row & 7));
    }

    public ValidityDecoder Open(ref NodeReader source, int count) =>
        new Decoder((ulong*)source.ReadPointer(Bitmap.WordCount(count) * (long)sizeof(ulong)));

    private sealed class Decoder(ulong* bits) : ValidityDecoder
    {
        public override void Decode(int first, int count, ulong* words) => Bitmap.Copy(bits, first, count, words);
    }
}
