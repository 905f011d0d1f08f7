using System.Buffers.Binary;
using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>Collects rows of one column, or of a part of one, in the buffers that Arrow has for its type.</summary>
internal sealed unsafe class ArrowArrayBuilder : IDisposable
{
    private static readonly Int128 s_maxDecimal =
        Int128.Parse(new string('9', 38), System.Globalization.CultureInfo.InvariantCulture);

    private readonly ArrowField _field;
    private readonly ArrowArrayBuilder[] _children;
    private readonly ByteWriter _validity = new(256);
    private readonly ByteWriter _offsets = new(256);
    private readonly ByteWriter _data = new(256);
    private readonly ColumnVector _flat;
    private readonly byte[][]? _labels;
    private readonly List<int> _childRows = [];
    private int _length;
    private int _nullCount;

    public ArrowArrayBuilder(ArrowField field)
    {
        _field = field;
        _children = [.. field.Children.Select(c => new ArrowArrayBuilder(c))];
        _flat = new ColumnVector(field.Type);
        _labels = field.Type.Kind == TypeKind.Enum ? [.. field.Type.Labels.Select(Encoding.UTF8.GetBytes)] : null;
    }

    /// <summary>Bytes collected so far, about.</summary>
    public long SizeBytes => _data.Length + _offsets.Length + _validity.Length + _children.Sum(c => c.SizeBytes);

    /// <summary>Adds rows of a vector; -1 is a NULL.</summary>
    public void Add(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        if (_field.Kind == ArrowKind.Null)
        {
            _length += rows.Length;
            _nullCount += rows.Length;
            return;
        }
        AddValidity(vector, rows);
        switch (_field.Kind)
        {
            case var _ when _field.DictionaryId is not null:
                vector.Flatten(_flat);
                foreach (int row in rows)
                    _data.WriteInt32(row < 0 || !_flat.IsValid(row) ? 0 : ((int*)_flat.Data)[row]);
                break;
            case ArrowKind.Struct:
                AddStruct(vector, rows);
                break;
            case ArrowKind.List or ArrowKind.Map:
                AddLists(vector, rows);
                break;
            case ArrowKind.FixedList:
                AddFixedLists(vector, rows);
                break;
            case ArrowKind.Bool:
                vector.Flatten(_flat);
                for (int i = 0; i < rows.Length; i++) SetBit(
                    _data, _length + i, rows[i] >= 0 && _flat.Data[rows[i]] != 0);
                break;
            case ArrowKind.Utf8 or ArrowKind.Binary:
                vector.Flatten(_flat);
                AddTexts(vector, rows);
                break;
            default:
                vector.Flatten(_flat);
                AddFixed(rows);
                break;
        }
        _length += rows.Length;
        // What the vector shares must not be kept from its owner.
        if (!_field.Type.IsNested) _flat.ResetFlat(1);
    }

    /// <summary>True for a number of at most the 38 digits that a decimal of 128 bits has.</summary>
    public static bool IsDecimal(Int128 value) => value <= s_maxDecimal && value >= -s_maxDecimal;

    /// <summary>Hands nodes and buffers to a batch, depth first.</summary>
    public void Write(ArrowBodyWriter target)
    {
        target.AddNode(_length, _nullCount);
        if (_field.Kind == ArrowKind.Null) return;
        target.AddBuffer(_nullCount == 0 ? default : _validity.WrittenSpan);
        if (_field.Kind is ArrowKind.List or ArrowKind.Map or ArrowKind.Utf8 or ArrowKind.Binary)
        {
            if (_offsets.Length == 0) _offsets.WriteInt32(0);
            target.AddBuffer(_offsets.WrittenSpan);
        }
        if (_field.Kind is not (ArrowKind.List or ArrowKind.Map or ArrowKind.Struct or ArrowKind.FixedList))
        {
            target.AddBuffer(_data.WrittenSpan);
        }
        foreach (ArrowArrayBuilder child in _children) child.Write(target);
    }

