namespace ColFrag.Engine.Encodings;

/// <summary>A stream of 128-bit integers that is open for decoding: immutable, shared by all threads.</summary>
internal abstract unsafe class WideDecoder(int count)
{
    /// <summary>Number of values.</summary>
    public int Count { get; } = count;

    /// <summary>Bytes of managed memory that were made to open it.</summary>
    public abstract long IndexBytes { get; }

    /// <summary>What the narrow offsets add to.</summary>
    public virtual Int128 Base => 0;

    /// <summary>The offsets from the base as 64-bit integers, where all fit; else null.</summary>
    public virtual IntegerDecoder? Narrow => null;

    /// <summary>Decodes values; the first is the first of a vector.</summary>
    public abstract void Decode(int first, int count, Int128* target);
}
