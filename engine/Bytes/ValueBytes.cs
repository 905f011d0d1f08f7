using System.Collections.Immutable;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// One value of a known type as bytes; the type is written beside it by whoever needs it.
/// <code>
///   bytes    field
///   1        0 = NULL, and nothing follows
///   integers, DECIMAL, BOOLEAN, dates, times, UUID, ENUM:   16, the number
///   REAL, DOUBLE:                                           8
///   INTERVAL:                                               4 months, 4 days, 8 microseconds
///   VARCHAR, BLOB, JSON:                                    varint length, then the bytes
///   LIST, MAP, ARRAY, STRUCT:                               varint count, then the elements
/// </code>
/// </summary>
internal static class ValueBytes
{
    public static void Write(ByteWriter target, Value value)
    {
        target.WriteBool(!value.IsNull);
        if (value.IsNull) return;
        switch (value.Type.Physical)
        {
            case PhysicalType.Float32 or PhysicalType.Float64:
                target.WriteDouble(value.AsDouble);
                break;
            case PhysicalType.Interval:
                target.WriteInt32(value.AsInterval.Months);
                target.WriteInt32(value.AsInterval.Days);
                target.WriteInt64(value.AsInterval.Microseconds);
                break;
            case PhysicalType.Utf8:
                target.WriteVarUInt64((ulong)value.AsBytes.Length);
                target.WriteBytes(value.AsBytes);
                break;
            case PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                target.WriteVarUInt64((ulong)value.Elements.Length);
                foreach (Value element in value.Elements) Write(target, element);
                break;
            default:
                target.WriteInt128(value.AsInteger);
                break;
        }
    }

    public static Value Read(ref ByteReader source, LogicalType type)
    {
        if (!source.ReadBool()) return Value.Null(type);
        source.ThrowUnless(type.Kind != TypeKind.Null, "a value of type NULL");
        switch (type.Physical)
        {
            case PhysicalType.Float32 or PhysicalType.Float64:
                return Value.Float(type, source.ReadDouble());
            case PhysicalType.Interval:
                return Value.OfInterval(new Interval(source.ReadInt32(), source.ReadInt32(), source.ReadInt64()));
            case PhysicalType.Utf8:
                ReadOnlySpan<byte> text = source.ReadBytes(source.ReadVarCount(source.Remaining));
                source.ThrowUnless(
                    type.Kind == TypeKind.Blob || System.Text.Unicode.Utf8.IsValid(text), "UTF-8 text");
                return Value.Bytes(type, text.ToArray());
            case PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                return ReadElements(ref source, type);
            default:
                Int128 number = source.ReadInt128();
                source.ThrowUnless(Fits(type, number), $"{type} out of range");
                return Value.Integer(type, number);
        }
    }

    private static bool Fits(LogicalType type, Int128 number) => type.Physical switch
    {
        PhysicalType.UInt8 => number >= 0 && number <= (type.Kind == TypeKind.Boolean ? 1 : byte.MaxValue),
        PhysicalType.Int8 => number >= sbyte.MinValue && number <= sbyte.MaxValue,
        PhysicalType.Int16 => number >= short.MinValue && number <= short.MaxValue,
        PhysicalType.UInt16 => number >= 0 && number <= ushort.MaxValue,
        PhysicalType.Int32 => number >= int.MinValue && number <= int.MaxValue,
        PhysicalType.UInt32 => number >= 0 && number < (type.Kind == TypeKind.Enum ? type.Labels.Length : 1L << 32),
        PhysicalType.Int64 => number >= long.MinValue && number <= long.MaxValue,
        PhysicalType.UInt64 => number >= 0 && number <= ulong.MaxValue,
        _ => true,
    };

    private static Value ReadElements(ref ByteReader source, LogicalType type)
    {
        int count = source.ReadVarCount(source.Remaining);
        bool isFixed = type.Kind is TypeKind.Struct or TypeKind.Array;
        int expected = type.Kind == TypeKind.Struct ? type.Fields.Length : type.Length;
        source.ThrowUnless(!isFixed || count == expected, "number of elements");
        ImmutableArray<Value>.Builder elements = ImmutableArray.CreateBuilder<Value>(count);
        for (int i = 0; i < count; i++)
        {
            LogicalType element = type.Kind == TypeKind.Struct ? type.Fields[i].Type : type.Element!;
            elements.Add(Read(ref source, element));
        }
        return Value.Nested(type, elements.MoveToImmutable());
    }
}
