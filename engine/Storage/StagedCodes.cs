using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Texts on their way into a segment that came as codes: of one dictionary, from some row on perhaps of another. Rows
/// before the first dictionary are NULL.
/// </summary>
internal readonly unsafe struct StagedCodes(
    uint* codes, ulong* validity, int count, IReadOnlyList<(int First, VectorDictionary Dictionary)> dictionaries)
{
    /// <summary>A code per row; any where the row is NULL.</summary>
    public uint* Codes => codes;

    /// <summary>A bit per row, 1 = has a value; null = every row has one.</summary>
    public ulong* Validity => validity;

    /// <summary>Number of rows.</summary>
    public int Count => count;

    /// <summary>What codes mean, from which row on.</summary>
    public IReadOnlyList<(int First, VectorDictionary Dictionary)> Dictionaries => dictionaries;
}
