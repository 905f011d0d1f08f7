using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>
/// Rows as DataRow messages, a column at a time: first how long each row becomes, then every column's fields at the
/// places that the rows have got to. <see cref="PostgresBinaryFormat"/> and <see cref="PostgresTextFormat"/> say the
/// same a value at a time; they make the fields of types that have no loop here.
/// <code>
///   bytes    field
///   1        'D'
///   4        length of the message without the type byte, big-endian
///   2        number of columns
///   then for each column
///   4        length of the value, -1 for NULL
///   ...      the value
/// </code>
/// </summary>
internal sealed unsafe class PostgresRowEncoder : IDisposable
{
    private const int HeaderBytes = 7;
    private const int LengthBytes = 4;

    /// <summary>Bytes from which no more rows are taken at once: they may be large.</summary>
    private const int MaxBytes = 128 << 10;

    private readonly Column[] _columns;

    /// <summary>Of each row its length, then where its next field goes.</summary>
    private readonly int[] _at = new int[Batch.MaxRows];

    /// <param name="schema">The columns.</param>
    /// <param name="isBinary">Whether a column goes in binary; else it goes as text.</param>
    /// <param name="moments">How dates and times are printed.</param>
    public PostgresRowEncoder(Schema schema, Func<int, bool> isBinary, MomentText moments) =>
        _columns = [.. schema.Fields.Select((field, i) => new Column(field.Type, isBinary(i), moments))];

    /// <summary>Takes the rows that are written next; borrowed until the next call.</summary>
    public void Show(Batch batch)
    {
        for (int c = 0; c < _columns.Length; c++) _columns[c].Show(batch.Columns[c]);
    }

    /// <summary>Writes rows of the batch, one at least; returns how many.</summary>
    public int Write(ByteWriter target, int first, int count)
    {
        foreach (Column column in _columns) count = column.Prepare(first, count);
        Span<int> at = _at.AsSpan(0, count);
        at.Fill(HeaderBytes + _columns.Sum(c => c.FixedBytes));
        foreach (Column column in _columns) column.AddLengths(first, at);
        int total = at[0], rows = 1;
        for (; rows < count && total < MaxBytes; rows++) total = Add(total, at[rows]);
        at = at[..rows];
        fixed (byte* start = target.Append(total))
        {
            int next = 0;
            for (int i = 0; i < at.Length; i++)
            {
                byte* row = start + next;
                int length = at[i];
                row[0] = (byte)'D';
                Put(row + 1, length - 1);
                Put16(row + 5, (short)_columns.Length);
                at[i] = next + HeaderBytes;
                next += length;
            }
            foreach (Column column in _columns) column.Write(first, at, start);
        }
        return rows;
    }

    public void Dispose()
    {
        foreach (Column column in _columns) column.Dispose();
    }

    private static int Add(int length, int more)
    {
        int sum = unchecked(length + more);
        return sum >= length
            ? sum
            : throw new QueryException(SqlStates.ProgramLimitExceeded, "A row is too long for one message");
    }

    // The caller has made room for these bytes.
    private static void Put(byte* target, int value) =>
        Unsafe.WriteUnaligned(target, BinaryPrimitives.ReverseEndianness(value));

    private static void Put16(byte* target, short value) =>
        Unsafe.WriteUnaligned(target, BinaryPrimitives.ReverseEndianness(value));

    private static void Put64(byte* target, long value) =>
        Unsafe.WriteUnaligned(target, BinaryPrimitives.ReverseEndianness(value));

    /// <summary>A value of a fixed width: its element as it lies in a vector, and how it is sent.</summary>
    private interface IForm<T> where T : unmanaged
    {
        static abstract int Width { get; }

        static abstract void Put(byte* target, T value);
    }

    private readonly struct Byte : IForm<byte>
    {
        public static int Width => 1;

        public static void Put(byte* target, byte value) => *target = value;
    }

