using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Parquet.Decoders;

/// <summary>
/// The values of one page in one encoding, without NULLs. Values of a fixed width are written as they are in PLAIN;
/// byte arrays, of a fixed length too, as views. One decoder serves all pages of a chunk that have its encoding.
/// </summary>
internal abstract unsafe class ParquetDecoder
{
    /// <summary>The page.</summary>
    protected ParquetPage Page { get; private set; } = null!;

    /// <summary>What the views point into, besides the page.</summary>
    public virtual NativeBuffer? Heap => null;

    /// <summary>True when the values are text that was not checked yet.</summary>
    public virtual bool NeedsTextCheck => true;

    /// <summary>True when values are written as elements of the column's type, converted already.</summary>
    public virtual bool GivesElements => false;

    /// <summary>Begins a page: its values are the bytes from a position on; at most so many values.</summary>
    public void Begin(ParquetPage page, int start, int maxValues)
    {
        Page = page;
        page.ThrowUnless(start >= 0 && start <= page.Length, "values outside of the page");
        Begin(page.Buffer.Pointer + start, page.Length - start, maxValues);
    }

    /// <summary>Writes the next values.</summary>
    public abstract void Read(byte* target, int count);

    /// <summary>Passes over values.</summary>
    public abstract void Skip(int count);

    /// <summary>Frees what outlives pages.</summary>
    public virtual void Release()
    {
    }

    protected abstract void Begin(byte* bytes, int length, int maxValues);
}
