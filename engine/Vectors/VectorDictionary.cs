namespace ColFrag.Engine.Vectors;

/// <summary>
/// Distinct values that codes point into. Two vectors with the same dictionary object compare, group and join by code.
/// Immutable once a vector uses it, and good as long as somebody refers to it: the values keep their text alive, and
/// whoever made it leaves it to the garbage collector once it was given on.
/// </summary>
internal sealed class VectorDictionary(ColumnVector values, bool isSorted) : IDisposable
{
    /// <summary>A flat vector without NULLs; its count is the number of codes.</summary>
    public ColumnVector Values { get; } = values;

    /// <summary>Number of codes.</summary>
    public int Count => Values.Count;

    /// <summary>True when codes order as values do.</summary>
    public bool IsSorted { get; } = isSorted;

    /// <summary>
    /// True for a table-wide dictionary, whose codes mean the same in every segment of a table version; else the codes
    /// are of one segment.
    /// </summary>
    public bool IsGlobal { get; init; }

    public void Dispose() => Values.Dispose();
}
