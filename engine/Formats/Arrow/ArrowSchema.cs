using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>Schemas as FlatBuffers: apache/arrow <c>format/Schema.fbs</c>.</summary>
internal static class ArrowSchema
{
    /// <summary>Bytes of a fixed binary, or elements of a fixed list, at most.</summary>
    public const int MaxWidth = 1 << 24;

    /// <summary>Where metadata of a field name an extension type.</summary>
    public const string ExtensionKey = "ARROW:extension:name";

    private const int MaxDepth = 64;

    /// <summary>Reads the fields of a schema, and whether numbers begin with their highest byte.</summary>
    public static ArrowField[] Read(FlatTable schema, string source, out bool isBigEndian)
    {
        isBigEndian = schema.Int16(0) != 0;
        ArrowField[] fields = new ArrowField[schema.Count(1, 4)];
        for (int i = 0; i < fields.Length; i++) fields[i] = ReadField(schema.Table(1, i), source, 0);
        return fields;
    }

    /// <summary>Writes a schema; returns its place.</summary>
    public static int Write(FlatBuilder target, ArrowField[] fields)
    {
        int vector = WriteFields(target, fields);
        target.Begin(4);
        target.Int16(0, 0);
        target.Offset(1, vector);
        return target.End();
    }

    /// <summary>Writes fields alone; returns their place.</summary>
    public static int WriteFields(FlatBuilder target, ArrowField[] fields) =>
        target.Vector([.. fields.Select(f => WriteField(target, f))]);

    private static ArrowField ReadField(FlatTable table, string source, int depth)
    {
        Check(depth < MaxDepth, source);
        ArrowField[] children = new ArrowField[table.Count(5, 4)];
        for (int i = 0; i < children.Length; i++) children[i] = ReadField(table.Table(5, i), source, depth + 1);
        ArrowKind kind = (ArrowKind)table.Byte(2);
        ArrowField field = new(table.Text(0) ?? "", kind)
        {
            IsNullable = table.Bool(1), Children = children, Extension = ExtensionOf(table), Type = LogicalType.Null,
        };
        if (table.Has(3)) field = ReadType(field, table.Table(3));
        CheckChildren(field, source);
        if (table.Has(4))
        {
            FlatTable dictionary = table.Table(4);
            int bits = dictionary.Has(1) ? dictionary.Table(1).Int32(0) : 32;
            Check(bits is 8 or 16 or 32 or 64, source);
            field = field with { DictionaryId = dictionary.Int64(0), IndexBits = bits };
        }
        return field with { Type = ArrowTypes.Read(field, source) };
    }

    private static ArrowField ReadType(ArrowField field, FlatTable type) => field.Kind switch
    {
        ArrowKind.Int => field with { Width = type.Int32(0), IsSigned = type.Bool(1) },
        ArrowKind.Float => field with { Precision = type.Int16(0) },
        ArrowKind.Decimal =>
            field with { Precision = type.Int32(0), Scale = type.Int32(1), Width = type.Int32(2, 128) },
        ArrowKind.Date => field with { Unit = type.Int16(0, 1) },
        ArrowKind.Time => field with { Unit = type.Int16(0, 1), Width = type.Int32(1, 32) },
        ArrowKind.Timestamp =>
            field with { Unit = type.Int16(0), TimeZone = type.Text(1) is { Length: > 0 } zone ? zone : null },
        ArrowKind.Interval => field with { Unit = type.Int16(0) },
        ArrowKind.Duration => field with { Unit = type.Int16(0, 1) },
        ArrowKind.FixedBinary or ArrowKind.FixedList => field with { Width = type.Int32(0) },
        ArrowKind.Union => field with { Unit = type.Int16(0), UnionCodes = type.Int32s(1) },
        _ => field,
    };

