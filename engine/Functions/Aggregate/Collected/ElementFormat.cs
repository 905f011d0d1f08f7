using ColFrag.Engine.Bytes;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>
/// How one value of a type lies in an aggregate's memory: numbers as in vectors, text as a view of bytes in an arena,
/// and
/// nested values as a view of their <see cref="ValueBytes"/>.
/// </summary>
internal sealed unsafe class ElementFormat(LogicalType type)
{
    private readonly bool _isText = type.Physical == PhysicalType.Utf8;

    public LogicalType Type => type;

    /// <summary>Bytes of an element.</summary>
    public int SizeBytes { get; } = type.IsNested ? sizeof(Utf8View) : Math.Max(type.Physical.SizeBytes(), 1);

    /// <summary>True where elements are views of bytes.</summary>
    public bool IsView => _isText || type.IsNested;

    /// <summary>Copies a row of a flat or constant vector, which is not NULL; bytes go into the arena.</summary>
    public void Load(ColumnVector source, int row, byte* target, Arena arena)
    {
        if (source.IsConstant) row = 0;
        if (_isText)
        {
            ReadOnlySpan<byte> text = ((Utf8View*)source.Data)[row].Span;
            *(Utf8View*)target = new Utf8View(arena.Copy(text), text.Length);
        }
        else if (type.IsNested)
        {
            ReadOnlySpan<byte> bytes = NestedBytes(source, row);
            *(Utf8View*)target = new Utf8View(arena.Copy(bytes), bytes.Length);
        }
        else
        {
            CopyNumber(source.Data + ((long)row * SizeBytes), target);
        }
    }

    /// <summary>The bytes of a row that is text or nested.</summary>
    public ReadOnlySpan<byte> BytesOf(ColumnVector source, int row) => _isText
        ? ((Utf8View*)source.Data)[source.IsConstant ? 0 : row].Span
        : NestedBytes(source, row);

    /// <summary>The element as a value.</summary>
    public Value ToValue(byte* element)
    {
        if (type.IsNested)
        {
            Utf8View view = *(Utf8View*)element;
            ByteReader reader = new(view.Span, "aggregate state");
            return ValueBytes.Read(ref reader, type);
        }
        return type.Physical switch
        {
            PhysicalType.Utf8 => Value.Bytes(type, ((Utf8View*)element)->Span.ToArray()),
            PhysicalType.Float32 => Value.Float(type, *(float*)element),
            PhysicalType.Float64 => Value.Float(type, *(double*)element),
            PhysicalType.Interval => Value.OfInterval(*(Interval*)element),
            PhysicalType.None => Value.Null(type),
            _ => Value.Integer(type, VectorValues.LoadInteger(element, type.Physical, 0)),
        };
    }

    /// <summary>The order of two elements, as everywhere in SQL.</summary>
    public int Compare(byte* left, byte* right) => type.Physical switch
    {
        PhysicalType.Int32 => (*(int*)left).CompareTo(*(int*)right),
        PhysicalType.Int64 => (*(long*)left).CompareTo(*(long*)right),
        PhysicalType.Float64 => ValueComparison.CompareFloats(*(double*)left, *(double*)right),
        PhysicalType.Float32 => ValueComparison.CompareFloats(*(float*)left, *(float*)right),
        PhysicalType.Utf8 => ((Utf8View*)left)->CompareTo(*(Utf8View*)right),
        PhysicalType.Interval => (*(Interval*)left).CompareTo(*(Interval*)right),
        PhysicalType.List or PhysicalType.Struct or PhysicalType.Array =>
            ValueComparison.Compare(ToValue(left), ToValue(right)),
        PhysicalType.None => 0,
        _ => VectorValues.LoadInteger(left, type.Physical, 0).CompareTo(
            VectorValues.LoadInteger(right, type.Physical, 0)),
    };

    /// <summary>Copies a number of <see cref="SizeBytes"/> bytes.</summary>
    public void CopyNumber(byte* source, byte* target)
    {
        switch (SizeBytes)
        {
            case 8: *(ulong*)target = *(ulong*)source; break;
            case 4: *(uint*)target = *(uint*)source; break;
            case 16: *(UInt128*)target = *(UInt128*)source; break;
            case 2: *(ushort*)target = *(ushort*)source; break;
            default: *target = *source; break;
        }
    }

    private static byte[] NestedBytes(ColumnVector source, int row)
    {
        ByteWriter writer = new();
        ValueBytes.Write(writer, source.GetValue(row));
        return writer.ToArray();
    }
}
