namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// Footers and page headers from Thrift bytes. See apache/parquet-format <c>src/main/thrift/parquet.thrift</c>.
/// </summary>
internal static class ParquetMetadataReader
{
    public static ParquetFileMetadata ReadFile(ReadOnlySpan<byte> bytes, string name, long offset)
    {
        ThriftReader reader = new(bytes, name, offset);
        ParquetFileMetadata file = new();
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 2: file = file with { Schema = ReadList(ref reader, type, 2, ReadSchemaElement) }; break;
                case 3: file = file with { RowCount = reader.ReadInt64(type) }; break;
                case 4: file = file with { RowGroups = ReadList(ref reader, type, 4, ReadRowGroup) }; break;
                case 5: file = file with { KeyValues = ReadKeyValues(ref reader, type) }; break;
                case 6: file = file with { CreatedBy = reader.ReadText(type) }; break;
                case 8:
                    file = file with { IsEncrypted = true };
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
        return file;
    }

    public static ParquetPageHeader ReadPageHeader(ReadOnlySpan<byte> bytes, string name, long offset, out int length)
    {
        ThriftReader reader = new(bytes, name, offset);
        ParquetPageHeader page = new() { IsCompressed = true };
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: page = page with { Type = (ParquetPageType)reader.ReadInt32(type) }; break;
                case 2: page = page with { UncompressedBytes = reader.ReadInt32(type) }; break;
                case 3: page = page with { CompressedBytes = reader.ReadInt32(type) }; break;
                case 4: page = page with { Crc = (uint)reader.ReadInt32(type) }; break;
                case 5 or 7 or 8: ReadPageDetails(ref reader, type, id == 8, ref page); break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
        length = reader.Position;
        return page;
    }

    private delegate T ElementReader<T>(ref ThriftReader reader);

    private static T[] ReadList<T>(ref ThriftReader reader, ThriftType type, int minBytes, ElementReader<T> read)
    {
        int count = reader.ReadListHeader(type, minBytes, out ThriftType elementType);
        if (elementType != ThriftType.Struct && count > 0) throw reader.Corrupt("Thrift list of structs");
        T[] elements = new T[count];
        for (int i = 0; i < count; i++) elements[i] = read(ref reader);
        return elements;
    }

    // The fields of the three kinds of pages meet in their first two numbers.
    private static void ReadPageDetails(
        ref ThriftReader reader, ThriftType structType, bool isV2, ref ParquetPageHeader page)
    {
        if (structType != ThriftType.Struct) throw reader.Corrupt("page header");
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: page = page with { ValueCount = reader.ReadInt32(type) }; break;
                case 2 when isV2: page = page with { NullCount = reader.ReadInt32(type) }; break;
                case 2: page = page with { Encoding = (ParquetEncoding)reader.ReadInt32(type) }; break;
                case 3 when isV2: page = page with { RowCount = reader.ReadInt32(type) }; break;
                case 3 when type is not (ThriftType.True or ThriftType.False):
                    page = page with { DefinitionEncoding = (ParquetEncoding)reader.ReadInt32(type) };
                    break;
                case 4 when isV2: page = page with { Encoding = (ParquetEncoding)reader.ReadInt32(type) }; break;
                case 4: page = page with { RepetitionEncoding = (ParquetEncoding)reader.ReadInt32(type) }; break;
                case 5 when isV2: page = page with { DefinitionBytes = reader.ReadInt32(type) }; break;
                case 6 when isV2: page = page with { RepetitionBytes = reader.ReadInt32(type) }; break;
                case 7 when isV2: page = page with { IsCompressed = reader.ReadBool(type) }; break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
    }

    private static ParquetSchemaElement ReadSchemaElement(ref ThriftReader reader)
    {
        ParquetSchemaElement element = new("");
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: element = element with { Type = (ParquetType)reader.ReadInt32(type) }; break;
                case 2: element = element with { TypeLength = reader.ReadInt32(type) }; break;
                case 3: element = element with { Repetition = (ParquetRepetition)reader.ReadInt32(type) }; break;
                case 4: element = element with { Name = reader.ReadText(type) }; break;
                case 5: element = element with { ChildCount = reader.ReadInt32(type) }; break;
                case 6: element = element with { ConvertedType = (ParquetConvertedType)reader.ReadInt32(type) }; break;
                case 7: element = element with { Scale = reader.ReadInt32(type) }; break;
                case 8: element = element with { Precision = reader.ReadInt32(type) }; break;
                case 10: element = element with { LogicalType = ReadLogicalType(ref reader, type) }; break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
        return element;
    }

