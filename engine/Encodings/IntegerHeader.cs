namespace ColFrag.Engine.Encodings;

/// <summary>
/// What precedes the payload of every integer encoding.
/// <code>
///   bytes    field
///   1        number of the encoding
///   varint   base, zigzag: the smallest value
///   1        bits: every value is below base + 2^bits
/// </code>
/// Decoders deliver offsets from the base, so that a lane of the fewest whole bytes holds them.
/// </summary>
/// <param name="Count">Values, known from outside.</param>
/// <param name="Base">The smallest value.</param>
/// <param name="Bits">Bits of the largest offset, 0 to 64.</param>
internal readonly record struct IntegerHeader(int Count, long Base, int Bits);
