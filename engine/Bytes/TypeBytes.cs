using System.Collections.Immutable;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// SQL types as bytes, in the catalog, manifests, journals and plans.
/// <code>
///   bytes    field
///   1        kind, a number of TypeKind
///   DECIMAL:     1 precision, 1 scale
///   LIST:        the element's type
///   ARRAY:       varint length, then the element's type
///   MAP:         the key's type, then the value's
///   STRUCT:      varint field count; per field: name as text, 1 nullable, type
///   ENUM:        varint label count; the labels as texts
/// </code>
/// </summary>
internal static class TypeBytes
{
    /// <summary>The deepest nesting; past it the bytes are not ours.</summary>
    private const int MaxDepth = 64;

    public static void Write(ByteWriter target, LogicalType type)
    {
        target.WriteByte((byte)type.Kind);
        switch (type.Kind)
        {
            case TypeKind.Decimal:
                target.WriteByte((byte)type.Precision);
                target.WriteByte((byte)type.Scale);
                break;
            case TypeKind.List:
                Write(target, type.Element!);
                break;
            case TypeKind.Array:
                target.WriteVarUInt64((ulong)type.Length);
                Write(target, type.Element!);
                break;
            case TypeKind.Map:
                Write(target, type.Element!.Fields[0].Type);
                Write(target, type.Element!.Fields[1].Type);
                break;
            case TypeKind.Struct:
                target.WriteVarUInt64((ulong)type.Fields.Length);
                foreach (Field field in type.Fields)
                {
                    target.WriteString(field.Name);
                    target.WriteBool(field.IsNullable);
                    Write(target, field.Type);
                }
                break;
            case TypeKind.Enum:
                target.WriteVarUInt64((ulong)type.Labels.Length);
                foreach (string label in type.Labels) target.WriteString(label);
                break;
        }
    }

    public static LogicalType Read(ref ByteReader source) => Read(ref source, 0);

    private static LogicalType Read(ref ByteReader source, int depth)
    {
        source.ThrowUnless(depth < MaxDepth, "type nested too deeply");
        TypeKind kind = (TypeKind)source.ReadByte();
        switch (kind)
        {
            case TypeKind.Decimal:
                int precision = source.ReadByte();
                int scale = source.ReadByte();
                source.ThrowUnless(
                    precision is >= 1 and <= LogicalType.MaxDecimalPrecision && scale <= precision,
                    "DECIMAL precision");
                return LogicalType.Decimal(precision, scale);
            case TypeKind.List:
                return LogicalType.List(Read(ref source, depth + 1));
            case TypeKind.Array:
                int length = source.ReadVarCount(int.MaxValue);
                return LogicalType.Array(Read(ref source, depth + 1), length);
            case TypeKind.Map:
                LogicalType key = Read(ref source, depth + 1);
                return LogicalType.Map(key, Read(ref source, depth + 1));
            case TypeKind.Struct:
                return LogicalType.Struct(ReadFields(ref source, depth));
            case TypeKind.Enum:
                int count = source.ReadVarCount(source.Remaining);
                ImmutableArray<string>.Builder labels = ImmutableArray.CreateBuilder<string>(count);
                for (int i = 0; i < count; i++) labels.Add(source.ReadString());
                return LogicalType.Enum(labels.MoveToImmutable());
            default:
                return Simple(kind) ?? throw source.Corrupt($"type number {(byte)kind}");
        }
    }

    private static ImmutableArray<Field> ReadFields(ref ByteReader source, int depth)
    {
        // A field takes three bytes at least.
        int count = source.ReadVarCount(source.Remaining / 3);
        ImmutableArray<Field>.Builder fields = ImmutableArray.CreateBuilder<Field>(count);
        for (int i = 0; i < count; i++)
        {
            string name = source.ReadString();
            bool isNullable = source.ReadBool();
            fields.Add(new Field(name, Read(ref source, depth + 1), isNullable));
        }
        return fields.MoveToImmutable();
    }

    private static LogicalType? Simple(TypeKind kind) => kind switch
    {
        TypeKind.Null => LogicalType.Null,
        TypeKind.Boolean => LogicalType.Boolean,
        TypeKind.TinyInt => LogicalType.TinyInt,
        TypeKind.SmallInt => LogicalType.SmallInt,
        TypeKind.Integer => LogicalType.Integer,
        TypeKind.BigInt => LogicalType.BigInt,
        TypeKind.HugeInt => LogicalType.HugeInt,
        TypeKind.UTinyInt => LogicalType.UTinyInt,
        TypeKind.USmallInt => LogicalType.USmallInt,
        TypeKind.UInteger => LogicalType.UInteger,
        TypeKind.UBigInt => LogicalType.UBigInt,
        TypeKind.Real => LogicalType.Real,
        TypeKind.Double => LogicalType.Double,
        TypeKind.Date => LogicalType.Date,
        TypeKind.Time => LogicalType.Time,
        TypeKind.TimestampSeconds => LogicalType.TimestampSeconds,
        TypeKind.TimestampMilliseconds => LogicalType.TimestampMilliseconds,
        TypeKind.Timestamp => LogicalType.Timestamp,
        TypeKind.TimestampNanoseconds => LogicalType.TimestampNanoseconds,
        TypeKind.TimestampTz => LogicalType.TimestampTz,
        TypeKind.Interval => LogicalType.Interval,
        TypeKind.Varchar => LogicalType.Varchar,
        TypeKind.Blob => LogicalType.Blob,
        TypeKind.Uuid => LogicalType.Uuid,
        TypeKind.Json => LogicalType.Json,
        TypeKind.Bit => LogicalType.Bit,
        TypeKind.TimeTz => LogicalType.TimeTz,
        _ => null,
    };
}
