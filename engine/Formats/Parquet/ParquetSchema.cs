using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Parquet.Variants;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>A column of a table or a part of one: a leaf, a struct, a list, a map or a VARIANT.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Type">The type it is read as.</param>
/// <param name="Definition">The definition level from which on it is not NULL.</param>
/// <param name="ParentDefinition">The level from which on what it lies in is there; equal where it is never
/// NULL.</param>
internal sealed record ParquetNode(string Name, LogicalType Type, int Definition, int ParentDefinition)
{
    /// <summary>The values, in a leaf.</summary>
    public ParquetLeaf? Leaf { get; init; }

    /// <summary>Fields of a struct; the element of a list; the key-value struct of a map.</summary>
    public ImmutableArray<ParquetNode> Children { get; init; } = [];

    /// <summary>In a list or map: the definition level of an element's place.</summary>
    public int ElementDefinition { get; init; }

    /// <summary>In a list or map: the repetition level of a further element.</summary>
    public int ElementRepetition { get; init; }

    /// <summary>Where the node is a VARIANT: how its only child, a struct, holds it.</summary>
    public VariantShape? Variant { get; init; }

    /// <summary>True when it can be NULL where its parent is there.</summary>
    public bool IsNullable => Definition > ParentDefinition;

    /// <summary>The first leaf in it, whose levels say where lists begin and what is NULL.</summary>
    public ParquetLeaf FirstLeaf => Leaf ?? Children[0].FirstLeaf;

    /// <summary>All leaves, in the order of the file.</summary>
    public IEnumerable<ParquetLeaf> Leaves => Leaf is not null ? [Leaf] : Children.SelectMany(c => c.Leaves);
}

/// <summary>
/// Makes columns of the flat list of schema elements. See apache/parquet-format <c>LogicalTypes.md</c>.
/// </summary>
internal sealed class ParquetSchema
{
    private const int MaxDepth = 64;

    private readonly ParquetSchemaElement[] _elements;
    private readonly string _path;
    private bool _binaryAsString;
    private bool _isInVariant;
    private int _next;
    private int _leafCount;

    private ParquetSchema(ParquetSchemaElement[] elements, string path, bool binaryAsString)
    {
        _elements = elements;
        _path = path;
        _binaryAsString = binaryAsString;
    }

    /// <summary>The columns.</summary>
    public static ImmutableArray<ParquetNode> Read(
        ParquetFileMetadata file, string path, bool binaryAsString, out int leafCount)
    {
        ParquetSchema schema = new(file.Schema, path, binaryAsString);
        schema.Check(file.Schema.Length > 0, "schema is empty");
        ParquetSchemaElement root = schema.Take();
        ImmutableArray<ParquetNode>.Builder columns = ImmutableArray.CreateBuilder<ParquetNode>();
        for (int i = 0; i < root.ChildCount; i++)
        {
            if (schema.ReadNode(0, 0, "", 0) is { } node) columns.Add(node);
        }
        schema.Check(schema._next == file.Schema.Length, "schema has elements left over");
        leafCount = schema._leafCount;
        return columns.ToImmutable();
    }

    // A field of a struct or of the root. Repeated ones are lists that are never NULL. Groups without leaves vanish.
    private ParquetNode? ReadNode(int definition, int repetition, string parent, int depth)
    {
        Check(depth < MaxDepth, "schema nested too deep");
        ParquetSchemaElement element = Take();
        if (element.Repetition != ParquetRepetition.Repeated)
        {
            int own = definition + (element.Repetition == ParquetRepetition.Optional ? 1 : 0);
            return ReadContent(element, definition, own, repetition, parent, depth);
        }
        ParquetNode? item = ReadContent(element, definition + 1, definition + 1, repetition + 1, parent, depth);
        return item is null ? null : MakeList(element.Name, item, definition, definition, repetition);
    }

