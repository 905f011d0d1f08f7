using System.Text;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>Where a chunk and what belongs to it lies in a file.</summary>
internal sealed record PlacedChunk(WrittenChunk Chunk, long Offset, int SizeBytes)
{
    public long BloomOffset { get; set; }

    public long ColumnIndexOffset { get; set; }

    public int ColumnIndexBytes { get; set; }

    public long OffsetIndexOffset { get; set; }

    public int OffsetIndexBytes { get; set; }
}

/// <summary>A row group with its chunks.</summary>
internal sealed record PlacedGroup(PlacedChunk[] Chunks, long RowCount, long Offset);

/// <summary>
/// Writes page indexes and the footer: what the reader's counterpart reads, field by field of the format.
/// </summary>
internal static class FooterWriter
{
    /// <summary>FileMetaData</summary>
    public static void Write(
        OutputSchema schema, IReadOnlyList<PlacedGroup> groups, IReadOnlyList<KeyValuePair<string, string>> keyValues,
        ByteWriter target)
    {
        ThriftWriter thrift = new(target);
        thrift.BeginStruct();
        thrift.WriteInt32(1, 1);
        thrift.BeginList(2, ThriftType.Struct, schema.Elements.Count);
        foreach (ParquetSchemaElement element in schema.Elements) WriteElement(thrift, element);
        thrift.WriteInt64(3, groups.Sum(g => g.RowCount));
        thrift.BeginList(4, ThriftType.Struct, groups.Count);
        for (int i = 0; i < groups.Count; i++) WriteGroup(thrift, groups[i], i);
        if (keyValues.Count > 0)
        {
            thrift.BeginList(5, ThriftType.Struct, keyValues.Count);
            foreach ((string key, string value) in keyValues)
            {
                thrift.BeginStruct();
                thrift.WriteText(1, key);
                thrift.WriteText(2, value);
                thrift.EndStruct();
            }
        }
        thrift.WriteText(6, $"ColFrag version {typeof(FooterWriter).Assembly.GetName().Version?.ToString(3)}");
        // All columns are ordered as their types say.
        thrift.BeginList(7, ThriftType.Struct, schema.Leaves.Count);
        foreach (OutputLeaf _ in schema.Leaves)
        {
            thrift.BeginStruct();
            thrift.WriteEmpty(1);
            thrift.EndStruct();
        }
        thrift.EndStruct();
    }

