namespace ColFrag.Engine.Encodings;

/// <summary>What encoders need to know about the block they write into.</summary>
/// <param name="VectorRows">Rows that must be decodable alone; a multiple of 64.</param>
/// <param name="Depth">How many encodings this one lies in.</param>
/// <param name="Trace">Collects the numbers of the encodings that were chosen, outer before inner; or null.</param>
/// <param name="Fsst">What the column's blocks have in common, or null.</param>
/// <param name="IsFast">True to take plain encodings without looking for smaller ones.</param>
internal readonly record struct EncodingContext(
    int VectorRows, int Depth = 0, List<byte>? Trace = null, FsstMemory? Fsst = null, bool IsFast = false)
{
    /// <summary>Deeper nesting is neither written nor read.</summary>
    public const int MaxDepth = 6;

    /// <summary>The context of a stream inside.</summary>
    public EncodingContext Inner => this with { Depth = Depth + 1 };

    /// <summary>Vectors of a number of rows.</summary>
    public int VectorCount(int rows) => (rows + VectorRows - 1) / VectorRows;
}
