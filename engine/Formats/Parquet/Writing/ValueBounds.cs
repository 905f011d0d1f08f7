using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>The least and the greatest of some values, as a file tells them.</summary>
/// <param name="Min">No value is less.</param>
/// <param name="Max">No value is greater.</param>
/// <param name="IsMinExact">True when the value occurs.</param>
/// <param name="IsMaxExact">True when the value occurs.</param>
internal sealed record ValueBounds(byte[] Min, byte[] Max, bool IsMinExact = true, bool IsMaxExact = true)
{
    /// <summary>Longer bounds are cut.</summary>
    private const int MaxBytes = 64;

    /// <summary>The bounds of a range of values; null where there are none: no values, only NaN, no order.</summary>
    public static ValueBounds? Of(LeafValues values, int from, int to)
    {
        if (from == to || values.Leaf.Type.Kind is TypeKind.Interval or TypeKind.Null) return null;
        ReadOnlySpan<byte> bytes = values.IsBytes ? default : values.Bytes[values.StartOf(from)..values.StartOf(to)];
        switch (values.Leaf.Physical)
        {
            case ParquetType.Boolean:
                return new ValueBounds(
                    [(byte)(bytes.Contains((byte)0) ? 0 : 1)], [(byte)(bytes.Contains((byte)1) ? 1 : 0)]);
            case ParquetType.Int32 when IsUnsigned(values.Leaf):
                return OfNumbers(MemoryMarshal.Cast<byte, uint>(bytes));
            case ParquetType.Int32:
                return OfNumbers(MemoryMarshal.Cast<byte, int>(bytes));
            case ParquetType.Int64 when IsUnsigned(values.Leaf):
                return OfNumbers(MemoryMarshal.Cast<byte, ulong>(bytes));
            case ParquetType.Int64:
                return OfNumbers(MemoryMarshal.Cast<byte, long>(bytes));
            case ParquetType.Float:
                return OfFloats(MemoryMarshal.Cast<byte, float>(bytes));
            case ParquetType.Double:
                return OfFloats(MemoryMarshal.Cast<byte, double>(bytes));
            default:
                return FindBytes(values, from, to);
        }
    }

    /// <summary>The bounds of byte arrays by the ranks of their codes, which compare faster than they do.</summary>
    public static ValueBounds? Of(LeafValues values, ValueDictionary dictionary, int[] ranks, int from, int to)
    {
        if (from == to) return null;
        // Marking what occurs costs less than comparing ranks, as long as there are fewer entries than values.
        bool[] occurs = new bool[dictionary.Count];
        foreach (int code in dictionary.Codes[from..to]) occurs[code] = true;
        int min = dictionary.Codes[from], max = min;
        for (int code = 0; code < occurs.Length; code++)
        {
            if (occurs[code] && ranks[code] < ranks[min]) min = code;
            if (occurs[code] && ranks[code] > ranks[max]) max = code;
        }
        return OfBytes(values, dictionary.FirstOf(min), dictionary.FirstOf(max));
    }

    /// <summary>Compares two bounds in the order of the column.</summary>
    public static int Compare(OutputLeaf leaf, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        leaf.Physical switch
    {
        ParquetType.Int32 when IsUnsigned(leaf) =>
            MemoryMarshal.Read<uint>(left).CompareTo(MemoryMarshal.Read<uint>(right)),
        ParquetType.Int32 => MemoryMarshal.Read<int>(left).CompareTo(MemoryMarshal.Read<int>(right)),
        ParquetType.Int64 when IsUnsigned(leaf) =>
            MemoryMarshal.Read<ulong>(left).CompareTo(MemoryMarshal.Read<ulong>(right)),
        ParquetType.Int64 => MemoryMarshal.Read<long>(left).CompareTo(MemoryMarshal.Read<long>(right)),
        ParquetType.Float => MemoryMarshal.Read<float>(left).CompareTo(MemoryMarshal.Read<float>(right)),
        ParquetType.Double => MemoryMarshal.Read<double>(left).CompareTo(MemoryMarshal.Read<double>(right)),
        ParquetType.FixedLengthByteArray when leaf.Type.Kind != TypeKind.Uuid => CompareSigned(left, right),
        _ => left.SequenceCompareTo(right),
    };

    /// <summary>The bounds of both.</summary>
    public static ValueBounds Unite(OutputLeaf leaf, ValueBounds left, ValueBounds right)
    {
        bool isLeftMin = Compare(leaf, left.Min, right.Min) <= 0, isLeftMax = Compare(leaf, left.Max, right.Max) >= 0;
        return new ValueBounds(
            isLeftMin ? left.Min : right.Min, isLeftMax ? left.Max : right.Max,
            isLeftMin ? left.IsMinExact : right.IsMinExact, isLeftMax ? left.IsMaxExact : right.IsMaxExact);
    }

    private static bool IsUnsigned(OutputLeaf leaf) =>
        leaf.Type.Kind is TypeKind.UTinyInt or TypeKind.USmallInt or TypeKind.UInteger or TypeKind.UBigInt;

    private static unsafe ValueBounds OfNumbers<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        fixed (T* first = values)
        {
            (T min, T max) = Extremes.Find(first, values.Length);
            return new ValueBounds(BytesOf(min), BytesOf(max));
        }
    }