    /// <summary>The rows as an array with memory of its own, which is added to the owners.</summary>
    public ArrowArray ToArray(List<NativeBuffer> owners)
    {
        if (_field.Kind == ArrowKind.Null) return new ArrowArray(_field, _length, _length, [], []);
        List<ArrowBuffer> buffers = [_nullCount == 0 ? default : Copy(_validity.WrittenSpan, owners)];
        bool isCoded = _field.DictionaryId is not null;
        if (!isCoded && _field.Kind is ArrowKind.List or ArrowKind.Map or ArrowKind.Utf8 or ArrowKind.Binary)
        {
            if (_offsets.Length == 0) _offsets.WriteInt32(0);
            buffers.Add(Copy(_offsets.WrittenSpan, owners));
        }
        if (_field.Kind is not (ArrowKind.List or ArrowKind.Map or ArrowKind.Struct or ArrowKind.FixedList))
            buffers.Add(Copy(_data.WrittenSpan, owners));
        return new ArrowArray(
            _field, _length, _nullCount, [.. buffers], [.. _children.Select(c => c.ToArray(owners))])
        {
            Dictionary = isCoded ? LabelsOf(_field, owners) : null,
        };
    }

    /// <summary>The labels of an ENUM, which its rows are codes of.</summary>
    public static ArrowArray LabelsOf(ArrowField field, List<NativeBuffer> owners)
    {
        using ByteWriter offsets = new(), texts = new();
        offsets.WriteInt32(0);
        foreach (string label in field.Type.Labels)
        {
            texts.WriteBytes(Encoding.UTF8.GetBytes(label));
            offsets.WriteInt32(texts.Length);
        }
        return new ArrowArray(
            field with { DictionaryId = null }, field.Type.Labels.Length, 0,
            [default, Copy(offsets.WrittenSpan, owners), Copy(texts.WrittenSpan, owners)], []);
    }

    private static ArrowBuffer Copy(ReadOnlySpan<byte> bytes, List<NativeBuffer> owners)
    {
        NativeBuffer buffer = NativeBuffer.Allocate(Math.Max(bytes.Length, 1), MemoryAccount.Untracked);
        owners.Add(buffer);
        bytes.CopyTo(buffer.Span);
        return new ArrowBuffer((nint)buffer.Pointer, bytes.Length);
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _length = _nullCount = 0;
        _validity.Clear();
        _offsets.Clear();
        _data.Clear();
        foreach (ArrowArrayBuilder child in _children) child.Clear();
    }

    public void Dispose()
    {
        _validity.Dispose();
        _offsets.Dispose();
        _data.Dispose();
        _flat.Dispose();
        foreach (ArrowArrayBuilder child in _children) child.Dispose();
    }

