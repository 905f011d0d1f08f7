using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>One column of values of a file that is written.</summary>
internal sealed record OutputLeaf
{
    /// <summary>Names from the column down.</summary>
    public required string[] Path { get; init; }

    public required LogicalType Type { get; init; }

    public required ParquetType Physical { get; init; }

    /// <summary>Bytes of a value in a file; 0 for byte arrays.</summary>
    public required int Width { get; init; }

    /// <summary>The definition level of a value.</summary>
    public required int MaxDefinition { get; init; }

    /// <summary>How many lists it lies in.</summary>
    public required int MaxRepetition { get; init; }
}

/// <summary>A column or a part of one: what its rows become is told by its type.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Definition">The level from which on it is not NULL.</param>
/// <param name="Repetition">The level of further elements, for lists.</param>
/// <param name="Children">Parts of a nested one.</param>
/// <param name="FirstLeaf">Number of the first leaf in it.</param>
/// <param name="LeafCount">Number of leaves in it.</param>
internal sealed record OutputNode(
    LogicalType Type, int Definition, int Repetition, OutputNode[] Children, int FirstLeaf, int LeafCount);

/// <summary>The columns of a table as nodes, leaves and the elements of a footer.</summary>
internal sealed class OutputSchema
{
    private readonly List<OutputLeaf> _leaves = [];
    private readonly List<ParquetSchemaElement> _elements = [];

    public OutputSchema(Schema schema)
    {
        _elements.Add(new ParquetSchemaElement("schema") { ChildCount = schema.Count });
        Columns = [.. schema.Fields.Select(f => Add(f.Name, f.Type, ParquetRepetition.Optional, 0, 0, []))];
    }

    public OutputNode[] Columns { get; }

    public IReadOnlyList<OutputLeaf> Leaves => _leaves;

    /// <summary>The schema of the footer, in depth-first order.</summary>
    public IReadOnlyList<ParquetSchemaElement> Elements => _elements;

    private OutputNode Add(
        string name, LogicalType type, ParquetRepetition repetition, int definition, int lists, string[] parents)
    {
        string[] path = [.. parents, name];
        int own = definition + (repetition == ParquetRepetition.Optional ? 1 : 0);
        int first = _leaves.Count;
        OutputNode[] children = [];
        switch (type.Kind)
        {
            case TypeKind.Struct:
                _elements.Add(
                    new ParquetSchemaElement(name) { Repetition = repetition, ChildCount = type.Fields.Length });
                children =
                    [.. type.Fields.Select(f => Add(f.Name, f.Type, ParquetRepetition.Optional, own, lists, path))];
                break;
            case TypeKind.List or TypeKind.Array:
                AddGroup(name, repetition, ParquetLogicalKind.List, ParquetConvertedType.List);
                _elements.Add(
                    new ParquetSchemaElement("list") { Repetition = ParquetRepetition.Repeated, ChildCount = 1 });
                children =
                    [Add("element", type.Element!, ParquetRepetition.Optional, own + 1, lists + 1, [.. path, "list"])];
                break;
            case TypeKind.Map:
                AddGroup(name, repetition, ParquetLogicalKind.Map, ParquetConvertedType.Map);
                _elements.Add(
                    new ParquetSchemaElement("key_value") { Repetition = ParquetRepetition.Repeated, ChildCount = 2 });
                string[] entry = [.. path, "key_value"];
                (LogicalType key, LogicalType value) = (type.Element!.Fields[0].Type, type.Element.Fields[1].Type);
                int firstKey = _leaves.Count;
                OutputNode[] pair =
                [
                    Add("key", key, ParquetRepetition.Required, own + 1, lists + 1, entry),
                    Add("value", value, ParquetRepetition.Optional, own + 1, lists + 1, entry),
                ];
                // An entry is never NULL: its level is the list's.
                children = [new OutputNode(type.Element, own + 1, 0, pair, firstKey, _leaves.Count - firstKey)];
                break;
            default:
                AddLeaf(name, type, repetition, own, lists, path);
                break;
        }
        bool isList = type.Kind is TypeKind.List or TypeKind.Array or TypeKind.Map;
        return new OutputNode(type, own, isList ? lists + 1 : 0, children, first, _leaves.Count - first);
    }

    private void AddGroup(
        string name, ParquetRepetition repetition, ParquetLogicalKind kind, ParquetConvertedType old) =>
        _elements.Add(new ParquetSchemaElement(name)
        {
            Repetition = repetition, ChildCount = 1, LogicalType = new(kind), ConvertedType = old,
        });

    private void AddLeaf(
        string name, LogicalType type, ParquetRepetition repetition, int definition, int lists, string[] path)
    {
        (ParquetType physical, int width, ParquetLogicalType logical, ParquetConvertedType old) = Describe(type);
        _elements.Add(new ParquetSchemaElement(name)
        {
            Type = physical, TypeLength = physical == ParquetType.FixedLengthByteArray ? width : 0,
            Repetition = repetition, LogicalType = logical, ConvertedType = old,
            Precision = logical.Precision, Scale = logical.Scale,
        });
        _leaves.Add(new OutputLeaf
        {
            Path = path, Type = type, Physical = physical, Width = width, MaxDefinition = definition,
                MaxRepetition = lists,
        });
    }

