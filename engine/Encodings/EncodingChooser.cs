using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Chooses for every stream the encoding of the lowest cost: its estimated bytes times what its decoding costs compared
/// with plain unpacking. Estimates are exact where a vector pass gives them, else they come from a sample.
/// </summary>
internal static unsafe class EncodingChooser
{
    /// <summary>What a node costs before its payload, so that tiny streams are not cut into tinier ones.</summary>
    private const int NodeBytes = 8;

    private static readonly (byte Number, IIntegerEncoding Encoding)[] Integers =
        EncodingRegistry.Of<IIntegerEncoding>();
    private static readonly (byte Number, IWideEncoding Encoding)[] Wides = EncodingRegistry.Of<IWideEncoding>();
    private static readonly (byte Number, IFloatEncoding Encoding)[] Floats = EncodingRegistry.Of<IFloatEncoding>();
    private static readonly (byte Number, ITextEncoding Encoding)[] Texts = EncodingRegistry.Of<ITextEncoding>();
    private static readonly IIntegerEncoding SameIntegers = EncodingRegistry.Get<ConstantEncoding>();
    private static readonly IIntegerEncoding PackedIntegers = EncodingRegistry.Get<BitPackedEncoding>();
    private static readonly IFloatEncoding PlainFloats = EncodingRegistry.Get<FloatBitsEncoding>();
    private static readonly IValidityEncoding AllValid = EncodingRegistry.Get<AllValidEncoding>();
    private static readonly IValidityEncoding AllNull = EncodingRegistry.Get<AllNullEncoding>();
    private static readonly IValidityEncoding BitmapValidity = EncodingRegistry.Get<BitmapValidityEncoding>();
    private static readonly IValidityEncoding RunValidity = EncodingRegistry.Get<RunValidityEncoding>();

    /// <summary>Writes integers with the encoding that suits them.</summary>
    public static void WriteIntegers(ReadOnlySpan<long> values, EncodingContext context, ByteWriter target)
    {
        fixed (long* start = values) WriteIntegers(start, values.Length, context, target);
    }

    /// <summary>Writes integers with the encoding that suits them.</summary>
    public static void WriteIntegers(long* values, int count, EncodingContext context, ByteWriter target)
    {
        WriteIntegers(new IntegerStatistics(values, count, context.VectorRows), context, target);
    }

    /// <summary>Writes integers with the encoding that suits them.</summary>
    public static void WriteIntegers(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        if (context.IsFast)
        {
            IIntegerEncoding plain = statistics.Range == 0 && statistics.Count > 0 ? SameIntegers : PackedIntegers;
            WriteIntegers(EncodingRegistry.NumberOf(plain), plain, statistics, context, target);
            return;
        }
        (byte number, IIntegerEncoding encoding, _) = Choose(statistics, context.Depth);
        WriteIntegers(number, encoding, statistics, context, target);
    }

    /// <summary>The encoding of the lowest cost for integers, and that cost.</summary>
    public static (byte Number, IIntegerEncoding Encoding, double Cost) Choose(IntegerStatistics statistics, int depth)
    {
        (byte Number, IIntegerEncoding Encoding, double Cost) best = (0, null!, double.PositiveInfinity);
        foreach ((byte number, IIntegerEncoding encoding) in Integers)
        {
            // At the innermost level only those that hold no stream themselves.
            bool isLeaf = encoding is ConstantEncoding or BitPackedEncoding;
            if (depth >= EncodingContext.MaxDepth - 1 && !isLeaf) continue;
            if (encoding.EstimateBytes(statistics) is not { } bytes) continue;
            double cost = (bytes * encoding.CostFactor) + NodeBytes;
            if (cost < best.Cost) best = (number, encoding, cost);
            if (encoding is ConstantEncoding) break;
        }
        return best;
    }

    /// <summary>Writes integers with a given encoding.</summary>
    public static void WriteIntegers(
        byte number, IIntegerEncoding encoding, IntegerStatistics statistics, EncodingContext context,
        ByteWriter target)
    {
        context.Trace?.Add(number);
        target.WriteByte(number);
        target.WriteVarInt64(statistics.Min);
        target.WriteByte((byte)statistics.Bits);
        encoding.Encode(statistics, context, target);
    }

    /// <summary>Writes 128-bit integers.</summary>
    public static void WriteWides(Int128* values, int count, EncodingContext context, ByteWriter target)
    {
        WideStatistics statistics = new(values, count);
        (byte Number, IWideEncoding Encoding) best = (0, null!);
        long bestBytes = long.MaxValue;
        foreach ((byte number, IWideEncoding encoding) in Wides)
        {
            if (encoding.EstimateBytes(statistics) is not { } bytes || bytes >= bestBytes) continue;
            bestBytes = bytes;
            best = (number, encoding);
        }
        context.Trace?.Add(best.Number);
        target.WriteByte(best.Number);
        best.Encoding.Encode(statistics, context, target);
    }

    /// <summary>Writes floats.</summary>
    public static void WriteFloats(FloatStatistics statistics, EncodingContext context, ByteWriter target)
    {
        (byte Number, IFloatEncoding Encoding) best =
            context.IsFast ? (EncodingRegistry.NumberOf(PlainFloats), PlainFloats) : (default, null!);
        long bestBytes = context.IsFast ? 0 : long.MaxValue;
        foreach ((byte number, IFloatEncoding encoding) in context.IsFast ? [] : Floats)
        {
            if (encoding.EstimateBytes(statistics) is not { } bytes || bytes >= bestBytes) continue;
            bestBytes = bytes;
            best = (number, encoding);
        }
        context.Trace?.Add(best.Number);
        target.WriteByte(best.Number);
        best.Encoding.Encode(statistics, context, target);
    }

    /// <summary>Writes texts.</summary>
    public static void WriteTexts(TextStatistics statistics, EncodingContext context, ByteWriter target)
    {
        (byte Number, ITextEncoding Encoding) best = (0, null!);
        double bestCost = double.PositiveInfinity;
        foreach ((byte number, ITextEncoding encoding) in Texts)
        {
            if (context.IsFast && encoding is not (ConstantTextEncoding or PlainTextEncoding)) continue;
            // Texts nest twice at most: a dictionary of texts with common prefixes whose rests are compressed.
            if (context.Depth >= 3 && encoding is PrefixTextEncoding or TextDictionaryEncoding) continue;
            if (encoding.EstimateBytes(statistics) is not { } bytes) continue;
            double cost = bytes * encoding.CostFactor;
            if (cost >= bestCost) continue;
            bestCost = cost;
            best = (number, encoding);
            if (encoding is ConstantTextEncoding) break;
        }
        context.Trace?.Add(best.Number);
        target.WriteByte(best.Number);
        best.Encoding.Encode(statistics, context, target);
    }

    /// <summary>Writes which rows have a value; null means all.</summary>
    public static void WriteValidity(ulong* validity, int count, EncodingContext context, ByteWriter target)
    {
        IValidityEncoding encoding = validity is null || Bitmap.IsFull(validity, count) ? AllValid
            : Bitmap.IsEmpty(validity, count) ? AllNull
            : RunValidityEncoding.Pays(validity, count) ? RunValidity : BitmapValidity;
        target.WriteByte(EncodingRegistry.NumberOf(encoding));
        encoding.Encode(validity, count, context with { Trace = null }, target);
    }
}