    private void AddValidity(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            bool isValid = rows[i] >= 0 && vector.IsValid(rows[i]);
            SetBit(_validity, _length + i, isValid);
            _nullCount += isValid ? 0 : 1;
        }
    }

    private static void SetBit(ByteWriter target, int index, bool value)
    {
        if ((index & 7) == 0) target.WriteByte(0);
        if (value) target.Written(index >> 3, 1)[0] |= (byte)(1 << (index & 7));
    }

    private void AddStruct(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        _childRows.Clear();
        foreach (int row in rows) _childRows.Add(row < 0 || !vector.IsValid(row) ? -1 : vector.IsConstant ? 0 : row);
        int[] own = [.. _childRows];
        for (int i = 0; i < _children.Length; i++) _children[i].Add(vector.Children[i], own);
    }

    private void AddLists(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        if (_offsets.Length == 0) _offsets.WriteInt32(0);
        _childRows.Clear();
        int end = _children[0]._length;
        foreach (int row in rows)
        {
            if (row >= 0 && vector.IsValid(row))
            {
                ListView list = ((ListView*)vector.Data)[vector.IsConstant ? 0 : row];
                for (int i = 0; i < list.Length; i++) _childRows.Add(list.Offset + i);
                end += list.Length;
            }
            _offsets.WriteInt32(end);
        }
        _children[0].Add(vector.Children[0], _childRows.ToArray());
    }

    private void AddFixedLists(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        _childRows.Clear();
        int width = _field.Width;
        foreach (int row in rows)
        {
            int element = vector.IsConstant ? 0 : row;
            bool isValid = row >= 0 && vector.IsValid(row);
            for (int i = 0; i < width; i++) _childRows.Add(isValid ? (element * width) + i : -1);
        }
        _children[0].Add(vector.Children[0], _childRows.ToArray());
    }

    private void AddTexts(ColumnVector vector, ReadOnlySpan<int> rows)
    {
        if (_offsets.Length == 0) _offsets.WriteInt32(0);
        foreach (int row in rows)
        {
            if (row >= 0 && vector.IsValid(row))
            {
                _data.WriteBytes(
                    _labels is not null ? _labels[((uint*)_flat.Data)[row]]
                    : _field.Type.Kind == TypeKind.TimeTz ? Encoding.UTF8.GetBytes(_flat.GetValue(row).ToString())
                    : ((Utf8View*)_flat.Data)[row].Span);
            }
            _offsets.WriteInt32(_data.Length);
        }
    }

    private void AddFixed(ReadOnlySpan<int> rows)
    {
        int width = ArrowConversions.WidthOf(_field);
        Span<byte> target = _data.Append(rows.Length * width);
        for (int i = 0; i < rows.Length; i++)
        {
            Span<byte> element = target.Slice(i * width, width);
            if (rows[i] < 0 || !_flat.IsValid(rows[i])) element.Clear();
            else WriteElement(rows[i], element);
        }
    }

    private void WriteElement(int row, Span<byte> element)
    {
        switch (_field.Type.Kind)
        {
            case TypeKind.Decimal when _field.Type.Physical == PhysicalType.Int64:
                BinaryPrimitives.WriteInt128LittleEndian(element, ((long*)_flat.Data)[row]);
                break;
            case TypeKind.HugeInt:
                Int128 value = ((Int128*)_flat.Data)[row];
                BinaryPrimitives.WriteInt128LittleEndian(element, value);
                if (element.Length == 32) element[16..].Fill(value < 0 ? byte.MaxValue : (byte)0);
                else if (!IsDecimal(value)) throw TooLong(value);
                break;
            case TypeKind.Uuid:
                UInt128 text = (UInt128)((Int128*)_flat.Data)[row] ^ (UInt128.One << 127);
                BinaryPrimitives.WriteUInt128BigEndian(element, text);
                break;
            case TypeKind.Interval:
                Interval interval = ((Interval*)_flat.Data)[row];
                BinaryPrimitives.WriteInt32LittleEndian(element, interval.Months);
                BinaryPrimitives.WriteInt32LittleEndian(element[4..], interval.Days);
                Int128 nanoseconds = (Int128)interval.Microseconds * 1_000;
                if (nanoseconds != (long)nanoseconds) throw TooLong(interval);
                BinaryPrimitives.WriteInt64LittleEndian(element[8..], (long)nanoseconds);
                break;
            default:
                new ReadOnlySpan<byte>(_flat.Data + ((long)row * element.Length), element.Length).CopyTo(element);
                break;
        }
    }

    private static QueryException TooLong(Interval value) => new(
        SqlStates.DatetimeOverflow,
        $"Arrow: the interval has more nanoseconds than 64 bits hold: {ValueText.FormatInterval(value)}",
        hint: "Cast the column to VARCHAR, or put whole days into its days: justify_hours(…).");

    private static QueryException TooLong(Int128 value) => new(
        SqlStates.NumericOutOfRange, $"Arrow: the number has more than 38 digits: {value}",
        hint: "Write it with the option hugeint 'decimal256', or cast the column to DOUBLE or VARCHAR.");
}
