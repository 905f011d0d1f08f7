using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>Dictionary codes a batch at a time, checked against the dictionary before anybody looks one up.</summary>
internal static unsafe class CodeBatch
{
    /// <summary>Codes of a batch.</summary>
    public const int Rows = 2048;

    /// <summary>
    /// True when no code is above a number, whatever the packed bits say: what is wider than a lane would be cut to a
    /// code that exists.
    /// </summary>
    public static bool Fit(IntegerDecoder codes, uint largest) =>
        codes.Base >= 0 && codes.Bits <= 32 && codes.Base <= largest - ((1L << codes.Bits) - 1);

    /// <summary>Decodes codes, into lanes that they fit.</summary>
    /// <exception cref="CorruptDataException">A code is outside the dictionary.</exception>
    public static void Decode<T>(
        IntegerDecoder codes, int first, int count, int dictionaryCount, T* target, string name, long offset)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        codes.Decode(first, count, (ulong)codes.Base, (byte*)target, sizeof(T));
        CorruptDataException.ThrowUnless(
            count == 0 || ulong.CreateTruncating(Gather.Largest(target, count)) < (ulong)dictionaryCount,
            "dictionary code", name, offset);
    }
}
