namespace ColFrag.Engine.Encodings;

/// <summary>Which rows have a value, open for decoding: immutable, shared by all threads.</summary>
internal abstract unsafe class ValidityDecoder
{
    /// <summary>True when every row has a value.</summary>
    public virtual bool IsAllValid => false;

    /// <summary>True when no row has a value.</summary>
    public virtual bool IsAllNull => false;

    /// <summary>Bytes of managed memory that were made to open it.</summary>
    public virtual long IndexBytes => 0;

    /// <summary>
    /// Writes a bit per row, 1 = has a value; the first row is a multiple of 64. Bits past the count are 0.
    /// </summary>
    public abstract void Decode(int first, int count, ulong* words);
}