    /// <summary>OffsetIndex: where pages lie.</summary>
    public static void WriteOffsetIndex(PlacedChunk placed, ByteWriter target)
    {
        ThriftWriter thrift = new(target);
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftType.Struct, placed.Chunk.Pages.Count);
        foreach (WrittenPage page in placed.Chunk.Pages)
        {
            thrift.BeginStruct();
            thrift.WriteInt64(1, placed.Offset + page.Offset);
            thrift.WriteInt32(2, page.SizeBytes);
            thrift.WriteInt64(3, page.FirstRow);
            thrift.EndStruct();
        }
        thrift.EndStruct();
    }

    /// <summary>ColumnIndex: bounds of pages; false where a page with values has none.</summary>
    public static bool TryWriteColumnIndex(WrittenChunk chunk, ByteWriter target)
    {
        if (chunk.Pages.Any(p => !p.IsNull && p.Bounds is null)) return false;
        ThriftWriter thrift = new(target);
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftType.True, chunk.Pages.Count);
        foreach (WrittenPage page in chunk.Pages) thrift.WriteElement(page.IsNull);
        thrift.BeginList(2, ThriftType.Binary, chunk.Pages.Count);
        foreach (WrittenPage page in chunk.Pages) thrift.WriteElement(page.Bounds?.Min ?? []);
        thrift.BeginList(3, ThriftType.Binary, chunk.Pages.Count);
        foreach (WrittenPage page in chunk.Pages) thrift.WriteElement(page.Bounds?.Max ?? []);
        thrift.WriteInt32(4, OrderOf(chunk));
        thrift.BeginList(5, ThriftType.Int64, chunk.Pages.Count);
        foreach (WrittenPage page in chunk.Pages) thrift.WriteElement(page.NullCount);
        thrift.EndStruct();
        return true;
    }

    // BoundaryOrder: 1 when both bounds rise from page to page, 2 when they fall, else 0.
    private static int OrderOf(WrittenChunk chunk)
    {
        ValueBounds[] bounds = [.. chunk.Pages.Select(p => p.Bounds).OfType<ValueBounds>()];
        bool rises = true, falls = true;
        for (int i = 1; i < bounds.Length; i++)
        {
            int min = ValueBounds.Compare(chunk.Leaf, bounds[i - 1].Min, bounds[i].Min);
            int max = ValueBounds.Compare(chunk.Leaf, bounds[i - 1].Max, bounds[i].Max);
            rises &= min <= 0 && max <= 0;
            falls &= min >= 0 && max >= 0;
        }
        return rises ? 1 : falls ? 2 : 0;
    }

    private static void WriteElement(ThriftWriter thrift, ParquetSchemaElement element)
    {
        bool isRoot = element.Name == "schema" && element.Type is null &&
            element.Repetition == ParquetRepetition.Required;
        thrift.BeginStruct();
        if (element.Type is { } type) thrift.WriteInt32(1, (int)type);
        if (element.TypeLength > 0) thrift.WriteInt32(2, element.TypeLength);
        if (!isRoot) thrift.WriteInt32(3, (int)element.Repetition);
        thrift.WriteText(4, element.Name);
        if (element.Type is null) thrift.WriteInt32(5, element.ChildCount);
        if (element.ConvertedType != ParquetConvertedType.None) thrift.WriteInt32(6, (int)element.ConvertedType);
        if (element.Precision > 0)
        {
            thrift.WriteInt32(7, element.Scale);
            thrift.WriteInt32(8, element.Precision);
        }
        if (element.LogicalType.Kind != ParquetLogicalKind.None) WriteLogicalType(thrift, element.LogicalType);
        thrift.EndStruct();
    }

    private static void WriteLogicalType(ThriftWriter thrift, ParquetLogicalType logical)
    {
        thrift.BeginStruct(10);
        thrift.BeginStruct((int)logical.Kind);
        switch (logical.Kind)
        {
            case ParquetLogicalKind.Decimal:
                thrift.WriteInt32(1, logical.Scale);
                thrift.WriteInt32(2, logical.Precision);
                break;
            case ParquetLogicalKind.Time or ParquetLogicalKind.Timestamp:
                thrift.WriteBool(1, logical.IsAdjustedToUtc);
                thrift.BeginStruct(2);
                thrift.WriteEmpty((int)logical.Unit);
                thrift.EndStruct();
                break;
            case ParquetLogicalKind.Integer:
                thrift.WriteByte(1, (sbyte)logical.BitWidth);
                thrift.WriteBool(2, logical.IsSigned);
                break;
        }
        thrift.EndStruct();
        thrift.EndStruct();
    }

    private static void WriteGroup(ThriftWriter thrift, PlacedGroup group, int ordinal)
    {
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftType.Struct, group.Chunks.Length);
        foreach (PlacedChunk chunk in group.Chunks) WriteChunk(thrift, chunk);
        thrift.WriteInt64(2, group.Chunks.Sum(c => c.Chunk.UncompressedBytes));
        thrift.WriteInt64(3, group.RowCount);
        int sorted = Array.FindIndex(group.Chunks, c => c.Chunk.IsAscending);
        if (sorted >= 0)
        {
            thrift.BeginList(4, ThriftType.Struct, 1);
            thrift.BeginStruct();
            thrift.WriteInt32(1, sorted);
            thrift.WriteBool(2, false);
            thrift.WriteBool(3, false);
            thrift.EndStruct();
        }
        thrift.WriteInt64(5, group.Offset);
        thrift.WriteInt64(6, group.Chunks.Sum(c => (long)c.SizeBytes));
        if (ordinal <= short.MaxValue) thrift.WriteInt16(7, (short)ordinal);
        thrift.EndStruct();
    }

    private static void WriteChunk(ThriftWriter thrift, PlacedChunk placed)
    {
        thrift.BeginStruct();
        thrift.WriteInt64(2, 0);
        WriteMetadata(thrift, placed);
        if (placed.OffsetIndexBytes > 0)
        {
            thrift.WriteInt64(4, placed.OffsetIndexOffset);
            thrift.WriteInt32(5, placed.OffsetIndexBytes);
        }
        if (placed.ColumnIndexBytes > 0)
        {
            thrift.WriteInt64(6, placed.ColumnIndexOffset);
            thrift.WriteInt32(7, placed.ColumnIndexBytes);
        }
        thrift.EndStruct();
    }

    private static void WriteMetadata(ThriftWriter thrift, PlacedChunk placed)
    {
        WrittenChunk chunk = placed.Chunk;
        ParquetEncoding[] encodings = chunk.DictionaryBytes > 0
            ? [ParquetEncoding.Rle, ParquetEncoding.Plain, chunk.Encoding]
            : [ParquetEncoding.Rle, chunk.Encoding];
        thrift.BeginStruct(3);
        thrift.WriteInt32(1, (int)chunk.Leaf.Physical);
        thrift.BeginList(2, ThriftType.Int32, encodings.Length);
        foreach (ParquetEncoding encoding in encodings) thrift.WriteElement((long)encoding);
        thrift.BeginList(3, ThriftType.Binary, chunk.Leaf.Path.Length);
        foreach (string name in chunk.Leaf.Path) thrift.WriteElement(Encoding.UTF8.GetBytes(name));
        thrift.WriteInt32(4, (int)chunk.Codec);
        thrift.WriteInt64(5, chunk.SlotCount);
        thrift.WriteInt64(6, chunk.UncompressedBytes);
        thrift.WriteInt64(7, placed.SizeBytes);
        thrift.WriteInt64(9, placed.Offset + chunk.DictionaryBytes);
        if (chunk.DictionaryBytes > 0) thrift.WriteInt64(11, placed.Offset);
        WriteStatistics(thrift, chunk);
        if (chunk.Bloom is not null)
        {
            thrift.WriteInt64(14, placed.BloomOffset);
            thrift.WriteInt32(15, chunk.Bloom.Length);
        }
        thrift.EndStruct();
    }

    private static void WriteStatistics(ThriftWriter thrift, WrittenChunk chunk)
    {
        thrift.BeginStruct(12);
        thrift.WriteInt64(3, chunk.Pages.Sum(p => p.NullCount));
        if (chunk.Pages.All(p => p.IsNull || p.Bounds is not null) && chunk.Pages.Any(p => !p.IsNull))
        {
            ValueBounds bounds = chunk.Pages.Select(p => p.Bounds).OfType<ValueBounds>()
                .Aggregate((left, right) => ValueBounds.Unite(chunk.Leaf, left, right));
            thrift.WriteBytes(5, bounds.Max);
            thrift.WriteBytes(6, bounds.Min);
            thrift.WriteBool(7, bounds.IsMaxExact);
            thrift.WriteBool(8, bounds.IsMinExact);
        }
        thrift.EndStruct();
    }
}