    /// <summary>Checks that a type has the children and numbers that its kind has.</summary>
    public static void CheckChildren(ArrowField field, string source)
    {
        int wanted = field.Kind switch
        {
            ArrowKind.List or ArrowKind.LargeList or ArrowKind.ListView or ArrowKind.LargeListView => 1,
            ArrowKind.FixedList or ArrowKind.Map => 1,
            ArrowKind.RunEndEncoded => 2,
            ArrowKind.Struct or ArrowKind.Union => field.Children.Length,
            _ => 0,
        };
        Check(field.Children.Length == wanted, source);
        Check(field.Kind != ArrowKind.Map || field.Children[0] is { Kind: ArrowKind.Struct, Children.Length: 2 },
            source);
        Check(field.Kind is not (ArrowKind.FixedBinary or ArrowKind.FixedList) || field.Width is >= 0 and <= MaxWidth,
            source);
        Check(field.Kind != ArrowKind.Union || field.Unit is 0 or 1, source);
        Check(field.Kind != ArrowKind.Union || field.UnionCodes.Length <= field.Children.Length, source);
        Check(field.Kind != ArrowKind.Time || field.Width is 32 or 64, source);
        Check(field.Kind != ArrowKind.Float || field.Precision is >= 0 and <= 2, source);
        Check(field.Kind != ArrowKind.Interval || field.Unit is >= 0 and <= 2, source);
        Check(field.Kind != ArrowKind.Int || field.Width is 8 or 16 or 32 or 64, source);
        Check(field.Kind != ArrowKind.Decimal || field.Width is 32 or 64 or 128 or 256, source);
        Check(field.Kind != ArrowKind.RunEndEncoded ||
            field.Children[0] is { Kind: ArrowKind.Int, Width: 16 or 32 or 64 }, source);
    }

    private static string? ExtensionOf(FlatTable field)
    {
        for (int i = 0; i < field.Count(6, 4); i++)
        {
            FlatTable pair = field.Table(6, i);
            if (pair.Text(0) == ExtensionKey) return pair.Text(1);
        }
        return null;
    }

    private static int WriteField(FlatBuilder target, ArrowField field)
    {
        int children = target.Vector([.. field.Children.Select(c => WriteField(target, c))]);
        int type = WriteType(target, field);
        int metadata = field.Extension is null ? 0 : target.Vector([WritePair(target, ExtensionKey, field.Extension)]);
        int name = target.Text(field.Name);
        target.Begin(7);
        target.Offset(0, name);
        target.Offset(3, type);
        target.Offset(5, children);
        if (metadata != 0) target.Offset(6, metadata);
        target.Byte(1, field.IsNullable ? (byte)1 : (byte)0);
        target.Byte(2, (byte)field.Kind);
        return target.End();
    }

    private static int WritePair(FlatBuilder target, string key, string value)
    {
        int keyPlace = target.Text(key), valuePlace = target.Text(value);
        target.Begin(2);
        target.Offset(0, keyPlace);
        target.Offset(1, valuePlace);
        return target.End();
    }

    private static int WriteType(FlatBuilder target, ArrowField field)
    {
        int zone = field.TimeZone is null ? 0 : target.Text(field.TimeZone);
        target.Begin(3);
        switch (field.Kind)
        {
            case ArrowKind.Int:
                target.Int32(0, field.Width);
                target.Byte(1, field.IsSigned ? (byte)1 : (byte)0);
                break;
            case ArrowKind.Float:
                target.Int16(0, (short)field.Precision);
                break;
            case ArrowKind.Decimal:
                target.Int32(0, field.Precision);
                target.Int32(1, field.Scale);
                target.Int32(2, field.Width);
                break;
            case ArrowKind.Time:
                target.Int32(1, field.Width);
                target.Int16(0, (short)field.Unit);
                break;
            case ArrowKind.Timestamp:
                if (zone != 0) target.Offset(1, zone);
                target.Int16(0, (short)field.Unit);
                break;
            case ArrowKind.Date or ArrowKind.Interval or ArrowKind.Duration:
                target.Int16(0, (short)field.Unit);
                break;
            case ArrowKind.FixedBinary or ArrowKind.FixedList:
                target.Int32(0, field.Width);
                break;
        }
        return target.End();
    }

    private static void Check(bool holds, string source) =>
        CorruptDataException.ThrowUnless(holds, "Arrow schema", source, 0);
}