    private static ParquetLogicalType ReadLogicalType(ref ThriftReader reader, ThriftType structType)
    {
        if (structType != ThriftType.Struct) throw reader.Corrupt("logical type");
        ParquetLogicalType logical = default;
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int kind, out ThriftType memberType))
        {
            logical = new ParquetLogicalType((ParquetLogicalKind)kind);
            if (memberType != ThriftType.Struct)
            {
                reader.Skip(memberType);
                continue;
            }
            int outerMember = reader.BeginStruct();
            while (reader.ReadField(out int id, out ThriftType type))
            {
                logical = (logical.Kind, id) switch
                {
                    (ParquetLogicalKind.Decimal, 1) => logical with { Scale = reader.ReadInt32(type) },
                    (ParquetLogicalKind.Decimal, 2) => logical with { Precision = reader.ReadInt32(type) },
                    (ParquetLogicalKind.Time or ParquetLogicalKind.Timestamp, 1) =>
                        logical with { IsAdjustedToUtc = reader.ReadBool(type) },
                    (ParquetLogicalKind.Time or ParquetLogicalKind.Timestamp, 2) =>
                        logical with { Unit = ReadUnit(ref reader, type) },
                    (ParquetLogicalKind.Integer, 1) => logical with { BitWidth = reader.ReadInt32(type) },
                    (ParquetLogicalKind.Integer, 2) => logical with { IsSigned = reader.ReadBool(type) },
                    _ => Passed(ref reader, type, logical),
                };
            }
            reader.EndStruct(outerMember);
        }
        reader.EndStruct(outer);
        return logical;
    }

    private static ParquetLogicalType Passed(ref ThriftReader reader, ThriftType type, ParquetLogicalType logical)
    {
        reader.Skip(type);
        return logical;
    }

    private static ParquetTimeUnit ReadUnit(ref ThriftReader reader, ThriftType structType)
    {
        if (structType != ThriftType.Struct) throw reader.Corrupt("time unit");
        int unit = 0;
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            unit = id;
            reader.Skip(type);
        }
        reader.EndStruct(outer);
        return (ParquetTimeUnit)unit;
    }

    private static ParquetRowGroup ReadRowGroup(ref ThriftReader reader)
    {
        ParquetRowGroup group = new([], 0);
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: group = group with { Columns = ReadList(ref reader, type, 4, ReadColumnChunk) }; break;
                case 3: group = group with { RowCount = reader.ReadInt64(type) }; break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
        return group;
    }

    private static ParquetColumnChunk ReadColumnChunk(ref ThriftReader reader)
    {
        ParquetColumnChunk chunk = new();
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: chunk = chunk with { FilePath = reader.ReadText(type) }; break;
                case 3: chunk = ReadColumnMetadata(ref reader, type, chunk); break;
                case 4: chunk = chunk with { OffsetIndex = (reader.ReadInt64(type), chunk.OffsetIndex.Bytes) }; break;
                case 5: chunk = chunk with { OffsetIndex = (chunk.OffsetIndex.Offset, reader.ReadInt32(type)) }; break;
                case 6: chunk = chunk with { ColumnIndex = (reader.ReadInt64(type), chunk.ColumnIndex.Bytes) }; break;
                case 7: chunk = chunk with { ColumnIndex = (chunk.ColumnIndex.Offset, reader.ReadInt32(type)) }; break;
                case 8 or 9:
                    chunk = chunk with { IsEncrypted = true };
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
        return chunk;
    }

    private static ParquetColumnChunk ReadColumnMetadata(
        ref ThriftReader reader, ThriftType structType, ParquetColumnChunk chunk)
    {
        if (structType != ThriftType.Struct) throw reader.Corrupt("column metadata");
        chunk = chunk with { HasMetadata = true };
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: chunk = chunk with { Type = (ParquetType)reader.ReadInt32(type) }; break;
                case 2: chunk = chunk with { Encodings = ReadEncodings(ref reader, type) }; break;
                case 4: chunk = chunk with { Codec = (ParquetCodec)reader.ReadInt32(type) }; break;
                case 5: chunk = chunk with { ValueCount = reader.ReadInt64(type) }; break;
                case 6: chunk = chunk with { UncompressedBytes = reader.ReadInt64(type) }; break;
                case 7: chunk = chunk with { CompressedBytes = reader.ReadInt64(type) }; break;
                case 9: chunk = chunk with { DataPageOffset = reader.ReadInt64(type) }; break;
                case 11: chunk = chunk with { DictionaryPageOffset = reader.ReadInt64(type) }; break;
                case 12: chunk = chunk with { Statistics = ReadStatistics(ref reader, type) }; break;
                case 14: chunk = chunk with { BloomOffset = reader.ReadInt64(type) }; break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
        return chunk;
    }

    private static ParquetEncoding[] ReadEncodings(ref ThriftReader reader, ThriftType type)
    {
        int count = reader.ReadListHeader(type, 1, out ThriftType elementType);
        ParquetEncoding[] encodings = new ParquetEncoding[count];
        for (int i = 0; i < count; i++) encodings[i] = (ParquetEncoding)reader.ReadInt32(elementType);
        return encodings;
    }

    private static ParquetStatistics ReadStatistics(ref ThriftReader reader, ThriftType structType)
    {
        if (structType != ThriftType.Struct) throw reader.Corrupt("statistics");
        ParquetStatistics statistics = new();
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            switch (id)
            {
                case 1: statistics = statistics with { OldMax = reader.ReadBinary(type).ToArray() }; break;
                case 2: statistics = statistics with { OldMin = reader.ReadBinary(type).ToArray() }; break;
                case 3: statistics = statistics with { NullCount = reader.ReadInt64(type) }; break;
                case 4: statistics = statistics with { DistinctCount = reader.ReadInt64(type) }; break;
                case 5: statistics = statistics with { Max = reader.ReadBinary(type).ToArray() }; break;
                case 6: statistics = statistics with { Min = reader.ReadBinary(type).ToArray() }; break;
                default: reader.Skip(type); break;
            }
        }
        reader.EndStruct(outer);
        return statistics;
    }

    private static Dictionary<string, string> ReadKeyValues(ref ThriftReader reader, ThriftType listType)
    {
        int count = reader.ReadListHeader(listType, 2, out ThriftType elementType);
        if (elementType != ThriftType.Struct && count > 0) throw reader.Corrupt("key-value metadata");
        Dictionary<string, string> pairs = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string key = "", value = "";
            int outer = reader.BeginStruct();
            while (reader.ReadField(out int id, out ThriftType type))
            {
                if (id == 1) key = reader.ReadText(type);
                else if (id == 2) value = reader.ReadText(type);
                else reader.Skip(type);
            }
            reader.EndStruct(outer);
            pairs[key] = value;
        }
        return pairs;
    }
}
