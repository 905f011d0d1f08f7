using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Formats.Parquet.Decoders;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// The dictionary page of a column chunk as elements of the column's type; texts as views into the page. Text of few
/// distinct values is also there as a dictionary that vectors point into, integers as offsets of a narrow lane.
/// </summary>
internal sealed unsafe class ParquetDictionary : IDisposable
{
    /// <summary>Above this, codes save little and checking that values are distinct costs much.</summary>
    private const int MaxSharedCount = 1 << 16;

    private readonly NativeBuffer _values;
    private readonly NativeBuffer _page;

    private ParquetDictionary(
        ParquetLeaf leaf, NativeBuffer values, NativeBuffer page, int count, VectorDictionary? shared,
        NarrowDictionary? narrow)
    {
        _values = values;
        _page = page;
        Count = count;
        ElementBytes = leaf.Type.Physical.SizeBytes();
        HasViews = leaf.Type.Physical == PhysicalType.Utf8;
        Shared = shared;
        Narrow = narrow;
    }

    /// <summary>Number of values.</summary>
    public int Count { get; }

    /// <summary>The values, as elements.</summary>
    public byte* Values => _values.Pointer;

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes { get; }

    /// <summary>True when elements are views.</summary>
    public bool HasViews { get; }

    /// <summary>The page, which views point into.</summary>
    public NativeBuffer Heap => _page;

    /// <summary>For vectors; null where the values are not text, too many, or not distinct.</summary>
    public VectorDictionary? Shared { get; }

    /// <summary>The values as offsets; null where they are no integers, or too far apart.</summary>
    public NarrowDictionary? Narrow { get; }

    /// <summary>Reads a dictionary page.</summary>
    public static ParquetDictionary Read(ParquetPage page, ParquetLeaf leaf, MemoryAccount account)
    {
        int count = page.Header.ValueCount;
        bool areViews = leaf.Physical is ParquetType.ByteArray or ParquetType.FixedLengthByteArray;
        long minBytes = leaf.Width == 0 ? 4L : leaf.Physical == ParquetType.Boolean ? 0 : leaf.Width;
        page.ThrowUnless(page.Header.Encoding is ParquetEncoding.Plain or ParquetEncoding.PlainDictionary,
            "dictionary encoding");
        page.ThrowUnless(count * minBytes <= page.Length && count <= page.Length * 8L, "number of dictionary values");
        ParquetDecoder decoder = leaf.Physical switch
        {
            ParquetType.Boolean => new PlainBooleanDecoder(),
            ParquetType.ByteArray or ParquetType.FixedLengthByteArray => new PlainBytesDecoder(leaf.Width),
            _ => new PlainFixedDecoder(leaf.Width),
        };
        decoder.Begin(page, 0, count);
        int width = areViews ? sizeof(Utf8View) : leaf.Width;
        // Unpacking writes whole vectors, which the padding takes.
        NativeBuffer values = NativeBuffer.Allocate(Math.Max((long)count * width, 1), account);
        try
        {
            decoder.Read(values.Pointer, count);
            if (!ParquetConverter.IsCopy(leaf)) values = Convert(leaf, values, count, page, account);
            if (leaf.Type.Physical != PhysicalType.Utf8)
            {
                NarrowDictionary? narrow = NarrowDictionary.TryMake(leaf.Type, values.Pointer, count, account);
                return new ParquetDictionary(leaf, values, page.Buffer.Retain(), count, null, narrow);
            }
            if (leaf.Conversion == ParquetConversion.Text && decoder.NeedsTextCheck)
                CheckText((Utf8View*)values.Pointer, count, page, leaf);
            VectorDictionary? shared = Share(leaf, values, page.Buffer, count);
            return new ParquetDictionary(leaf, values, page.Buffer.Retain(), count, shared, null);
        }
        catch
        {
            values.Release();
            throw;
        }
    }

    /// <summary>Throws unless all texts are UTF-8.</summary>
    public static void CheckText(Utf8View* views, int count, ParquetPage page, ParquetLeaf leaf)
    {
        for (int i = 0; i < count; i++)
        {
            if (!System.Text.Unicode.Utf8.IsValid(views[i].Span))
                throw page.Corrupt($"text of column {leaf.Path} is not UTF-8");
        }
    }

    /// <summary>Makes a vector keep what its codes point into.</summary>
    public void KeepAlive(ColumnVector vector)
    {
        vector.KeepAlive(_values);
        vector.KeepAlive(_page);
    }

    public void Dispose()
    {
        Narrow?.Dispose();
        _values.Release();
        _page.Release();
    }

    // Each value once, instead of once for each row that has it.
    private static NativeBuffer Convert(
        ParquetLeaf leaf, NativeBuffer values, int count, ParquetPage page, MemoryAccount account)
    {
        NativeBuffer elements = NativeBuffer.Allocate(
            Math.Max((long)count * leaf.Type.Physical.SizeBytes(), 1), account);
        try
        {
            ParquetConverter.Convert(leaf, values.Pointer, elements.Pointer, count, page);
        }
        catch
        {
            elements.Release();
            throw;
        }
        values.Release();
        return elements;
    }

    // Equal codes must mean equal values and the other way round, which nothing forces a writer to keep.
    private static VectorDictionary? Share(ParquetLeaf leaf, NativeBuffer values, NativeBuffer page, int count)
    {
        if (count is 0 or > MaxSharedCount) return null;
        Utf8View* views = (Utf8View*)values.Pointer;
        bool isSorted = true;
        for (int i = 1; i < count && isSorted; i++) isSorted = views[i - 1].CompareTo(views[i]) < 0;
        if (!isSorted && !AreDistinct(views, count)) return null;
        ColumnVector vector = new(leaf.Type);
        // Sorts and joins keep codes and the dictionary longer than the file is open, so it holds the buffers itself.
        vector.ResetBorrowed(VectorShape.Flat, PhysicalType.Utf8, values.Pointer, null, count, values);
        vector.KeepAlive(page);
        return new VectorDictionary(vector, isSorted, values.Length + page.Length);
    }

    private static bool AreDistinct(Utf8View* views, int count)
    {
        HashSet<nint> seen = new(count, new ViewComparer());
        for (int i = 0; i < count; i++)
        {
            if (!seen.Add((nint)(views + i))) return false;
        }
        return true;
    }

    private sealed class ViewComparer : IEqualityComparer<nint>
    {
        public bool Equals(nint x, nint y) => ((Utf8View*)x)->SameAs(*(Utf8View*)y);

        public int GetHashCode(nint view)
        {
            HashCode hash = default;
            hash.AddBytes(((Utf8View*)view)->Span);
            return hash.ToHashCode();
        }
    }
}
