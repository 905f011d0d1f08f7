using System.Buffers.Binary;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using IntegerLanes = ColFrag.Engine.Execution.Expressions.IntegerLanes;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Packs the keys of a row into 64 bits whose unsigned order is the order of rows: each key as a number of as few bits
/// as the range of its column needs, the first key on top. What does not fit is cut off and left to a comparison of
/// values.
/// </summary>
internal sealed unsafe class SortKeyLayout
{
    private readonly Part[] _parts;

    public SortKeyLayout(
        IReadOnlyList<SortColumn> keys, IReadOnlyList<LogicalType> types, IReadOnlyList<KeyRange> ranges)
    {
        List<Part> parts = [];
        int room = 64;
        IsExact = true;
        for (int k = 0; k < keys.Count && room > 0; k++)
        {
            KeyRange range = ranges[k];
            Part part = new(keys[k], types[k], range, room);
            parts.Add(part);
            room -= part.Bits;
            if (part.IsExact) continue;
            IsExact = false;
            FirstInexact = k;
            break;
        }
        if (IsExact && parts.Count < keys.Count)
        {
            IsExact = false;
            FirstInexact = parts.Count;
        }
        // Keys end at the top of the word, so that sorting by the upper bytes is sorting.
        int shift = 64;
        foreach (Part part in parts)
        {
            shift -= part.Bits;
            part.Shift = shift;
        }
        _parts = [.. parts];
        UsedBits = 64 - shift;
    }

    /// <summary>True when rows with equal keys are equal in the order.</summary>
    public bool IsExact { get; }

    /// <summary>The first key that must be compared by value when the packed keys are equal.</summary>
    public int FirstInexact { get; }

    /// <summary>Bits in use, from the top.</summary>
    public int UsedBits { get; }

    /// <summary>
    /// The bits that the first keys take, and whether rows that agree in these bits are equal in these keys.
    /// </summary>
    public (ulong Mask, bool IsExact) PrefixOf(int keyCount)
    {
        ulong mask = 0;
        foreach (Part part in _parts.AsSpan(0, Math.Min(keyCount, _parts.Length)))
        {
            if (part.Bits > 0) mask |= ulong.MaxValue >> (64 - part.Bits) << part.Shift;
        }
        return (mask, IsExact || keyCount <= FirstInexact);
    }

    /// <summary>Writes the packed keys of rows of a buffer; several threads may at once.</summary>
    public void Write(RowBuffer rows, long first, int count, SortEntry* entries)
    {
        for (int i = 0; i < count; i++) entries[i].Key = 0;
        foreach (Part part in _parts) part.Add(rows.Columns[part.Column], first, count, entries);
    }

    private sealed class Part
    {
        private readonly SortColumn _key;
        private readonly LogicalType _type;
        private readonly KeyRange _range;
        private readonly int _fullBits;
        private readonly ulong _nullCode;
        private readonly ulong _offset;
        private readonly int _prefix;
        private readonly int _cut;

        public Part(SortColumn key, LogicalType type, KeyRange range, int room)
        {
            _key = key;
            _type = type;
            _range = range;
            bool isText = type.Physical == PhysicalType.Utf8;
            bool isOpaque = type.Physical is PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct
                or PhysicalType.Array;
            UInt128 span = isText ? ulong.MaxValue : isOpaque || !range.HasValues ? 0
                : (UInt128)(range.Max - range.Min);
            IsExact = !isText && !isOpaque;
            int bits;
            if (span >= ulong.MaxValue)
            {
                // Values lose their last bits: 63 leave room for NULL.
                IsExact = false;
                bits = 64;
                _cut = 128 - (int)UInt128.LeadingZeroCount(span) - 63;
            }
            else
            {
                // NULL takes the code below or above all values.
                ulong last = (ulong)span + (range.HasNulls ? 1UL : 0);
                bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(last);
            }
            if (isText)
            {
                _prefix = range.CommonPrefix;
                bits = 64;
            }
            _fullBits = bits;
            Bits = Math.Min(bits, room);
            if (Bits < bits) IsExact = false;
            bool nullsLow = range.HasNulls && key.NullsFirst;
            _offset = nullsLow ? 1UL : 0;
            _nullCode = nullsLow ? 0 : bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        }

        public int Column => _key.Column;

        public int Bits { get; }

        public int Shift { get; set; }

        public bool IsExact { get; }

        public void Add(ColumnBuffer column, long first, int count, SortEntry* entries)
        {
            int lost = _fullBits - Bits;
            using ColumnVector vector = new(_type);
            for (int done = 0; done < count; done += Batch.MaxRows)
            {
                int n = Math.Min(Batch.MaxRows, count - done);
                column.Slice(first + done, n, vector);
                if (TryAddFlat(vector, n, lost, entries + done)) continue;
                for (int i = 0; i < n; i++)
                {
                    ulong code = vector.IsValid(i) ? CodeOf(vector, i) : _nullCode;
                    entries[done + i].Key |= code >> lost << Shift;
                }
            }
        }

        /// <summary>The same for integers and floats that lie flat, many at a time.</summary>
        private bool TryAddFlat(ColumnVector vector, int count, int lost, SortEntry* entries)
        {
            if (vector.Shape != VectorShape.Flat || vector.HasNulls || vector.Base != 0) return false;
            ulong* values = stackalloc ulong[Batch.MaxRows];
            if (_type.Physical == PhysicalType.Float64)
            {
                double* floats = (double*)vector.Data;
                for (int i = 0; i < count; i++) values[i] = (ulong)ZoneKey.OfDouble(floats[i]);
            }
            else if (_type.Physical.IsInteger() && _type.Physical.SizeBytes() <= sizeof(ulong))
            {
                IntegerLanes.Convert(vector.Data, vector.Lane, count, 0, sizeof(ulong), (byte*)values);
            }
            else
            {
                return false;
            }
            // Values and bounds are 64 bits of the same type: distances wrap into the right ones.
            ulong min = (ulong)_range.Min, max = (ulong)_range.Max;
            int cut = _cut, shift = Shift;
            ulong offset = _offset;
            for (int i = 0; i < count; i++)
            {
                ulong distance = _key.IsDescending ? max - values[i] : values[i] - min;
                entries[i].Key |= ((distance >> cut) + offset) >> lost << shift;
            }
            return true;
        }

        private ulong CodeOf(ColumnVector vector, int row)
        {
            switch (_type.Physical)
            {
                case PhysicalType.Utf8:
                    ReadOnlySpan<byte> text = vector.GetUtf8(row).Span;
                    ulong prefix = Prefix(text[Math.Min(_prefix, text.Length)..]);
                    if (_key.IsDescending) prefix = ~prefix;
                    return _range.HasNulls ? (prefix >> 1) + _offset : prefix;
                case PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                    return _offset;
                case PhysicalType.Float32 or PhysicalType.Float64:
                    return Code(ZoneKey.OfDouble(vector.GetDouble(row)));
                default:
                    return Code(vector.GetInteger(row));
            }
        }

        private ulong Code(Int128 value)
        {
            UInt128 distance = _key.IsDescending ? (UInt128)(_range.Max - value) : (UInt128)(value - _range.Min);
            return (ulong)(distance >> _cut) + _offset;
        }

        private static ulong Prefix(ReadOnlySpan<byte> text)
        {
            if (text.Length >= sizeof(ulong)) return BinaryPrimitives.ReadUInt64BigEndian(text);
            ulong prefix = 0;
            for (int i = 0; i < text.Length; i++) prefix |= (ulong)text[i] << (56 - (8 * i));
            return prefix;
        }
    }
}
