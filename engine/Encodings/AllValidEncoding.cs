using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>Every row has a value; no payload.</summary>
internal sealed unsafe class AllValidEncoding : IValidityEncoding
{
    public string Name => "valid";

    public void Encode(ulong* validity, int count, EncodingContext context, ByteWriter target)
    {
    }

    public ValidityDecoder Open(ref NodeReader source, int count) => new Decoder();

    private sealed class Decoder : ValidityDecoder
    {
        public override bool IsAllValid => true;

        public override void Decode(int first, int count, ulong* words) => Bitmap.Fill(words, count);
    }
}
