using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>A stream of texts that is open for decoding: immutable, shared by all threads.</summary>
internal abstract unsafe class TextDecoder(int count)
{
    /// <summary>Number of texts.</summary>
    public int Count { get; } = count;

    /// <summary>Bytes of memory that were made to open it.</summary>
    public virtual long IndexBytes => 0;

    /// <summary>True when all texts are the same.</summary>
    public virtual bool IsConstant => false;

    /// <summary>
    /// Decodes texts; the first is the first of a vector. Views point into the block or into the heap.
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="count">Texts.</param>
    /// <param name="mask">A bit per text, 1 = needed; others may come out empty. Null: all are needed.</param>
    /// <param name="target">Room for the views.</param>
    /// <param name="heap">Room for decoded bytes.</param>
    public abstract void Decode(int first, int count, ulong* mask, Utf8View* target, TextHeap heap);

    /// <summary>
    /// Tells the lengths of texts without decoding them; the first is the first of a vector. False where they must be
    /// decoded; what was written is then undefined.
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="count">Texts.</param>
    /// <param name="measure">What counts.</param>
    /// <param name="lengths">Takes the lengths.</param>
    /// <param name="isAscii">True where it was seen that every byte is a character.</param>
    public virtual bool TryMeasure(int first, int count, TextMeasure measure, int* lengths, out bool isAscii)
    {
        isAscii = false;
        return false;
    }
}
