using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>Dictionary codes a batch at a time, checked against the dictionary before anybody looks one up.</summary>
internal static unsafe class CodeBatch
{
    /// <summary>Codes of a batch.</summary>
    public const int Rows = 2048;

    /// <summary>Decodes codes.</summary>
    /// <exception cref="CorruptDataException">A code is outside the dictionary.</exception>
    public static void Decode(
        IntegerDecoder codes, int first, int count, int dictionaryCount, uint* target, string name, long offset)
    {
        codes.Decode(first, count, (ulong)codes.Base, (byte*)target, sizeof(uint));
        CorruptDataException.ThrowUnless(
            count == 0 || Gather.Largest(target, count) < (uint)dictionaryCount, "dictionary code", name, offset);
    }
}