    private readonly struct SmallFromSByte : IForm<sbyte>
    {
        public static int Width => 2;

        public static void Put(byte* target, sbyte value) => Put16(target, value);
    }

    private readonly struct SmallFromByte : IForm<byte>
    {
        public static int Width => 2;

        public static void Put(byte* target, byte value) => Put16(target, value);
    }

    private readonly struct Small : IForm<short>
    {
        public static int Width => 2;

        public static void Put(byte* target, short value) => Put16(target, value);
    }

    private readonly struct IntegerFromUShort : IForm<ushort>
    {
        public static int Width => 4;

        public static void Put(byte* target, ushort value) => PostgresRowEncoder.Put(target, value);
    }

    /// <summary>Four bytes as they are: integers, oids, the bits of REAL.</summary>
    private readonly struct Integer : IForm<int>
    {
        public static int Width => 4;

        public static void Put(byte* target, int value) => PostgresRowEncoder.Put(target, value);
    }

    private readonly struct Date : IForm<int>
    {
        public static int Width => 4;

        public static void Put(byte* target, int value) =>
            PostgresRowEncoder.Put(target, unchecked(value - PostgresBinaryFormat.EpochDays));
    }

    /// <summary>Eight bytes as they are: integers, times, the bits of DOUBLE.</summary>
    private readonly struct Big : IForm<long>
    {
        public static int Width => 8;

        public static void Put(byte* target, long value) => Put64(target, value);
    }

    private readonly struct Timestamp : IForm<long>
    {
        public static int Width => 8;

        public static void Put(byte* target, long value) => Put64(target, PostgresBinaryFormat.MovedTimestamp(value));
    }

    /// <summary>One column: where its values lie, and how they are sent.</summary>
    private sealed class Column : IDisposable
    {
        private readonly LogicalType _type;
        private readonly MomentText _moments;
        private readonly bool _isBinary;
        private readonly int _width;
        private readonly bool _isText;
        private ColumnVector? _flat;
        private ColumnVector _values = null!;

        /// <summary>Fields that were made one by one, and where each begins.</summary>
        private ByteWriter? _made;
        private int[] _places = [];

        public Column(LogicalType type, bool isBinary, MomentText moments)
        {
            _type = type;
            _moments = moments;
            _isBinary = isBinary;
            _isText = type.Physical == PhysicalType.Utf8 && (isBinary || type.Kind != TypeKind.Blob);
            _width = isBinary ? WidthOf(type) : 0;
        }

        /// <summary>Bytes of the field of every row that is not NULL, as far as they are the same.</summary>
        public int FixedBytes => _width > 0 ? LengthBytes + _width : _isText ? LengthBytes : 0;

        public void Show(ColumnVector values)
        {
            _values = values;
            if ((_width == 0 && !_isText) || values.Shape == VectorShape.Flat) return;
            _flat ??= new ColumnVector(_type);
            values.Flatten(_flat);
            _values = _flat;
        }

        /// <summary>Makes fields that have no loop; how many rows are to be taken then.</summary>
        public int Prepare(int first, int count)
        {
            if (_width > 0 || _isText) return count;
            _made ??= new ByteWriter(4096);
            _made.Clear();
            if (_places.Length == 0) _places = new int[Batch.MaxRows + 1];
            for (int i = 0; i < count; i++)
            {
                if (_isBinary) PostgresBinaryFormat.Write(_made, _values, first + i);
                else PostgresTextFormat.Write(_made, _values, first + i, _moments);
                _places[i + 1] = _made.Length;
                if (_made.Length >= MaxBytes) return i + 1;
            }
            return count;
        }

        /// <summary>Adds what the rows need beyond the fixed bytes.</summary>
        public void AddLengths(int first, Span<int> lengths)
        {
            if (_isText)
            {
                Utf8View* texts = _values.As<Utf8View>() + first;
                for (int i = 0; i < lengths.Length; i++)
                {
                    if (IsValid(first + i)) lengths[i] = Add(lengths[i], texts[i].Length);
                }
            }
            else if (_width == 0)
            {
                for (int i = 0; i < lengths.Length; i++) lengths[i] = Add(lengths[i], _places[i + 1] - _places[i]);
            }
            else if (_values.HasNulls)
            {
                for (int i = 0; i < lengths.Length; i++)
                {
                    if (!IsValid(first + i)) lengths[i] -= _width;
                }
            }
        }

