using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>Every pair of types: what is no cast is told when it is bound, and TRY_CAST never fails on a
/// value.</summary>
public sealed class CastMatrixTests
{
    private static readonly (string Type, string[] Values)[] s_types =
    [
        ("BOOLEAN", ["true", "false"]), ("TINYINT", ["-128", "127"]), ("SMALLINT", ["-32768", "7"]),
            ("INTEGER", ["-2147483648", "0"]),
        ("BIGINT", ["-9223372036854775808", "1"]), ("HUGEINT", ["170141183460469231731687303715884105727", "-1"]),
        ("UTINYINT", ["0", "255"]), ("USMALLINT", ["65535"]), ("UINTEGER", ["4294967295"]),
            ("UBIGINT", ["18446744073709551615"]),
        ("DECIMAL(5,2)", ["999.99", "-0.01"]), ("DECIMAL(38,10)", ["1234567890123456789012345678.0123456789"]),
        ("REAL", ["3.4e38", "NaN", "-Infinity"]), ("DOUBLE", ["1.7e308", "NaN", "0.1"]),
            ("DATE", ["2024-02-29", "infinity"]),
        ("TIME", ["23:59:59.999999"]), ("TIMESTAMP", ["2024-02-29 12:00:00", "-infinity"]),
            ("TIMESTAMP_S", ["2024-02-29 12:00:00"]),
        ("TIMESTAMP_MS", ["1969-12-31 23:59:59.999"]), ("TIMESTAMP_NS", ["2024-02-29 12:00:00.123456789"]),
        ("TIMESTAMPTZ", ["2024-02-29 12:00:00+00"]), ("INTERVAL", ["1 year 2 days 03:00:00", "-1 month"]),
        ("VARCHAR", ["", "abc", "12", "[1, 2]", "{\"a\": 1}", "2024-01-01"]), ("BLOB", ["\\x00ff"]),
        ("UUID", ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]), ("JSON", ["{\"a\": [1]}", "7", "\"x\"", "null"]),
        ("ENUM('a', 'b')", ["a", "b"]), ("INTEGER[]", ["[1, NULL]", "[]"]), ("VARCHAR[]", ["[x, 2]"]),
            ("INTEGER[2]", ["[1, 2]"]),
        ("STRUCT(a INTEGER, b VARCHAR)", ["{'a': 1, 'b': x}"]), ("MAP(VARCHAR, INTEGER)", ["{k=1}"]),
    ];

    [Fact]
    public void Try_cast_of_any_value_to_any_type_gives_a_value_or_null()
    {
        using SqlSession session = new();
        StringBuilder wrong = new();
        foreach ((string from, string[] values) in s_types)
        {
            foreach ((string to, _) in s_types)
            {
                foreach (string value in values)
                {
                    string sql = $"SELECT TRY_CAST({Literal(value, from)} AS {to})";
                    try
                    {
                        session.Rows(sql);
                    }
                    catch (Exception error)
                    {
                        // No cast between the types is the one complaint, and it comes for every value.
                        if (error is QueryException { SqlState: SqlStates.CannotCoerce }) continue;
                        wrong.Append(CultureInfo.InvariantCulture, $"\n{sql}: {error.GetType().Name}: {error.Message}");
                    }
                }
            }
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    [Fact]
    public void Text_of_every_value_reads_back_as_the_value()
    {
        using SqlSession session = new();
        StringBuilder wrong = new();
        foreach ((string type, string[] values) in s_types)
        {
            foreach (string value in values)
            {
                string literal = Literal(value, type);
                string sql = $"SELECT {literal}, CAST(CAST({literal} AS VARCHAR) AS {type})";
                string[] row = session.Rows(sql)[0];
                if (row[0] != row[1]) wrong.Append(CultureInfo.InvariantCulture, $"\n{sql}: {row[0]} became {row[1]}");
            }
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static string Literal(string value, string type) =>
        $"CAST('{value.Replace("'", "''", StringComparison.Ordinal)}' AS {type})";
}