    // NaN lies outside of bounds; the two zeros are one value, which both bounds must include.
    private static ValueBounds? OfFloats<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T min = T.PositiveInfinity, max = T.NegativeInfinity;
        bool hasValue = false;
        foreach (T value in values)
        {
            if (T.IsNaN(value)) continue;
            hasValue = true;
            if (value < min) min = value;
            if (value > max) max = value;
        }
        if (!hasValue) return null;
        return new ValueBounds(BytesOf(min == T.Zero ? -T.Zero : min), BytesOf(max == T.Zero ? T.Zero : max));
    }

    private static byte[] BytesOf<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static ValueBounds? FindBytes(LeafValues values, int from, int to)
    {
        int min = from, max = from;
        ulong least = KeyOf(values[from]), most = least;
        for (int i = from + 1; i < to; i++)
        {
            ReadOnlySpan<byte> value = values[i];
            ulong key = values.IsBytes ? KeyOf(value) : least;
            // Only what begins like a bound, or beyond it, is looked at closely.
            if (key <= least && Compare(values.Leaf, value, values[min]) < 0) (min, least) = (i, key);
            if ((key >= most || !values.IsBytes) && Compare(values.Leaf, value, values[max]) > 0)
            {
                (max, most) = (i, key);
            }
        }
        return OfBytes(values, min, max);
    }

    // The first eight bytes as a number; shorter values end in zeros, which compare as less or equal.
    private static ulong KeyOf(ReadOnlySpan<byte> value)
    {
        if (value.Length >= sizeof(ulong)) return BinaryPrimitives.ReadUInt64BigEndian(value);
        ulong key = 0;
        for (int i = 0; i < value.Length; i++) key |= (ulong)value[i] << (56 - (8 * i));
        return key;
    }

    private static ValueBounds? OfBytes(LeafValues values, int min, int max)
    {
        ReadOnlySpan<byte> least = values[min], most = values[max];
        if (!values.IsBytes) return new ValueBounds(least.ToArray(), most.ToArray());
        bool isText = values.Leaf.Type.Kind != TypeKind.Blob;
        byte[]? upper = most.Length <= MaxBytes ? most.ToArray() : RoundUp(most, isText);
        return upper is null ? null : new ValueBounds(
            least[..CutAt(least, isText)].ToArray(), upper, least.Length <= MaxBytes, most.Length <= MaxBytes);
    }

    // Text is cut between characters, so that it stays text.
    private static int CutAt(ReadOnlySpan<byte> value, bool isText)
    {
        if (value.Length <= MaxBytes) return value.Length;
        int cut = MaxBytes;
        while (isText && cut > 0 && (value[cut] & 0xC0) == 0x80) cut--;
        return cut;
    }

    // The shortest that is greater than all that begin like the value: its last byte that can grow, grows.
    private static byte[]? RoundUp(ReadOnlySpan<byte> value, bool isText)
    {
        int limit = isText ? 0x7E : 0xFE;
        for (int i = CutAt(value, isText) - 1; i >= 0; i--)
        {
            if (value[i] > limit) continue;
            byte[] upper = value[..(i + 1)].ToArray();
            upper[i]++;
            return upper;
        }
        return null;
    }

    // Big-endian two's complement.
    private static int CompareSigned(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int sign = ((sbyte)left[0]).CompareTo((sbyte)right[0]);
        return sign != 0 ? sign : left.SequenceCompareTo(right);
    }
}