        /// <summary>Writes the fields of rows and moves their places behind them.</summary>
        public void Write(int first, Span<int> at, byte* start)
        {
            if (_isText) WriteTexts(first, at, start);
            else if (_width == 0) CopyMade(at, start);
            else WriteFixed(first, at, start);
        }

        public void Dispose()
        {
            _flat?.Dispose();
            _made?.Dispose();
        }

        private static int WidthOf(LogicalType type) => type.Kind switch
        {
            TypeKind.Boolean => Byte.Width,
            TypeKind.TinyInt or TypeKind.UTinyInt or TypeKind.SmallInt => Small.Width,
            TypeKind.USmallInt or TypeKind.Integer or TypeKind.UInteger or TypeKind.Real or TypeKind.Date =>
                Integer.Width,
            TypeKind.BigInt or TypeKind.Double or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz =>
                Big.Width,
            _ => 0,
        };

        // A flat vector, so that the row is its own.
        private bool IsValid(int row) => !_values.HasNulls || (_values.Validity[row >> 6] >> row & 1) != 0;

        private void WriteFixed(int first, Span<int> at, byte* start)
        {
            switch (_type.Kind)
            {
                case TypeKind.Boolean: Write<byte, Byte>(first, at, start); break;
                case TypeKind.TinyInt: Write<sbyte, SmallFromSByte>(first, at, start); break;
                case TypeKind.UTinyInt: Write<byte, SmallFromByte>(first, at, start); break;
                case TypeKind.SmallInt: Write<short, Small>(first, at, start); break;
                case TypeKind.USmallInt: Write<ushort, IntegerFromUShort>(first, at, start); break;
                case TypeKind.Date: Write<int, Date>(first, at, start); break;
                case TypeKind.Timestamp or TypeKind.TimestampTz: Write<long, Timestamp>(first, at, start); break;
                case TypeKind.Integer or TypeKind.UInteger or TypeKind.Real:
                    Write<int, Integer>(first, at, start);
                    break;
                default: Write<long, Big>(first, at, start); break;
            }
        }

        private void Write<T, TForm>(int first, Span<int> at, byte* start) where T : unmanaged where TForm : IForm<T>
        {
            T* values = _values.As<T>() + first;
            bool hasNulls = _values.HasNulls;
            for (int i = 0; i < at.Length; i++)
            {
                byte* target = start + at[i];
                if (hasNulls && !IsValid(first + i))
                {
                    Put(target, -1);
                    at[i] += LengthBytes;
                    continue;
                }
                Put(target, TForm.Width);
                TForm.Put(target + LengthBytes, values[i]);
                at[i] += LengthBytes + TForm.Width;
            }
        }

        private void WriteTexts(int first, Span<int> at, byte* start)
        {
            Utf8View* texts = _values.As<Utf8View>() + first;
            for (int i = 0; i < at.Length; i++)
            {
                byte* target = start + at[i];
                at[i] += LengthBytes;
                if (!IsValid(first + i))
                {
                    Put(target, -1);
                    continue;
                }
                int length = texts[i].Length;
                Put(target, length);
                Unsafe.CopyBlockUnaligned(target + LengthBytes, texts[i].Pointer, (uint)length);
                at[i] += length;
            }
        }

        private void CopyMade(Span<int> at, byte* start)
        {
            ReadOnlySpan<byte> made = _made!.WrittenSpan;
            for (int i = 0; i < at.Length; i++)
            {
                int length = _places[i + 1] - _places[i];
                made.Slice(_places[i], length).CopyTo(new Span<byte>(start + at[i], length));
                at[i] += length;
            }
        }
    }
}
