namespace ColFrag.Packages.Tests.Support;

/// <summary>Rows that have every type, with NULLs.</summary>
static class SampleRows
{
    /// <summary>How many there are.</summary>
    public const int Count = 3_000;

    /// <summary>Columns without parts.</summary>
    public const string Flat = """
        i::BIGINT AS i, CASE WHEN i % 7 = 3 THEN NULL ELSE i % 2 = 0 END AS b, (i % 250 - 125)::TINYINT AS i1,
        (i % 60000 - 30000)::SMALLINT AS i2, CASE WHEN i % 5 <> 1 THEN i * 7919 - 5000000 END::INTEGER AS i4,
        i * 1234567890123 AS i8, (i % 200)::UTINYINT AS u1, (i % 60000)::USMALLINT AS u2, (i * 3)::UINTEGER AS u4,
        (i * 3)::UBIGINT AS u8, (i * 123456789012345)::HUGEINT * 1000000007 AS h, (i / 7.0)::DECIMAL(9,3) AS d9,
        CASE WHEN i % 11 <> 4 THEN (i * 1000003)::DECIMAL(18,4) END AS d18,
        (i::DECIMAL(38,5) * 98765432109876 - 4) AS d38, (i / 3.0)::REAL AS r, i / 3.0::DOUBLE AS f,
        DATE '1969-06-01' + (i % 1000)::INTEGER AS dt, (TIME '00:00:01.5' + (i || ' seconds')::INTERVAL) AS tm,
        TIMESTAMP '1960-01-01 00:00:00.123456' + (i || ' hours')::INTERVAL AS ts,
        ('1999-12-31 23:59:59+00'::TIMESTAMPTZ + (i || ' minutes')::INTERVAL) AS tz,
        CASE WHEN i % 13 <> 6 THEN 'word ' || (i % 50) END AS s, 'unique é ' || i AS su,
        CASE WHEN i % 4 <> 3 THEN ('\xAA00'::BLOB || encode('b' || (i % 10))) END AS bl,
        ('00000000-0000-4000-8000-' || lpad(i::VARCHAR, 12, '0'))::UUID AS u, NULL::INTEGER AS nothing
        """;

    /// <summary>Columns with parts.</summary>
    public const string Nested = """
        CASE WHEN i % 9 = 4 THEN NULL WHEN i % 6 = 0 THEN []::INTEGER[] ELSE [i::INTEGER, NULL, 3] END AS l,
        CASE WHEN i % 10 = 5 THEN NULL ELSE [['a' || i, NULL], [], NULL] END AS ll,
        CASE WHEN i % 8 = 2 THEN NULL ELSE {'x': i, 'y': CASE WHEN i % 3 = 1 THEN NULL ELSE 'y' || (i % 5) END,
            'z': [i, NULL]} END AS st,
        CASE WHEN i % 6 = 3 THEN NULL ELSE MAP {'k' || i: i, 'm': NULL} END AS m
        """;

    /// <summary>Types that only some formats have.</summary>
    public const string Rare = """
        (i || ' days')::INTERVAL AS iv, [i, i + 1, i + 2]::INTEGER[3] AS a3,
        (TIMESTAMP '1999-12-31 23:59:59' + (i || ' minutes')::INTERVAL)::TIMESTAMP_S AS tss,
        (TIMESTAMP '1999-12-31 23:59:59' + (i || ' minutes')::INTERVAL)::TIMESTAMP_MS AS tms,
        (TIMESTAMP '1999-12-31 23:59:59' + (i || ' minutes')::INTERVAL)::TIMESTAMP_NS AS tns,
        (ARRAY['low', 'high'])[i % 2 + 1]::level AS e
        """;

    /// <summary>What makes the types that the columns name.</summary>
    public const string Types = "CREATE TYPE level AS ENUM ('low', 'high')";

    /// <summary>A query of columns.</summary>
    public static string Of(params string[] columns) =>
        $"SELECT {string.Join(",\n", columns)} FROM range({Count}) t(i)";
}
