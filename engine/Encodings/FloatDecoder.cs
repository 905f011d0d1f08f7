namespace ColFrag.Engine.Encodings;

/// <summary>A stream of REAL or DOUBLE that is open for decoding: immutable, shared by all threads.</summary>
internal abstract unsafe class FloatDecoder(int count)
{
    /// <summary>Number of values.</summary>
    public int Count { get; } = count;

    /// <summary>Bytes of managed memory that were made to open it.</summary>
    public abstract long IndexBytes { get; }

    /// <summary>True when all values are the same.</summary>
    public virtual bool IsConstant => false;

    /// <summary>Decodes a DOUBLE stream; the first value is the first of a vector.</summary>
    public abstract void Decode(int first, int count, double* target);

    /// <summary>Decodes a REAL stream; the first value is the first of a vector.</summary>
    public abstract void Decode(int first, int count, float* target);
}