    private ParquetNode? ReadContent(
        ParquetSchemaElement element, int parentDefinition, int definition, int repetition, string parent, int depth)
    {
        string path = parent.Length == 0 ? element.Name : parent + "." + element.Name;
        if (element.Type is not null && element.ChildCount == 0)
        {
            ParquetLeaf leaf =
                ParquetLeafTypes.MakeLeaf(element, _leafCount++, path, definition, repetition, _binaryAsString, _path);
            // VARIANT keeps the nanoseconds of moments, for which there is no type here.
            if (_isInVariant && leaf.Type.Kind == TypeKind.TimestampTz &&
                leaf.Conversion == ParquetConversion.NanosToMicros)
            {
                leaf = leaf with
                {
                    Type = LogicalType.TimestampNanoseconds, Conversion = ParquetConversion.Copy, IsMoment = true,
                };
            }
            return new ParquetNode(element.Name, leaf.Type, definition, parentDefinition) { Leaf = leaf };
        }
        Check(definition < byte.MaxValue && repetition < byte.MaxValue, "schema nested too deep");
        bool isMap = element.LogicalType.Kind == ParquetLogicalKind.Map ||
            element.ConvertedType is ParquetConvertedType.Map or ParquetConvertedType.MapKeyValue;
        bool isList = element.LogicalType.Kind == ParquetLogicalKind.List
            || element.ConvertedType == ParquetConvertedType.List;
        bool hasRepeatedChild = element.ChildCount == 1 && Peek() is { Repetition: ParquetRepetition.Repeated };
        if (isList && hasRepeatedChild) return ReadList(element, parentDefinition, definition, repetition, path, depth);
        if (isMap && hasRepeatedChild && Peek() is { ChildCount: 2 })
        {
            return ReadMap(element, parentDefinition, definition, repetition, path, depth);
        }
        bool isVariant = element.LogicalType.Kind == ParquetLogicalKind.Variant;
        (bool binaryAsString, bool isInVariant) = (_binaryAsString, _isInVariant);
        if (isVariant) (_binaryAsString, _isInVariant) = (false, true);
        ImmutableArray<ParquetNode>.Builder fields = ImmutableArray.CreateBuilder<ParquetNode>();
        for (int i = 0; i < element.ChildCount; i++)
        {
            if (ReadNode(definition, repetition, path, depth + 1) is { } field) fields.Add(field);
        }
        (_binaryAsString, _isInVariant) = (binaryAsString, isInVariant);
        if (fields.Count == 0) return null;
        ParquetNode group = MakeStruct(element.Name, fields.ToImmutable(), definition, parentDefinition);
        return isVariant && VariantShape.TryMake(group) is { } shape ? MakeVariant(group, shape) : group;
    }

    // The rules for old writers: the repeated group is the element unless it wraps one field under a neutral name.
    private ParquetNode? ReadList(
        ParquetSchemaElement list, int parentDefinition, int definition, int repetition, string path, int depth)
    {
        ParquetSchemaElement repeated = Take();
        bool isElement = repeated.ChildCount != 1 || repeated.Name == "array" || repeated.Name == list.Name + "_tuple";
        ParquetNode? element;
        if (isElement)
        {
            element = ReadContent(repeated, definition + 1, definition + 1, repetition + 1, path, depth + 1);
        }
        else
        {
            element = ReadNode(definition + 1, repetition + 1, path + "." + repeated.Name, depth + 1);
        }
        return element is null ? null : MakeList(list.Name, element, definition, parentDefinition, repetition);
    }

    private ParquetNode? ReadMap(
        ParquetSchemaElement map, int parentDefinition, int definition, int repetition, string path, int depth)
    {
        ParquetSchemaElement entries = Take();
        ParquetNode? key = ReadNode(definition + 1, repetition + 1, path + "." + entries.Name, depth + 1);
        ParquetNode? value = ReadNode(definition + 1, repetition + 1, path + "." + entries.Name, depth + 1);
        if (key is null || value is null) return key ?? value;
        LogicalType type = LogicalType.Map(key.Type, value.Type);
        ParquetNode entry =
            new(entries.Name, type.Element!, definition + 1, definition + 1) { Children = [key, value] };
        return new ParquetNode(map.Name, type, definition, parentDefinition)
        {
            Children = [entry], ElementDefinition = definition + 1, ElementRepetition = repetition + 1,
        };
    }

    private static ParquetNode MakeList(
        string name, ParquetNode element, int definition, int parentDefinition, int repetition) =>
        new(name, LogicalType.List(element.Type), definition, parentDefinition)
        {
            Children = [element], ElementDefinition = definition + 1, ElementRepetition = repetition + 1,
        };

    private static ParquetNode MakeStruct(
        string name, ImmutableArray<ParquetNode> fields, int definition, int parentDefinition) =>
        new(name, LogicalType.Struct([.. fields.Select(f => new Field(f.Name, f.Type, f.IsNullable))]), definition,
            parentDefinition)
        {
            Children = fields,
        };

    private static ParquetNode MakeVariant(ParquetNode group, VariantShape shape) =>
        new(group.Name, LogicalType.Json, group.Definition, group.ParentDefinition)
        {
            Children = [group], Variant = shape,
        };

    private ParquetSchemaElement Take()
    {
        Check(_next < _elements.Length, "schema ends early");
        ParquetSchemaElement element = _elements[_next++];
        Check(element.ChildCount >= 0 && element.ChildCount <= _elements.Length, "schema child count");
        return element;
    }

    private ParquetSchemaElement? Peek() => _next < _elements.Length ? _elements[_next] : null;

    private void Check(bool holds, string what) => CorruptDataException.ThrowUnless(holds, "Parquet " + what, _path, 0);
}
