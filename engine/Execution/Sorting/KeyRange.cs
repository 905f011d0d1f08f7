using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// What was seen of a key column: its bounds decide how few bits the key needs. For one thread, then merged.
/// </summary>
internal sealed unsafe class KeyRange(LogicalType type)
{
    private byte[]? _minText;
    private byte[]? _maxText;

    /// <summary>True when a NULL was seen.</summary>
    public bool HasNulls { get; private set; }

    /// <summary>True when a value was seen.</summary>
    public bool HasValues { get; private set; }

    /// <summary>Bounds of numbers and times as <see cref="ZoneKey"/>s.</summary>
    public Int128 Min { get; private set; } = Int128.MaxValue;

    public Int128 Max { get; private set; } = Int128.MinValue;

    /// <summary>Bytes that all texts begin with.</summary>
    public int CommonPrefix =>
        _minText is null ? 0 : _minText.AsSpan().CommonPrefixLength(_maxText);

    /// <summary>Looks at the rows of a vector.</summary>
    public void Include(ColumnVector vector, int count)
    {
        if (count == 0) return;
        if (vector.HasNulls || vector.Type.Kind == TypeKind.Null) IncludeNulls(vector, count);
        if (vector.IsAllNull() || vector.Type.Kind == TypeKind.Null) return;
        switch (type.Physical)
        {
            case PhysicalType.Utf8:
                for (int i = 0; i < (vector.IsConstant ? 1 : count); i++)
                {
                    if (vector.IsValid(i)) IncludeText(vector.GetUtf8(i));
                }
                break;
            case PhysicalType.Float32 or PhysicalType.Float64:
                for (int i = 0; i < (vector.IsConstant ? 1 : count); i++)
                {
                    if (vector.IsValid(i)) Include(ZoneKey.OfDouble(vector.GetDouble(i)));
                }
                break;
            case PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                HasValues = true;
                break;
            default:
                IncludeIntegers(vector, count);
                break;
        }
    }

    /// <summary>Adds what another thread saw.</summary>
    public void Include(KeyRange other)
    {
        HasNulls |= other.HasNulls;
        HasValues |= other.HasValues;
        Min = Int128.Min(Min, other.Min);
        Max = Int128.Max(Max, other.Max);
        if (other._minText is null) return;
        if (_minText is null || other._minText.AsSpan().SequenceCompareTo(_minText) < 0) _minText = other._minText;
        if (_maxText is null || other._maxText.AsSpan().SequenceCompareTo(_maxText) > 0) _maxText = other._maxText;
    }

    private void IncludeNulls(ColumnVector vector, int count)
    {
        if (vector.IsConstant || vector.Type.Kind == TypeKind.Null) HasNulls |= !vector.IsValid(0);
        else HasNulls |= !Bitmap.IsFull(vector.Validity, count);
    }

    private void IncludeIntegers(ColumnVector vector, int count)
    {
        if (vector.Shape == VectorShape.Dictionary)
        {
            for (int i = 0; i < count; i++)
            {
                if (vector.IsValid(i)) Include(vector.GetInteger(i));
            }
            return;
        }
        if (vector.HasNulls && !vector.IsConstant && Bitmap.IsEmpty(vector.Validity, count)) return;
        IntegerOperand operand = IntegerOperand.Of(vector, count);
        if (vector.HasNulls && !vector.IsConstant) operand.Narrow(vector.Validity, count);
        Include(operand.Min);
        Include(operand.Max);
    }

    private void Include(Int128 value)
    {
        HasValues = true;
        Min = Int128.Min(Min, value);
        Max = Int128.Max(Max, value);
    }

    private void IncludeText(Utf8View text)
    {
        HasValues = true;
        if (_minText is null || text.Span.SequenceCompareTo(_minText) < 0) _minText = text.Span.ToArray();
        if (_maxText is null || text.Span.SequenceCompareTo(_maxText) > 0) _maxText = text.Span.ToArray();
    }
}
