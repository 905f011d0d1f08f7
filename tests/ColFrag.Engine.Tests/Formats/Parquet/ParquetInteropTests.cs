using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats.Parquet;

/// <summary>Files that other implementations wrote, read by us and by DuckDB: the same rows.</summary>
public sealed class ParquetInteropTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-parquet").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> DuckDbOptions => new()
    {
        "compression zstd", "compression snappy", "compression gzip", "compression brotli", "compression lz4_raw",
            "compression uncompressed",
        "parquet_version v2, compression zstd", "parquet_version v2, compression snappy, row_group_size 2048",
        "parquet_version v2, dictionary_size_limit 1", "dictionary_size_limit 50, row_group_size 3000",
    };

    [JudgedTheory(Judge.DuckDb)]
    [MemberData(nameof(DuckDbOptions))]
    public void Files_by_DuckDB_of_every_type_read_equal(string options)
    {
        string path = Path.Combine(_folder, "t.parquet");
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        peer.Execute("SET TimeZone = 'UTC'");
        peer.Execute($"""
            COPY (SELECT CASE WHEN i % 7 = 3 THEN NULL ELSE i % 2 = 0 END AS b, (i % 250 - 125)::TINYINT AS i1, (i % 60000 - 30000)::SMALLINT AS i2,
                CASE WHEN i % 5 <> 1 THEN i * 7919 - 5000000 END::INTEGER AS i4, i * 1234567890123 AS i8, (i::HUGEINT * 98765432109876543210)::DECIMAL(38,5) AS d38,
                (i % 200)::UTINYINT AS u1, (i % 60000)::USMALLINT AS u2, (i * 3)::UINTEGER AS u4, (i * 3)::UBIGINT AS u8,
                (i / 7)::DECIMAL(9,3) AS d9, CASE WHEN i % 11 <> 4 THEN (i * 1000003)::DECIMAL(18,4) END AS d18, (i / 3.0)::REAL AS r, i / 3.0 AS f,
                DATE '1969-06-01' + (i % 1000)::INTEGER AS dt, TIME '00:00:01' + INTERVAL (i) SECOND AS tm,
                TIMESTAMP '1960-01-01 00:00:00.123456' + INTERVAL (i) HOUR AS ts, (TIMESTAMP '1999-12-31 23:59:59' + INTERVAL (i) MINUTE)::TIMESTAMPTZ AS tz,
                (TIMESTAMP '1999-12-31 23:59:59' + INTERVAL (i) MINUTE)::TIMESTAMP_MS AS tms, (TIMESTAMP '1999-12-31 23:59:59' + INTERVAL (i) MINUTE)::TIMESTAMP_NS AS tns,
                CASE WHEN i % 13 <> 6 THEN 'word ' || (i % 50) END AS s, 'unique é ' || i AS su, repeat('x', (i % 40)::INTEGER) AS sl,
                ('\xAA\x00' || (i % 10)::VARCHAR)::BLOB AS bl, uuid_from(i) AS u, INTERVAL (i) DAY AS iv,
                CASE WHEN i % 9 = 4 THEN NULL ELSE list_transform(range(i % 6), x -> CASE WHEN x = 2 THEN NULL ELSE x + i END) END AS l,
                CASE WHEN i % 10 = 5 THEN NULL ELSE [['a' || i, NULL], [], NULL] END AS ll,
                CASE WHEN i % 8 = 2 THEN NULL ELSE {'{'}'x': i, 'y': CASE WHEN i % 3 = 1 THEN NULL ELSE 'y' || (i % 5) END, 'z': [i, NULL]{'}'} END AS st,
                CASE WHEN i % 6 = 3 THEN NULL ELSE MAP(['k' || i, 'm'], [i, NULL]) END AS m
                FROM range(5000) t(i)) TO '{path}' (FORMAT parquet, {options})
            """.Replace("uuid_from(i)", "('00000000-0000-4000-8000-' || lpad(i::VARCHAR, 12, '0'))::UUID", StringComparison.Ordinal));
        AssertSameAsDuckDb(peer, path, 5000);
    }

    [Fact]
    public void An_encrypted_file_is_refused_with_advice()
    {
        byte[] file = [.. "PARE"u8, .. new byte[64], 64, 0, 0, 0, .. "PARE"u8];
        ColFragException error = FormatsKit.Fails(() => TableSources.Open(
            ["t.parquet"], FileFormat.Parquet, new SourceOptions(), FormatsKit.ContextOf(file, "t.parquet")).Dispose());
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Contains("encrypted", error.Message, StringComparison.Ordinal);
        Assert.Contains("without encryption", error.Hint, StringComparison.Ordinal);
    }

    [JudgedFact(Judge.DuckDb, Judge.Hyparquet, Judge.ParquetWasm, Judge.ApacheArrow)]
    public void Files_by_two_others_in_every_encoding_and_codec_read_equal()
    {
        string[] files =
            Judge.RunNode("formats/write-parquet.mjs", _folder).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(15, files.Length);
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        foreach (string file in files)
        {
            string path = Path.Combine(_folder, file);
            // DuckDB does not read BYTE_STREAM_SPLIT integers; there, columns of the same values judge each other.
            if (file.StartsWith("hyparquet-", StringComparison.Ordinal)
                && !file.Contains("nested", StringComparison.Ordinal)) AssertColumnsAgree(path);
            else AssertSameAsDuckDb(peer, path, file.Contains("nested", StringComparison.Ordinal) ? 300 : 5000);
        }
    }

    [SharedDataFact("data/flights-3m.parquet", Judge.DuckDb)]
    public void Flights_read_equal()
    {
        string path = Path.Combine(Repository.Shared!, "data", "flights-3m.parquet");
        using ITableSource source = ParquetSource.Open([path], new ParquetOptions(), new SourceContext());
        Assert.Equal("date TIMESTAMP, delay BIGINT, distance BIGINT, origin VARCHAR, destination VARCHAR",
            source.Schema.ToString());
        long rows = 0;
        Int128 dates = 0, delays = 0, distances = 0, origins = 0;
        using Engine.Vectors.Batch batch = new(source.Schema);
        for (int piece = 0; piece < source.PieceCount; piece++)
        {
            using IPieceReader reader = source.OpenPiece(piece, [0, 1, 2, 3, 4], Engine.Memory.MemoryAccount.Untracked);
            while (reader.Read(batch, CancellationToken.None))
            {
                rows += batch.Count;
                for (int i = 0; i < batch.Count; i++)
                {
                    dates += Engine.Vectors.VectorValues.GetInteger(batch.Columns[0], i);
                    delays += Engine.Vectors.VectorValues.GetInteger(batch.Columns[1], i);
                    distances += Engine.Vectors.VectorValues.GetInteger(batch.Columns[2], i);
                    origins += Engine.Vectors.VectorValues.GetUtf8(batch.Columns[3], i).Span[0];
                }
            }
        }
        using DuckDbPeer peer = DuckDbPeer.Start();
        PeerResult result = peer.Run(
            $"SELECT count(*), sum(epoch_us(date)::HUGEINT), sum(delay), sum(distance), sum(ord(origin)) FROM '{path}'");
        Assert.Equal(
            result.Rows[0],
            new[] { (Int128)rows, dates, delays, distances, origins }.Select(
                v => v.ToString(CultureInfo.InvariantCulture)));
    }

    [SharedDataFact("data/tpch-sf0.1", Judge.DuckDb)]
    public void Small_tables_of_TPC_H_read_equal()
    {
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        foreach ((string table, int rows) in new[]
            { ("nation", 25), ("region", 5), ("supplier", 1000), ("customer", 15000) })
        {
            AssertSameAsDuckDb(peer, Path.Combine(Repository.Shared!, "data", "tpch-sf0.1", table + ".parquet"), rows);
        }
    }

    private static void AssertSameAsDuckDb(DuckDbPeer peer, string path, int rowCount)
    {
        using ITableSource source = ParquetSource.Open([path], new ParquetOptions(), new SourceContext());
        IEnumerable<string> columns = source.Schema.Fields.Select(f => f.Type.Kind == TypeKind.Blob
            ? $"'\\x' || lower(hex(\"{f.Name}\"))"
            : $"\"{f.Name}\"::VARCHAR");
        PeerResult expected = peer.Run($"SELECT {string.Join(", ", columns)} FROM read_parquet('{path}')");
        Assert.Equal(rowCount, expected.Rows.Length);
        List<string[]> actual = RowsOf(source);
        Assert.Equal(rowCount, actual.Count);
        for (int row = 0; row < rowCount; row++)
        {
            for (int column = 0; column < source.Schema.Count; column++)
            {
                string? wanted = expected.Rows[row][column], found = actual[row][column];
                if (wanted == found) continue;
                bool isSame = source.Schema[column].Type.IsFloat && wanted is not null && found is not null &&
                    double.Parse(wanted, CultureInfo.InvariantCulture).Equals(
                        double.Parse(found, CultureInfo.InvariantCulture));
                Assert.True(isSame, $"{Path.GetFileName(path)} row {row}, {source.Schema[column].Name}: {found}, DuckDB {wanted}");
            }
        }
    }

    private static void AssertColumnsAgree(string path)
    {
        using ITableSource source = ParquetSource.Open([path], new ParquetOptions(), new SourceContext());
        List<string[]> rows = RowsOf(source);
        Assert.Equal(5000, rows.Count);
        string[] kinds = [.. source.Schema.Fields.Select(f => f.Name.Split('_')[0])];
        Assert.Equal(6, kinds.Distinct(StringComparer.Ordinal).Count());
        foreach (string[] row in rows)
        {
            for (int i = 1; i < kinds.Length; i++)
            {
                if (kinds[i] == kinds[i - 1]) Assert.Equal(row[i - 1], row[i]);
            }
        }
        Assert.Equal("-500", rows[0][0]);
        Assert.Null(rows[3][0]);
    }

    private static List<string[]> RowsOf(ITableSource source)
    {
        List<string[]> rows = [];
        using Engine.Vectors.Batch batch = new(source.Schema);
        int[] columns = [.. Enumerable.Range(0, source.Schema.Count)];
        for (int piece = 0; piece < source.PieceCount; piece++)
        {
            using IPieceReader reader = source.OpenPiece(piece, columns, Engine.Memory.MemoryAccount.Untracked);
            while (reader.Read(batch, CancellationToken.None))
            {
                for (int i = 0; i < batch.Count; i++)
                {
                    rows.Add([.. batch.Columns.Select(
                        c => c.IsValid(i) ? Engine.Vectors.VectorValues.GetValue(c, i).ToString() : null!)]);
                }
            }
        }
        return rows;
    }
}
