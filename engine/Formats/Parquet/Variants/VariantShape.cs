using System.Collections.Immutable;
using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet.Variants;

/// <summary>
/// How a VARIANT, an element or a field of one is laid out in columns: its bytes in <c>value</c>, or, where it is of
/// the type that most have, in <c>typed_value</c>; of an object, fields without a column of their own stay in
/// <c>value</c>.
/// See apache/parquet-format <c>VariantShredding.md</c>.
/// </summary>
internal sealed record VariantShape
{
    private VariantShape()
    {
    }

    /// <summary>Which column of the group has bytes; -1 where none has.</summary>
    public int Value { get; private init; } = -1;

    /// <summary>Which column of the group has values of a type; -1 where none has.</summary>
    public int Typed { get; private init; } = -1;

    /// <summary>True where the type is nanoseconds in UTC.</summary>
    public bool IsMoment { get; private init; }

    /// <summary>Which column has the names of fields; -1 in elements and fields.</summary>
    public int Metadata { get; private init; } = -1;

    /// <summary>The elements, where the type is a list.</summary>
    public VariantShape? Element { get; private init; }

    /// <summary>The fields with columns, in the order of their names; empty where the type is no object.</summary>
    public ImmutableArray<Field> Fields { get; private init; } = [];

    /// <summary>A field with columns.</summary>
    internal sealed record Field(byte[] Name, int Column, VariantShape Shape);

    /// <summary>The shape of a whole VARIANT; null where the group has not the columns of one.</summary>
    public static VariantShape? TryMake(ParquetNode group) => TryMake(group, isWhole: true);

    private static VariantShape? TryMake(ParquetNode group, bool isWhole)
    {
        if (group.Type.Kind != TypeKind.Struct) return null;
        int metadata = Find(group, "metadata"), value = Find(group, "value"), typed = Find(group, "typed_value");
        if (isWhole != metadata >= 0 || group.Children.Length != Math.Sign(metadata + 1) + Math.Sign(value + 1)
            + Math.Sign(typed + 1)) return null;
        if (value < 0 && typed < 0 || !IsBytes(group, metadata) || !IsBytes(group, value)) return null;
        VariantShape shape = new() { Metadata = metadata, Value = value, Typed = typed };
        if (typed < 0) return shape;
        ParquetNode content = group.Children[typed];
        switch (content.Type.Kind)
        {
            case TypeKind.List:
                return TryMake(content.Children[0], isWhole: false) is { } element
                    ? shape with { Element = element } : null;
            case TypeKind.Struct:
                List<Field> fields = [];
                for (int i = 0; i < content.Children.Length; i++)
                {
                    if (TryMake(content.Children[i], isWhole: false) is not { } field) return null;
                    fields.Add(new Field(Encoding.UTF8.GetBytes(content.Children[i].Name), i, field));
                }
                fields.Sort((x, y) => x.Name.AsSpan().SequenceCompareTo(y.Name));
                return shape with { Fields = [.. fields] };
            default:
                return content.Leaf is null ? null : shape with { IsMoment = content.Leaf.IsMoment };
        }
    }

    private static int Find(ParquetNode group, string name)
    {
        for (int i = 0; i < group.Children.Length; i++)
        {
            if (group.Children[i].Name == name) return i;
        }
        return -1;
    }

    private static bool IsBytes(ParquetNode group, int column) =>
        column < 0 || group.Children[column].Leaf is { Physical: ParquetType.ByteArray, Type.Kind: TypeKind.Blob };
}
