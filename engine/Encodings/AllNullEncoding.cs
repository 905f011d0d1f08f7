using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>No row has a value; no payload.</summary>
internal sealed unsafe class AllNullEncoding : IValidityEncoding
{
    public string Name => "null";

    public void Encode(ulong* validity, int count, EncodingContext context, ByteWriter target)
    {
    }

    public ValidityDecoder Open(ref NodeReader source, int count) => new Decoder();

    private sealed class Decoder : ValidityDecoder
    {
        public override bool IsAllNull => true;

        public override void Decode(int first, int count, ulong* words) => Bitmap.Clear(words, count);
    }
}
