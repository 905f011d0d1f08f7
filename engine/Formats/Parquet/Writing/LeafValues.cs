using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// The rows of one leaf in a row group: levels, and the values as a file has them. Values of a fixed width lie one
/// after another (truth values as bytes), byte arrays as a heap and their ends.
/// </summary>
internal sealed unsafe class LeafValues(OutputLeaf leaf) : IDisposable
{
    private static readonly Int128 s_maxHuge = TextPower(LogicalType.MaxDecimalPrecision);

    private readonly byte[][]? _labels =
        leaf.Type.Kind == TypeKind.Enum ? [.. leaf.Type.Labels.Select(Encoding.UTF8.GetBytes)] : null;

    private readonly ColumnVector _flat = new(leaf.Type);
    private readonly TextCodes _coded = new();
    private byte[] _definitions = [];
    private byte[] _repetitions = [];
    private byte[] _values = [];
    private int[] _ends = [];
    private int _valueBytes;

    public OutputLeaf Leaf => leaf;

    /// <summary>Values and NULLs.</summary>
    public int SlotCount { get; private set; }

    /// <summary>Values.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<byte> Definitions => _definitions.AsSpan(0, SlotCount);

    public ReadOnlySpan<byte> Repetitions => leaf.MaxRepetition == 0 ? default : _repetitions.AsSpan(0, SlotCount);

    /// <summary>
    /// True when all values so far came as dictionary codes: there are no <see cref="Bytes"/> and
    /// <see cref="Ends"/> until <see cref="Expand"/>.
    /// </summary>
    public bool IsCoded => _coded.Count > 0;

    /// <summary>The numbers of the values' texts, where coded.</summary>
    public TextCodes Coded => _coded;

    /// <summary>All values: of a fixed width, or the heap of byte arrays.</summary>
    public ReadOnlySpan<byte> Bytes => _values.AsSpan(0, _valueBytes);

    /// <summary>Where the byte arrays end in the heap.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Bytes of all values in PLAIN; not where coded.</summary>
    public long PlainBytes => _valueBytes + (IsBytes ? Count * (long)sizeof(int) : 0);

    public bool IsBytes => leaf.Physical == ParquetType.ByteArray;