    private static (ParquetType Physical, int Width, ParquetLogicalType Logical, ParquetConvertedType Old) Describe(
        LogicalType type)
    {
        const ParquetConvertedType None = ParquetConvertedType.None;
        return type.Kind switch
        {
            TypeKind.Null => (ParquetType.Int32, 4, new(ParquetLogicalKind.Unknown), None),
            TypeKind.Boolean => (ParquetType.Boolean, 1, default, None),
            TypeKind.TinyInt => (ParquetType.Int32, 4, Integer(8, true), ParquetConvertedType.Int8),
            TypeKind.SmallInt => (ParquetType.Int32, 4, Integer(16, true), ParquetConvertedType.Int16),
            TypeKind.Integer => (ParquetType.Int32, 4, Integer(32, true), ParquetConvertedType.Int32),
            TypeKind.BigInt => (ParquetType.Int64, 8, Integer(64, true), ParquetConvertedType.Int64),
            TypeKind.UTinyInt => (ParquetType.Int32, 4, Integer(8, false), ParquetConvertedType.UInt8),
            TypeKind.USmallInt => (ParquetType.Int32, 4, Integer(16, false), ParquetConvertedType.UInt16),
            TypeKind.UInteger => (ParquetType.Int32, 4, Integer(32, false), ParquetConvertedType.UInt32),
            TypeKind.UBigInt => (ParquetType.Int64, 8, Integer(64, false), ParquetConvertedType.UInt64),
            TypeKind.Real => (ParquetType.Float, 4, default, None),
            TypeKind.Double => (ParquetType.Double, 8, default, None),
            TypeKind.Date => (ParquetType.Int32, 4, new(ParquetLogicalKind.Date), ParquetConvertedType.Date),
            TypeKind.Time => (ParquetType.Int64, 8, Time(ParquetLogicalKind.Time, ParquetTimeUnit.Micros, false), None),
            TypeKind.TimestampSeconds or TypeKind.TimestampMilliseconds =>
                (ParquetType.Int64, 8, Time(ParquetLogicalKind.Timestamp, ParquetTimeUnit.Millis, false), None),
            TypeKind.Timestamp =>
                (ParquetType.Int64, 8, Time(ParquetLogicalKind.Timestamp, ParquetTimeUnit.Micros, false), None),
            TypeKind.TimestampNanoseconds =>
                (ParquetType.Int64, 8, Time(ParquetLogicalKind.Timestamp, ParquetTimeUnit.Nanos, false), None),
            TypeKind.TimestampTz =>
                (ParquetType.Int64, 8, Time(ParquetLogicalKind.Timestamp, ParquetTimeUnit.Micros, true),
                    ParquetConvertedType.TimestampMicros),
            TypeKind.Decimal => type.Precision switch
            {
                <= 9 => (ParquetType.Int32, 4, Decimal(type.Precision, type.Scale), ParquetConvertedType.Decimal),
                <= 18 => (ParquetType.Int64, 8, Decimal(type.Precision, type.Scale), ParquetConvertedType.Decimal),
                _ => (ParquetType.FixedLengthByteArray, 16, Decimal(type.Precision, type.Scale),
                    ParquetConvertedType.Decimal),
            },
            TypeKind.HugeInt => (
                ParquetType.FixedLengthByteArray, 16, Decimal(LogicalType.MaxDecimalPrecision, 0),
                ParquetConvertedType.Decimal),
            TypeKind.Uuid => (ParquetType.FixedLengthByteArray, 16, new(ParquetLogicalKind.Uuid), None),
            TypeKind.Interval => (ParquetType.FixedLengthByteArray, 12, default, ParquetConvertedType.Interval),
            TypeKind.Json => (ParquetType.ByteArray, 0, new(ParquetLogicalKind.Json), ParquetConvertedType.Json),
            // Many read the format's own ENUM as bytes, and none keeps its labels.
            TypeKind.Enum => (ParquetType.ByteArray, 0, new(ParquetLogicalKind.String), ParquetConvertedType.Utf8),
            TypeKind.Varchar or TypeKind.Bit or TypeKind.TimeTz =>
                (ParquetType.ByteArray, 0, new(ParquetLogicalKind.String), ParquetConvertedType.Utf8),
            _ => (ParquetType.ByteArray, 0, default, None),
        };
    }

    private static ParquetLogicalType Integer(int bits, bool isSigned) =>
        new(ParquetLogicalKind.Integer, BitWidth: bits, IsSigned: isSigned);

    private static ParquetLogicalType Decimal(int precision, int scale) =>
        new(ParquetLogicalKind.Decimal, Scale: scale, Precision: precision);

    private static ParquetLogicalType Time(ParquetLogicalKind kind, ParquetTimeUnit unit, bool isUtc) =>
        new(kind, IsAdjustedToUtc: isUtc, Unit: unit);
}
