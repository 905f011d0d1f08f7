namespace ColFrag.Engine.Vectors;

/// <summary>
/// Distinct values that codes point into. Two vectors with the same dictionary object compare, group and join by code.
/// Immutable once a vector uses it, and good as long as somebody refers to it: the values keep their text alive, and
/// whoever made it leaves it to the garbage collector once it was given on.
/// </summary>
internal sealed class VectorDictionary : IDisposable
{
    private readonly long _nativeBytes;

    // 1 for yes, -1 for no, 0 while nobody has looked; several may look at once.
    private int _isAscii;

    /// <summary>Values that were given on.</summary>
    /// <param name="values">A flat vector without NULLs, which keeps alive what it points into.</param>
    /// <param name="isSorted">True when codes order as values do.</param>
    /// <param name="nativeBytes">Memory that only the collector frees, which it cannot see by itself.</param>
    public VectorDictionary(ColumnVector values, bool isSorted, long nativeBytes = 0)
    {
        Values = values;
        IsSorted = isSorted;
        _nativeBytes = nativeBytes;
        if (nativeBytes > 0) GC.AddMemoryPressure(nativeBytes);
        else GC.SuppressFinalize(this);
    }

    ~VectorDictionary() => GC.RemoveMemoryPressure(_nativeBytes);

    /// <summary>A flat vector without NULLs; its count is the number of codes.</summary>
    public ColumnVector Values { get; }

    /// <summary>Number of codes.</summary>
    public int Count => Values.Count;

    /// <summary>True when codes order as values do.</summary>
    public bool IsSorted { get; }

    /// <summary>
    /// True for a table-wide dictionary, whose codes mean the same in every segment of a table version; else the codes
    /// are of one segment.
    /// </summary>
    public bool IsGlobal { get; init; }

    /// <summary>True when every text has one byte per character; looked at once.</summary>
    public unsafe bool IsAscii
    {
        get
        {
            if (_isAscii != 0) return _isAscii > 0;
            bool isAscii = true;
            Utf8View* views = (Utf8View*)Values.Data;
            for (int i = 0; i < Count && isAscii; i++) isAscii = System.Text.Ascii.IsValid(views[i].Span);
            _isAscii = isAscii ? 1 : -1;
            return isAscii;
        }
    }

    public void Dispose() => Values.Dispose();
}
