using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Vectors;

/// <summary>One value at a time, for edges, tests and rare paths; kernels read lanes.</summary>
internal static unsafe class VectorValues
{
    /// <summary>The integer at a row of an integer-like vector of any shape; undefined where NULL.</summary>
    public static Int128 GetInteger(this ColumnVector vector, int row)
    {
        if (vector.Shape == VectorShape.Dictionary)
            return vector.Dictionary!.Values.GetInteger((int)vector.GetCode(row));
        return vector.Base + LoadInteger(vector.Data, vector.Lane, vector.IsConstant ? 0 : row);
    }

    /// <summary>The dictionary code at a row.</summary>
    public static uint GetCode(this ColumnVector vector, int row) => vector.Lane switch
    {
        PhysicalType.UInt8 => vector.Data[row],
        PhysicalType.UInt16 => ((ushort*)vector.Data)[row],
        _ => ((uint*)vector.Data)[row],
    };

    /// <summary>The text or blob at a row; undefined where NULL.</summary>
    public static Utf8View GetUtf8(this ColumnVector vector, int row) => vector.Shape switch
    {
        VectorShape.Dictionary => ((Utf8View*)vector.Dictionary!.Values.Data)[vector.GetCode(row)],
        VectorShape.Constant => ((Utf8View*)vector.Data)[0],
        _ => ((Utf8View*)vector.Data)[row],
    };

    /// <summary>The number at a row of a REAL or DOUBLE vector.</summary>
    public static double GetDouble(this ColumnVector vector, int row)
    {
        if (vector.Shape == VectorShape.Dictionary)
            return vector.Dictionary!.Values.GetDouble((int)vector.GetCode(row));
        if (vector.IsConstant) row = 0;
        return vector.Lane == PhysicalType.Float32 ? ((float*)vector.Data)[row] : ((double*)vector.Data)[row];
    }

    /// <summary>The value at a row.</summary>
    public static Value GetValue(this ColumnVector vector, int row)
    {
        LogicalType type = vector.Type;
        if (!vector.IsValid(row)) return Value.Null(type);
        switch (type.Physical)
        {
            case PhysicalType.Utf8:
                return Value.Bytes(type, vector.GetUtf8(row).Span.ToArray());
            case PhysicalType.Float32 or PhysicalType.Float64:
                return Value.Float(type, vector.GetDouble(row));
        }
        if (vector.Shape == VectorShape.Dictionary) return vector.Dictionary!.Values.GetValue((int)vector.GetCode(row));
        int element = vector.IsConstant ? 0 : row;
        switch (type.Physical)
        {
            case PhysicalType.Interval:
                return Value.OfInterval(((Interval*)vector.Data)[element]);
            case PhysicalType.List:
                ListView list = ((ListView*)vector.Data)[element];
                return Value.Nested(type, GetElements(vector.Children[0], list.Offset, list.Length));
            case PhysicalType.Array:
                return Value.Nested(type, GetElements(vector.Children[0], element * type.Length, type.Length));
            case PhysicalType.Struct:
                return Value.Nested(type, [.. vector.Children.Select(c => c.GetValue(element))]);
            default:
                return Value.Integer(type, vector.GetInteger(row));
        }
    }

    /// <summary>
    /// Makes a vector the constant of a value; text is copied into the arena, which must live as long.
    /// </summary>
    public static void SetConstant(this ColumnVector vector, Value value, int count, Arena arena)
    {
        if (value.IsNull)
        {
            vector.SetAllNull(count);
            return;
        }
        vector.ResetConstant(count);
        vector.SetValue(0, value, arena);
    }

    /// <summary>Writes one value into a flat or constant vector with room for it.</summary>
    public static void SetValue(this ColumnVector vector, int row, Value value, Arena arena)
    {
        if (value.IsNull)
        {
            vector.SetNull(row);
            ClearElement(vector, row);
            return;
        }
        switch (vector.Lane)
        {
            case PhysicalType.Utf8:
                ReadOnlySpan<byte> bytes = value.AsBytes;
                ((Utf8View*)vector.Data)[row] = new Utf8View(arena.Copy(bytes), bytes.Length);
                break;
            case PhysicalType.Float32:
                ((float*)vector.Data)[row] = (float)value.AsDouble;
                break;
            case PhysicalType.Float64:
                ((double*)vector.Data)[row] = value.AsDouble;
                break;
            case PhysicalType.Interval:
                ((Interval*)vector.Data)[row] = value.AsInterval;
                break;
            case PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                throw Invariant.Unreachable("nested values are built by VectorBuilder");
            default:
                StoreInteger(vector.Data, vector.Lane, row, value.AsInteger);
                break;
        }
    }

    /// <summary>Reads an integer of any lane.</summary>
    public static Int128 LoadInteger(byte* data, PhysicalType lane, int index) => lane switch
    {
        PhysicalType.Int8 => ((sbyte*)data)[index],
        PhysicalType.Int16 => ((short*)data)[index],
        PhysicalType.Int32 => ((int*)data)[index],
        PhysicalType.Int64 => ((long*)data)[index],
        PhysicalType.Int128 => ((Int128*)data)[index],
        PhysicalType.UInt8 => data[index],
        PhysicalType.UInt16 => ((ushort*)data)[index],
        PhysicalType.UInt32 => ((uint*)data)[index],
        PhysicalType.UInt64 => ((ulong*)data)[index],
        _ => throw Invariant.Unreachable($"integer lane {lane}"),
    };

    /// <summary>Writes an integer into any lane, which must be wide enough.</summary>
    public static void StoreInteger(byte* data, PhysicalType lane, int index, Int128 value)
    {
        switch (lane)
        {
            case PhysicalType.Int8: ((sbyte*)data)[index] = (sbyte)value; break;
            case PhysicalType.Int16: ((short*)data)[index] = (short)value; break;
            case PhysicalType.Int32: ((int*)data)[index] = (int)value; break;
            case PhysicalType.Int64: ((long*)data)[index] = (long)value; break;
            case PhysicalType.Int128: ((Int128*)data)[index] = value; break;
            case PhysicalType.UInt8: data[index] = (byte)value; break;
            case PhysicalType.UInt16: ((ushort*)data)[index] = (ushort)value; break;
            case PhysicalType.UInt32: ((uint*)data)[index] = (uint)value; break;
            case PhysicalType.UInt64: ((ulong*)data)[index] = (ulong)value; break;
            default: throw Invariant.Unreachable($"integer lane {lane}");
        }
    }

    private static void ClearElement(ColumnVector vector, int row)
    {
        int size = vector.Lane.SizeBytes();
        if (size > 0) new Span<byte>(vector.Data + ((long)row * size), size).Clear();
    }

    private static ImmutableArray<Value> GetElements(ColumnVector elements, int offset, int length)
    {
        ImmutableArray<Value>.Builder values = ImmutableArray.CreateBuilder<Value>(length);
        for (int i = 0; i < length; i++) values.Add(elements.GetValue(offset + i));
        return values.MoveToImmutable();
    }
}