    /// <summary>A value's bytes, without a length.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            if (!IsBytes) return _values.AsSpan(index * leaf.Width, leaf.Width);
            if (IsCoded) return _coded[_coded.Codes[index]];
            int start = StartOf(index);
            return _values.AsSpan(start, _ends[index] - start);
        }
    }

    /// <summary>Where a value starts in <see cref="Bytes"/>.</summary>
    public int StartOf(int index) => !IsBytes ? index * leaf.Width : index == 0 ? 0 : _ends[index - 1];

    /// <summary>Bytes of the values of a range, or of their codes where coded.</summary>
    public int SizeOf(int from, int to) => IsCoded ? (to - from) * sizeof(int) : StartOf(to) - StartOf(from);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        SlotCount = Count = _valueBytes = 0;
        _coded.Clear();
    }

    /// <summary>Adds a slot; whether it has a value is told by its definition level.</summary>
    public void AddSlot(int definition, int repetition)
    {
        Ensure(ref _definitions, SlotCount + 1);
        _definitions[SlotCount] = (byte)definition;
        if (leaf.MaxRepetition > 0)
        {
            Ensure(ref _repetitions, SlotCount + 1);
            _repetitions[SlotCount] = (byte)repetition;
        }
        SlotCount++;
    }

    /// <summary>Adds slots of one level.</summary>
    public void AddSlots(int definition, int count)
    {
        Ensure(ref _definitions, SlotCount + count);
        _definitions.AsSpan(SlotCount, count).Fill((byte)definition);
        SlotCount += count;
    }

    /// <summary>Adds the values at rows of a vector, none of which is NULL.</summary>
    public void AddValues(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) return;
        if (TryAddCodes(vector, rows) || TryAddNarrow(vector, rows))
        {
            Count += rows.Length;
            return;
        }
        vector.Flatten(_flat);
        if (IsBytes) AddBytes(rows);
        else AddFixed(rows);
        Count += rows.Length;
        // What the vector shares must not be kept from its owner.
        _flat.ResetFlat(1);
    }

    public void Dispose() => _flat.Dispose();

    /// <summary>Writes out the values that came as codes.</summary>
    public void Expand()
    {
        if (!IsCoded) return;
        Ensure(ref _ends, Count);
        for (int i = 0; i < Count; i++) AddText(i, _coded[_coded.Codes[i]]);
        _coded.Clear();
    }

    private bool TryAddCodes(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        bool canBeCoded = IsBytes && _labels is null && (Count == 0 || IsCoded);
        if (canBeCoded && TextCodes.Takes(vector) && _coded.TryAdd(vector, rows)) return true;
        Expand();
        return false;
    }

    /// <summary>A narrow lane is widened on the way where no other conversion is wanted.</summary>
    private bool TryAddNarrow(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        bool isPlain = leaf.Physical is ParquetType.Int32 or ParquetType.Int64 &&
            leaf.Type.Kind != TypeKind.TimestampSeconds;
        bool isRun = rows[^1] - rows[0] == rows.Length - 1;
        if (!isPlain || !isRun || vector.Shape != VectorShape.Narrow) return false;
        int bytes = rows.Length * leaf.Width, first = rows[0];
        Ensure(ref _values, checked(_valueBytes + bytes));
        fixed (byte* target = &_values[_valueBytes])
        {
            switch (vector.Lane)
            {
                case PhysicalType.UInt8: Widen(vector.Data + first, vector, rows.Length, target); break;
                case PhysicalType.UInt16: Widen((ushort*)vector.Data + first, vector, rows.Length, target); break;
                default: Widen((uint*)vector.Data + first, vector, rows.Length, target); break;
            }
        }
        _valueBytes += bytes;
        return true;
    }

    private void Widen<T>(T* lane, ColumnVector vector, int count, byte* target) where T : unmanaged, IBinaryInteger<T>
    {
        long start = (long)vector.Base;
        if (leaf.Width == sizeof(int)) Widening.Convert(lane, count, (int)start, (int*)target);
        else Widening.Convert(lane, count, start, (long*)target);
    }

    private void AddBytes(ReadOnlySpan<int> rows)
    {
        Ensure(ref _ends, Count + rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            AddText(Count + i, _labels is not null
                ? _labels[((uint*)_flat.Data)[rows[i]]]
                : leaf.Type.Kind == TypeKind.TimeTz ? Encoding.UTF8.GetBytes(_flat.GetValue(rows[i]).ToString())
                : ((Utf8View*)_flat.Data)[rows[i]].Span);
        }
    }

    private void AddText(int index, ReadOnlySpan<byte> bytes)
    {
        Ensure(ref _values, checked(_valueBytes + bytes.Length));
        bytes.CopyTo(_values.AsSpan(_valueBytes));
        _valueBytes += bytes.Length;
        _ends[index] = _valueBytes;
    }

    private void AddFixed(ReadOnlySpan<int> rows)
    {
        int bytes = rows.Length * leaf.Width;
        Ensure(ref _values, checked(_valueBytes + bytes));
        fixed (byte* target = &_values[_valueBytes]) Convert(_flat.Data, rows, target);
        _valueBytes += bytes;
    }

    private void Convert(byte* source, ReadOnlySpan<int> rows, byte* target)
    {
        switch (leaf.Type.Kind)
        {
            case TypeKind.Boolean:
                for (int i = 0; i < rows.Length; i++) target[i] = source[rows[i]];
                break;
            case TypeKind.TinyInt:
                for (int i = 0; i < rows.Length; i++) ((int*)target)[i] = ((sbyte*)source)[rows[i]];
                break;
            case TypeKind.UTinyInt:
                for (int i = 0; i < rows.Length; i++) ((int*)target)[i] = source[rows[i]];
                break;
            case TypeKind.SmallInt:
                for (int i = 0; i < rows.Length; i++) ((int*)target)[i] = ((short*)source)[rows[i]];
                break;
            case TypeKind.USmallInt:
                for (int i = 0; i < rows.Length; i++) ((int*)target)[i] = ((ushort*)source)[rows[i]];
                break;
            case TypeKind.Decimal when leaf.Width == 4:
                for (int i = 0; i < rows.Length; i++) ((int*)target)[i] = (int)((long*)source)[rows[i]];
                break;
            case TypeKind.TimestampSeconds:
                for (int i = 0; i < rows.Length; i++) ((long*)target)[i] = ToMilliseconds(((long*)source)[rows[i]]);
                break;
            case TypeKind.HugeInt or TypeKind.Decimal when leaf.Width == 16:
                for (int i = 0; i < rows.Length; i++) WriteBigEndian(((Int128*)source)[rows[i]], target + (i * 16));
                break;
            case TypeKind.Uuid:
                for (int i = 0; i < rows.Length; i++)
                {
                    UInt128 text = (UInt128)((Int128*)source)[rows[i]] ^ (UInt128.One << 127);
                    BinaryPrimitives.WriteUInt128BigEndian(new Span<byte>(target + (i * 16), 16), text);
                }
                break;
            case TypeKind.Interval:
                for (int i = 0; i < rows.Length; i++) WriteInterval(((Interval*)source)[rows[i]], target + (i * 12));
                break;
            default:
                Copy(source, rows, target);
                break;
        }
    }

    private void Copy(byte* source, ReadOnlySpan<int> rows, byte* target)
    {
        bool isRun = rows[^1] - rows[0] == rows.Length - 1;
        if (isRun)
        {
            Buffer.MemoryCopy(source + ((long)rows[0] * leaf.Width), target, (long)rows.Length * leaf.Width,
                (long)rows.Length * leaf.Width);
        }
        else if (leaf.Width == 4)
        {
            for (int i = 0; i < rows.Length; i++) ((int*)target)[i] = ((int*)source)[rows[i]];
        }
        else
        {
            for (int i = 0; i < rows.Length; i++) ((long*)target)[i] = ((long*)source)[rows[i]];
        }
    }

    // The ends of the range stand for infinity, in every unit.
    private static long ToMilliseconds(long seconds) =>
        seconds is long.MaxValue or long.MinValue ? seconds : checked(seconds * 1_000);

    private static void WriteBigEndian(Int128 value, byte* target)
    {
        if (value >= s_maxHuge || value <= -s_maxHuge)
        {
            throw new QueryException(
                SqlStates.NumericOutOfRange, $"Parquet: the number has more than 38 digits: {value}",
                hint: "Cast the column to DOUBLE or VARCHAR.");
        }
        BinaryPrimitives.WriteInt128BigEndian(new Span<byte>(target, 16), value);
    }

    // The format has months, days and unsigned milliseconds. Negative months and days have a sign of their own here,
    // and so they come back; a negative time of day would come back as one of weeks.
    private static void WriteInterval(Interval value, byte* target)
    {
        (long milliseconds, long rest) = Math.DivRem(value.Microseconds, 1_000);
        if (rest != 0 || milliseconds is < 0 or > uint.MaxValue)
        {
            throw new QueryException(
                SqlStates.DatetimeOverflow,
                $"Parquet: the format has no such interval: {ValueText.FormatInterval(value)}",
                hint: "Beside months and days it has milliseconds from 0 to 49 days: cast the column to VARCHAR.");
        }
        Unsafe.WriteUnaligned(target, value.Months);
        Unsafe.WriteUnaligned(target + 4, value.Days);
        Unsafe.WriteUnaligned(target + 8, (uint)milliseconds);
    }

    private static Int128 TextPower(int digits)
    {
        Int128 power = 1;
        for (int i = 0; i < digits; i++) power *= 10;
        return power;
    }

    private static void Ensure<T>(ref T[] array, int count)
    {
        if (count > array.Length) Array.Resize(ref array, Math.Max(count, Math.Max(4096, array.Length * 2)));
    }
}
