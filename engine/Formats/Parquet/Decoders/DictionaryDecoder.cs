using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Decoders;

/// <summary>
/// Dictionary codes: a byte with their width in bits, then runs. Values are read as elements of the column's type,
/// since the dictionary was converted.
/// </summary>
internal sealed unsafe class DictionaryDecoder(ParquetDictionary dictionary) : ParquetDecoder
{
    private const int PartValues = 1024;

    private readonly RunReader _runs = new();
    private readonly uint[] _codes = new uint[PartValues + 16];
    private int _bitWidth;

    /// <summary>The values.</summary>
    public ParquetDictionary Dictionary => dictionary;

    public override NativeBuffer? Heap => dictionary.HasViews ? dictionary.Heap : null;

    public override bool NeedsTextCheck => false;

    public override bool GivesElements => true;

    /// <summary>The narrowest lane that holds every code.</summary>
    public PhysicalType CodeLane { get; } = LaneOf(dictionary.Count);

    /// <summary>The narrowest lane that holds the codes of so many values.</summary>
    public static PhysicalType LaneOf(int count) => count switch
    {
        <= 1 << 8 => PhysicalType.UInt8,
        <= 1 << 16 => PhysicalType.UInt16,
        _ => PhysicalType.UInt32,
    };

    /// <summary>Writes the next codes themselves, in <see cref="CodeLane"/>.</summary>
    public void ReadCodes(byte* target, int count)
    {
        switch (CodeLane)
        {
            case PhysicalType.UInt8: ReadCodes(target, count, 8); break;
            case PhysicalType.UInt16: ReadCodes((ushort*)target, count, 16); break;
            default: ReadCodes((uint*)target, count, 32); break;
        }
    }

    /// <summary>Writes the next values as offsets of the dictionary's <see cref="NarrowDictionary"/>.</summary>
    public void ReadNarrow(byte* target, int count)
    {
        NarrowDictionary narrow = dictionary.Narrow!;
        int laneBytes = narrow.Lane.SizeBytes();
        fixed (uint* codes = _codes)
        {
            for (int part; count > 0; count -= part, target += part * laneBytes)
            {
                part = Math.Min(count, PartValues);
                ReadCodes((byte*)codes, part);
                switch (CodeLane)
                {
                    case PhysicalType.UInt8: narrow.LookUp((byte*)codes, part, target); break;
                    case PhysicalType.UInt16: narrow.LookUp((ushort*)codes, part, target); break;
                    default: narrow.LookUp(codes, part, target); break;
                }
            }
        }
    }

    public override void Read(byte* target, int count)
    {
        int width = dictionary.ElementBytes;
        fixed (uint* codes = _codes)
        {
            for (int part; count > 0; count -= part, target += part * width)
            {
                part = Math.Min(count, PartValues);
                ReadCodes(codes, part, 32);
                switch (width)
                {
                    case 1: LookUp<byte>(codes, part, target); break;
                    case 2: LookUp<ushort>(codes, part, target); break;
                    case 4: LookUp<uint>(codes, part, target); break;
                    case 8: LookUp<ulong>(codes, part, target); break;
                    default: LookUp<Utf8View>(codes, part, target); break;
                }
            }
        }
    }

    public override void Skip(int count) => _runs.Skip(count);

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        // A page without values may lack even the width.
        Page.ThrowUnless(length > 0 || maxValues == 0, "dictionary codes");
        _bitWidth = length > 0 ? bytes[0] : 0;
        Page.ThrowUnless(_bitWidth <= 32, "width of dictionary codes");
        _runs.Begin(bytes + 1, Math.Max(length - 1, 0), _bitWidth, Page);
    }

    private void ReadCodes<T>(T* target, int count, int laneBits) where T : unmanaged, IBinaryInteger<T>
    {
        if (_bitWidth <= laneBits)
        {
            _runs.Read(target, count);
            if (_bitWidth < 32 && 1L << _bitWidth <= dictionary.Count) return;
            if (count > 0 && uint.CreateTruncating(Gather.Largest(target, count)) >= (uint)dictionary.Count)
                throw Page.Corrupt("dictionary code");
            return;
        }
        // A writer may pack codes wider than they need.
        uint* wide = stackalloc uint[PartValues + 16];
        for (int part; count > 0; count -= part, target += part)
        {
            part = Math.Min(count, PartValues);
            _runs.Read(wide, part);
            if (Gather.Largest(wide, part) >= (uint)dictionary.Count) throw Page.Corrupt("dictionary code");
            for (int i = 0; i < part; i++) target[i] = T.CreateTruncating(wide[i]);
        }
    }

    private void LookUp<T>(uint* codes, int count, byte* target) where T : unmanaged
    {
        T* values = (T*)dictionary.Values;
        T* to = (T*)target;
        // In range: the codes were held against the count.
        for (int i = 0; i < count; i++) to[i] = values[codes[i]];
    }
}
