using System.Globalization;
using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// What Parquet files say about themselves, as rows. The functions and their columns have DuckDB's names.
/// </summary>
internal static class ParquetDescription
{
    private static readonly Dictionary<string, (Schema Schema, Func<string, ParquetFile, IEnumerable<Value[]>> RowsOf)>
        s_functions = new(StringComparer.OrdinalIgnoreCase)
        {
            ["parquet_file_metadata"] = (
                SchemaOf("file_name", "created_by", "num_rows+", "num_row_groups+", "file_size_bytes+"), FileRows),
            ["parquet_kv_metadata"] = (
                new Schema(
                    new Field("file_name", LogicalType.Varchar), new Field("key", LogicalType.Blob),
                    new Field("value", LogicalType.Blob)),
                KeyValueRows),
            ["parquet_schema"] = (
                SchemaOf(
                    "file_name", "name", "type", "type_length", "repetition_type", "num_children+", "converted_type",
                    "scale+", "precision+", "logical_type"),
                SchemaRows),
            ["parquet_metadata"] = (
                SchemaOf(
                    "file_name", "row_group_id+", "row_group_num_rows+", "row_group_num_columns+", "row_group_bytes+",
                    "column_id+", "file_offset+", "num_values+", "path_in_schema", "type", "stats_min", "stats_max",
                    "stats_null_count+", "stats_distinct_count+", "compression", "encodings",
                    "dictionary_page_offset+", "data_page_offset+", "total_compressed_size+",
                    "total_uncompressed_size+", "bloom_filter_offset+"),
                ChunkRows),
        };

    /// <summary>The names of the functions.</summary>
    public static IReadOnlyCollection<string> FunctionNames => s_functions.Keys;

    /// <summary>The rows of a function for files.</summary>
    public static ITableSource Open(
        string function, IReadOnlyList<string> patterns, SourceOptions options, SourceContext context)
    {
        options.ExpectAllTaken(function);
        (Schema schema, Func<string, ParquetFile, IEnumerable<Value[]>> rowsOf) = s_functions[function];
        List<Value[]> rows = [];
        foreach (string path in TableSources.Expand(patterns, context))
        {
            using ParquetFile file = ParquetFile.Open(path, new ParquetOptions(), context);
            rows.AddRange(rowsOf(path, file));
        }
        return new ValueSource(schema, () => rows);
    }

    // A plus sign makes a number of a text.
    private static Schema SchemaOf(params string[] columns) => new(columns.Select(c => new Field(
        c.TrimEnd('+'), c.EndsWith('+') ? LogicalType.BigInt : LogicalType.Varchar)));

    private static IEnumerable<Value[]> FileRows(string path, ParquetFile file) =>
    [
        [
            Value.Text(path), Value.Text(file.Metadata.CreatedBy), Value.BigInt(file.Metadata.RowCount),
            Value.BigInt(file.Metadata.RowGroups.Length), Number(file.LengthBytes),
        ],
    ];

    private static IEnumerable<Value[]> KeyValueRows(string path, ParquetFile file) =>
        file.Metadata.KeyValues.Select(pair => new[] { Value.Text(path), Blob(pair.Key), Blob(pair.Value) });

    private static IEnumerable<Value[]> SchemaRows(string path, ParquetFile file) =>
        file.Metadata.Schema.Select((element, i) => new[]
        {
            Value.Text(path), Value.Text(element.Name), TextOrNull(element.Type is { } type ? NameOf(type) : null),
            TextOrNull(
                element.TypeLength > 0 ? element.TypeLength.ToString(CultureInfo.InvariantCulture) : null),
            TextOrNull(i == 0 ? null : Upper(element.Repetition)),
            Number(element.ChildCount > 0 ? element.ChildCount : null),
            TextOrNull(
                element.ConvertedType == ParquetConvertedType.None ? null : WithUnderscores(element.ConvertedType)),
            Number(IsDecimal(element) ? element.Scale : null), Number(IsDecimal(element) ? element.Precision : null),
            TextOrNull(Describe(element.LogicalType)),
        });

