using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// A way to write a stream of values as bytes, so that any vector of it can be decoded on its own. Encodings nest: a
/// stream inside (dictionary codes, run lengths) is again written by whichever encoding suits it best. An encoding only
/// answers what it would cost; choosing is <see cref="EncodingChooser"/>'s work.
/// </summary>
internal interface IEncoding
{
    /// <summary>The name that reports show, lower case.</summary>
    string Name { get; }
}

/// <summary>
/// Encodes 64-bit integers: all integers, decimals, dates and times of at most 64 bits, codes, lengths.
/// </summary>
internal interface IIntegerEncoding : IEncoding
{
    /// <summary>
    /// How much slower than bit-unpacking it decodes or filters, as a factor on its size when choosing.
    /// </summary>
    double CostFactor { get; }

    /// <summary>The bytes it would take, or null where it does not apply. Close, not exact.</summary>
    long? EstimateBytes(IntegerStatistics statistics);

    /// <summary>Appends the payload, which follows the header (see <see cref="IntegerHeader"/>).</summary>
    void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target);

    /// <summary>Reads and checks the payload as far as decoding relies on it.</summary>
    IntegerDecoder Open(ref NodeReader source, in IntegerHeader header);
}

/// <summary>Encodes 128-bit integers.</summary>
internal interface IWideEncoding : IEncoding
{
    /// <summary>The bytes it would take, or null where it cannot hold the values.</summary>
    long? EstimateBytes(WideStatistics statistics);

    /// <summary>Appends the payload, which follows the encoding's number.</summary>
    void Encode(WideStatistics statistics, EncodingContext context, ByteWriter target);

    /// <summary>Reads and checks the payload.</summary>
    WideDecoder Open(ref NodeReader source, int count);
}

/// <summary>Encodes floats: REAL and DOUBLE alike, a REAL being a double that has no more digits.</summary>
internal interface IFloatEncoding : IEncoding
{
    /// <summary>The bytes it would take, or null where it does not apply.</summary>
    long? EstimateBytes(FloatStatistics statistics);

    /// <summary>Appends the payload, which follows the encoding's number.</summary>
    void Encode(FloatStatistics statistics, EncodingContext context, ByteWriter target);

    /// <summary>Reads and checks the payload.</summary>
    FloatDecoder Open(ref NodeReader source, int count);
}

/// <summary>Encodes texts and blobs.</summary>
internal interface ITextEncoding : IEncoding
{
    /// <summary>How much slower than plain text it decodes or filters, as a factor on its size when choosing.</summary>
    double CostFactor { get; }

    /// <summary>The bytes it would take, or null where it does not apply.</summary>
    long? EstimateBytes(TextStatistics statistics);

    /// <summary>Appends the payload, which follows the encoding's number.</summary>
    void Encode(TextStatistics statistics, EncodingContext context, ByteWriter target);

    /// <summary>Reads and checks the payload.</summary>
    TextDecoder Open(ref NodeReader source, int count);
}

/// <summary>Encodes which rows have a value.</summary>
internal interface IValidityEncoding : IEncoding
{
    /// <summary>Appends the payload, which follows the encoding's number.</summary>
    unsafe void Encode(ulong* validity, int count, EncodingContext context, ByteWriter target);

    /// <summary>Reads and checks the payload.</summary>
    ValidityDecoder Open(ref NodeReader source, int count);
}
