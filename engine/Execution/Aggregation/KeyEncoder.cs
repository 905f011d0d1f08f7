using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Turns the values of one key column into codes of few bits and back: numbers by their distance from the smallest,
/// text by a number per distinct text. Equal values have equal codes, NULL has one too. The coding adapts to the data;
/// when that changes what codes mean, codes given out before are translated. For one thread.
/// </summary>
internal abstract unsafe class KeyEncoder(LogicalType type) : IDisposable
{
    public LogicalType Type { get; } = type;

    /// <summary>Bits that a code has at most, 1 to 64.</summary>
    public abstract int Bits { get; }

    /// <summary>True when codes do not tell NULL from a value: then a flag of one bit beside the code does.</summary>
    public abstract bool FlagsNulls { get; }

    /// <summary>
    /// Makes sure that every row of the vector has a code. True when <see cref="Bits"/>, <see cref="FlagsNulls"/> or
    /// the meaning of codes changed: then <see cref="Translate"/> turns codes from before into codes of now.
    /// </summary>
    public abstract bool Prepare(ColumnVector vector, int count);

    /// <summary>
    /// Translates codes given out before the last <see cref="Prepare"/>; flags are 0 where there were none.
    /// </summary>
    public abstract void Translate(ulong* codes, ulong* flags, int count);

    /// <summary>Writes the codes of the rows of a prepared vector, and the flags where there are any.</summary>
    public abstract void Encode(ColumnVector vector, int count, ulong* codes, ulong* flags);

    /// <summary>Makes the values of codes; text of the target lies in the encoder's memory.</summary>
    public abstract void Decode(ulong* codes, ulong* flags, int count, ColumnVector target);

    /// <summary>Says that text of vectors stays where it is until the next <see cref="Reset"/>.</summary>
    public virtual void BorrowText()
    {
    }

    /// <summary>Forgets which values came and the text of decoded values; how wide codes are stays.</summary>
    /// <param name="appends">True where equal values may get several codes from now on, if that is cheaper.</param>
    public abstract void Reset(bool appends);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The encoder that fits a type.</summary>
    public static KeyEncoder Create(LogicalType type, MemoryAccount account, bool keepsCodes) => type.Physical switch
    {
        PhysicalType.Utf8 => new TextKeyEncoder(type, account, keepsCodes),
        PhysicalType.Float32 or PhysicalType.Float64 => new FloatKeyEncoder(type, account),
        PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array or PhysicalType.None
            or PhysicalType.Int128 => new ValueKeyEncoder(type, account),
        _ => new IntegerKeyEncoder(type, account),
    };
}