    private static IEnumerable<Value[]> ChunkRows(string path, ParquetFile file)
    {
        for (int g = 0; g < file.Metadata.RowGroups.Length; g++)
        {
            ParquetRowGroup group = file.Metadata.RowGroups[g];
            foreach (ParquetLeaf leaf in file.Leaves.OrderBy(l => l.Index))
            {
                ParquetColumnChunk chunk = group.Columns[leaf.Index];
                PieceBounds? bounds = ParquetBounds.Find(leaf, chunk, path);
                yield return
                [
                    Value.Text(path), Value.BigInt(g), Value.BigInt(group.RowCount),
                    Value.BigInt(group.Columns.Length), Value.BigInt(group.Columns.Sum(c => c.UncompressedBytes)),
                    Value.BigInt(leaf.Index), Value.BigInt(chunk.Start), Value.BigInt(chunk.ValueCount),
                    Value.Text(leaf.Path), Value.Text(NameOf(chunk.Type)), TextOrNull(bounds?.Min?.ToString()),
                    TextOrNull(bounds?.Max?.ToString()), Number(chunk.Statistics?.NullCount),
                    Number(chunk.Statistics?.DistinctCount), Value.Text(WithUnderscores(chunk.Codec)),
                    Value.Text(string.Join(", ", chunk.Encodings.Select(e => WithUnderscores(e)))),
                    Number(chunk.DictionaryPageOffset), Value.BigInt(chunk.DataPageOffset),
                    Value.BigInt(chunk.CompressedBytes), Value.BigInt(chunk.UncompressedBytes),
                    Number(chunk.BloomOffset),
                ];
            }
        }
    }

    private static bool IsDecimal(ParquetSchemaElement element) =>
        element.ConvertedType == ParquetConvertedType.Decimal
        || element.LogicalType.Kind == ParquetLogicalKind.Decimal;

    private static string? Describe(ParquetLogicalType type) => type.Kind switch
    {
        ParquetLogicalKind.None => null,
        ParquetLogicalKind.Decimal => $"DecimalType(scale={type.Scale}, precision={type.Precision})",
        ParquetLogicalKind.Time or ParquetLogicalKind.Timestamp =>
            $"{type.Kind}Type(isAdjustedToUTC={(type.IsAdjustedToUtc ? 1 : 0)}, unit={Upper(type.Unit)})",
        ParquetLogicalKind.Integer => $"IntType(bitWidth={type.BitWidth}, isSigned={(type.IsSigned ? 1 : 0)})",
        ParquetLogicalKind.Uuid => "UUIDType()",
        _ => $"{type.Kind}Type()",
    };

    // Numbers of formats to come have no name.
    private static string NameOf(ParquetType type) => type switch
    {
        ParquetType.ByteArray => "BYTE_ARRAY",
        ParquetType.FixedLengthByteArray => "FIXED_LEN_BYTE_ARRAY",
        _ => Upper(type),
    };

    /// <summary>Words as the format writes them: <c>TimestampMicros</c> is TIMESTAMP_MICROS.</summary>
    private static string WithUnderscores<T>(T name) where T : struct, Enum
    {
        string text = name.ToString();
        StringBuilder words = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (i > 0 && char.IsUpper(text[i]) && char.IsLower(text[i - 1])) words.Append('_');
            words.Append(char.ToUpperInvariant(text[i]));
        }
        return words.Replace("UINT", "UINT_").Replace("LZ4RAW", "LZ4_RAW").ToString();
    }

    private static string Upper<T>(T name) where T : struct, Enum => name.ToString().ToUpperInvariant();

    private static Value TextOrNull(string? text) => text is null ? Value.Null(LogicalType.Varchar) : Value.Text(text);

    private static Value Number(long? number) =>
        number is { } known ? Value.BigInt(known) : Value.Null(LogicalType.BigInt);

    private static Value Blob(string text) => Value.Bytes(LogicalType.Blob, Encoding.UTF8.GetBytes(text));
}
