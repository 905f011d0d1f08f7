using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Decoders;

/// <summary>Dictionary codes: a byte with their width in bits, then runs.</summary>
internal sealed unsafe class DictionaryDecoder(ParquetDictionary dictionary, int width, bool asViews) : ParquetDecoder
{
    private const int PartValues = 1024;

    private readonly RunReader _runs = new();
    private readonly uint[] _codes = new uint[PartValues + 16];
    private int _bitWidth;

    /// <summary>The values.</summary>
    public ParquetDictionary Dictionary => dictionary;

    public override NativeBuffer? Heap => asViews ? dictionary.Heap : null;

    public override bool NeedsTextCheck => false;

    /// <summary>The narrowest lane that holds every code.</summary>
    public PhysicalType CodeLane => dictionary.Count switch
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
            case PhysicalType.UInt8: ReadCodes((byte*)target, count, 8); break;
            case PhysicalType.UInt16: ReadCodes((ushort*)target, count, 16); break;
            default: ReadCodes((uint*)target, count, 32); break;
        }
    }

    public override void Read(byte* target, int count)
    {
        fixed (uint* codes = _codes)
        {
            for (int part; count > 0; count -= part)
            {
                part = Math.Min(count, PartValues);
                ReadCodes(codes, part, 32);
                switch (asViews ? sizeof(Utf8View) : width)
                {
                    case 1: Gather<byte>(codes, part, target); break;
                    case 4: Gather<uint>(codes, part, target); break;
                    case 8: Gather<ulong>(codes, part, target); break;
                    case 16: Gather<Utf8View>(codes, part, target); break;
                    default: GatherBytes(codes, part, target); break;
                }
                target += (long)part * (asViews ? sizeof(Utf8View) : width);
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

    private void ReadCodes<T>(T* target, int count, int laneBits) where T : unmanaged, INumber<T>
    {
        if (_bitWidth <= laneBits)
        {
            _runs.Read(target, count);
            if (_bitWidth < 32 && 1L << _bitWidth <= dictionary.Count) return;
            if (count > 0 && uint.CreateTruncating(Max(target, count)) >= (uint)dictionary.Count)
                throw Page.Corrupt("dictionary code");
            return;
        }
        // A writer may pack codes wider than they need.
        fixed (uint* wide = _codes)
        {
            for (int part; count > 0; count -= part, target += part)
            {
                part = Math.Min(count, PartValues);
                _runs.Read(wide, part);
                if (Max(wide, part) >= (uint)dictionary.Count) throw Page.Corrupt("dictionary code");
                for (int i = 0; i < part; i++) target[i] = T.CreateTruncating(wide[i]);
            }
        }
    }

    private static T Max<T>(T* values, int count) where T : unmanaged, INumber<T>
    {
        T max = values[0];
        int i = 0;
        if (count >= Vector<T>.Count)
        {
            Vector<T> most = Unsafe.ReadUnaligned<Vector<T>>(values);
            for (i = Vector<T>.Count; i + Vector<T>.Count <= count; i += Vector<T>.Count)
            {
                most = Vector.Max(most, Unsafe.ReadUnaligned<Vector<T>>(values + i));
            }
            max = most[0];
            for (int j = 1; j < Vector<T>.Count; j++) max = T.Max(max, most[j]);
        }
        for (; i < count; i++) max = T.Max(max, values[i]);
        return max;
    }

    private void Gather<T>(uint* codes, int count, byte* target) where T : unmanaged
    {
        T* values = (T*)dictionary.Values;
        T* to = (T*)target;
        // In range: the codes were held against the count.
        for (int i = 0; i < count; i++) to[i] = values[codes[i]];
    }

    private void GatherBytes(uint* codes, int count, byte* target)
    {
        for (int i = 0; i < count; i++)
        {
            NativeMemory.Copy(dictionary.Values + ((long)codes[i] * width), target + ((long)i * width), (nuint)width);
        }
    }
}
