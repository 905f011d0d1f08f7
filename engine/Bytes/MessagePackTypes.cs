using System.Collections.Immutable;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// Types, schemas and values in MessagePack: a type is the bytes of <see cref="TypeBytes"/> as a binary, a value those
/// of its type and of <see cref="ValueBytes"/>; a schema is an array of fields, each an array of name, type and whether
/// NULL is allowed.
/// </summary>
internal static class MessagePackTypes
{
    /// <summary>The most columns of a schema.</summary>
    private const int MaxColumns = 65_535;

    public static void WriteType(this MessagePackWriter target, LogicalType type)
    {
        using ByteWriter bytes = new(64);
        TypeBytes.Write(bytes, type);
        target.WriteBinary(bytes.WrittenSpan);
    }

    public static LogicalType ReadType(this MessagePackReader source)
    {
        ByteReader bytes = source.ReadPart();
        LogicalType type = TypeBytes.Read(ref bytes);
        bytes.ExpectEnd();
        return type;
    }

    public static void WriteValue(this MessagePackWriter target, Value value)
    {
        using ByteWriter bytes = new(64);
        TypeBytes.Write(bytes, value.Type);
        ValueBytes.Write(bytes, value);
        target.WriteBinary(bytes.WrittenSpan);
    }

    public static Value ReadValue(this MessagePackReader source)
    {
        ByteReader bytes = source.ReadPart();
        LogicalType type = TypeBytes.Read(ref bytes);
        Value value = ValueBytes.Read(ref bytes, type);
        bytes.ExpectEnd();
        return value;
    }

    public static void WriteSchema(this MessagePackWriter target, Schema schema)
    {
        target.WriteArrayHeader(schema.Count);
        foreach (Field field in schema.Fields)
        {
            target.WriteArrayHeader(3);
            target.Write(field.Name);
            target.WriteType(field.Type);
            target.Write(field.IsNullable);
        }
    }

    public static Schema ReadSchema(this MessagePackReader source) =>
        new(ImmutableArray.Create(source.ReadList(ReadField, MaxColumns)));

    private static Field ReadField(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        string name = source.ReadString();
        LogicalType type = source.ReadType();
        return new Field(name, type, source.ReadBool());
    }
}
