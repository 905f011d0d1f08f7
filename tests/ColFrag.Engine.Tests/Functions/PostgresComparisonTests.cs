using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>Expressions over chosen and generated values, answered by PostgreSQL: values and SQLSTATEs.</summary>
public sealed class PostgresComparisonTests
{
    [JudgedFact(Judge.PostgresServer, Judge.Psql)]
    public void Expressions_answer_as_PostgreSQL_does()
    {
        string[] expressions = [.. Numbers(), .. Texts(), .. Times(), .. Casts(), .. Jsons(), .. Patterns()];
        using PostgresPeer peer = PostgresPeer.Start();
        string[] theirs = peer.Values(expressions);
        using SqlSession session = new();
        StringBuilder different = new();
        for (int i = 0; i < expressions.Length; i++)
        {
            string ours = Ours(session, expressions[i]);
            if (AreEqual(ours, theirs[i])) continue;
            different.Append(
                CultureInfo.InvariantCulture, $"\n{expressions[i]}\n   ours   {ours}\n   theirs {theirs[i]}");
        }
        Assert.True(different.Length == 0, different.ToString());
    }

    private static string Ours(SqlSession session, string expression)
    {
        try
        {
            return session.Text($"SELECT ({expression})::text");
        }
        catch (QueryException error)
        {
            return "error " + error.SqlState;
        }
    }

    // Doubles may differ in the last digit; a numeric keeps other zeros behind the point.
    private static bool AreEqual(string ours, string theirs)
    {
        if (ours == theirs) return true;
        bool areNumbers = double.TryParse(ours, CultureInfo.InvariantCulture, out double a)
            & double.TryParse(theirs, CultureInfo.InvariantCulture, out double b);
        return areNumbers && Math.Abs(a - b) <= 1e-12 * Math.Max(Math.Abs(a), Math.Abs(b));
    }

    private static IEnumerable<string> Numbers()
    {
        string[] values = ["0", "1", "-1", "2.5", "-2.5", "0.1", "123456.789", "1e10", "NULL"];
        string[] unary =
        [
            "abs", "ceil", "floor", "round", "trunc", "sign", "sqrt", "cbrt", "exp", "ln", "log", "sin", "cos", "tan",
                "atan",
            "degrees", "radians", "sinh", "cosh", "tanh", "asinh",
        ];
        foreach (string name in unary)
        {
            foreach (string value in values) yield return $"{name}({value}::float8)";
        }
        foreach (string value in values.SkipLast(1))
        {
            yield return $"round({value}::numeric(20,4), 1)";
            yield return $"trunc({value}::numeric(20,4), 2)";
            yield return $"power({value}::float8, 2)";
            yield return $"{value}::float8::int4";
            yield return $"{value}::numeric(20,4)::int4";
        }
        foreach (string expression in new[]
        {
            "1 / 0", "1.5 / 0", "1 % 0", "5 / 2", "-5 / 2", "-5 % 3", "mod(-5, 3)", "div(-7, 2)", "2147483647 + 1",
                "9223372036854775807 + 1",
            "(-2147483648)::int4 / -1", "abs((-2147483648)::int4)", "70000::int2", "1e40::float4", "'1e400'::float8",
                "gcd(12, -18)", "lcm(4, 6)",
            "factorial(20)", "width_bucket(5.35::float8, 0.024, 10.06, 5)", "greatest(1, NULL, 3)", "least(2, 1.5)",
                "sqrt(-1::float8)",
            "ln(0::float8)", "power(-8::float8, 0.5)", "1 << 3", "17 # 5", "~5", "5 & 3", "5 | 3", "scale(1.230)",
                "bit_count('\\x1234'::bytea)",
        })
        {
            yield return expression;
        }
    }

    private static IEnumerable<string> Texts()
    {
        string[] values = ["''", "'abc'", "'Ünïcödé ß'", "'  padded  '", "'a,b,,c'", "NULL::text"];
        string[] forms =
        [
            "length({0})", "octet_length({0})", "upper({0})", "lower({0})", "initcap({0})", "reverse({0})",
                "btrim({0})", "ltrim({0})",
            "rtrim({0}, ' d')", "left({0}, 2)", "left({0}, -2)", "right({0}, 3)", "right({0}, -1)", "substr({0}, 2)",
                "substr({0}, 0, 3)",
            "substring({0} from 2 for 3)", "lpad({0}, 5, 'xy')", "rpad({0}, 4)", "repeat({0}, 2)",
                "replace({0}, 'b', 'XX')",
            "translate({0}, 'abc', 'x')", "split_part({0}, ',', 2)", "split_part({0}, ',', -1)", "strpos({0}, 'c')",
                "position('b' in {0})",
            "concat({0}, 1, NULL)", "concat_ws('-', {0}, 'z')", "md5({0})", "quote_literal({0})", "quote_ident({0})",
                "ascii({0})",
            "starts_with({0}, 'a')", "overlay({0} placing 'ZZ' from 2)", "{0} || 'x'", "{0} LIKE 'a%'",
                "{0} ILIKE 'A_C'",
            "string_to_array({0}, ',')::text[] = ARRAY['a','b','','c']", "to_hex(length({0}))",
                "encode({0}::bytea, 'hex')",
            "encode({0}::bytea, 'base64')", "format('%s|%L', {0}, {0})", "{0} ~ '^[a-c,]+$'",
                "regexp_replace({0}, '[aeiou]', '*', 'g')",
        ];
        foreach (string form in forms)
        {
            foreach (string value in values) yield return string.Format(CultureInfo.InvariantCulture, form, value);
        }
        yield return "substring('abc' from 1 for -1)";
        yield return "split_part('a,b', ',', 0)";
        yield return "chr(0)";
        yield return "chr(228)";
        yield return "decode('zz', 'hex')";
        yield return "repeat('ab', -1)";
    }

    private static IEnumerable<string> Times()
    {
        string[] moments = ["'2024-02-29 13:14:15.678'", "'1999-12-31 23:59:59.999999'", "'0001-01-01 00:00:00'",
            "'2001-01-01 00:00:00'"];
        string[] fields =
        [
            "century", "day", "decade", "dow", "doy", "epoch", "hour", "isodow", "isoyear", "julian", "microseconds",
                "millennium",
            "milliseconds", "minute", "month", "quarter", "second", "week", "year",
        ];
        foreach (string moment in moments)
        {
            foreach (string field in fields) yield return $"extract({field} from timestamp {moment})";
            foreach (string unit in fields.Except(["dow", "doy", "epoch", "isodow", "isoyear", "julian"]))
            {
                yield return $"date_trunc('{unit}', timestamp {moment})";
            }
            yield return $"age(timestamp '2024-03-01', timestamp {moment})";
            yield return $"timestamp {moment} + interval '1 month'";
            yield return $"timestamp {moment} - interval '1 year 2 days 03:04:05'";
            yield return $"to_char(timestamp {moment}, 'YYYY-MM-DD HH24:MI:SS.US Day Mon FMMonth Q WW IW J CC DDD D')";
            yield return $"to_char(timestamp {moment}, 'HH12:MI AM, FMDDth, RM, Y,YYY, IYYY-IW-ID, SSSS, MS')";
            yield return $"timestamp {moment} at time zone 'America/New_York'";
            yield return $"timestamp {moment}::date";
            yield return $"timestamp {moment}::time";
        }
        foreach (string expression in new[]
        {
            "date '2024-01-31' + 30", "date '2024-01-31' - date '2023-01-31'", "date '2024-02-30'",

            "make_date(2024, 2, 29)", "make_date(2023, 2, 29)", "make_time(8, 15, 23.5)",
                "make_interval(years => 1)::text IS NULL",
            "date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01')",
                "justify_days('35 days'::interval)",
            "justify_hours('27 hours'::interval)", "justify_interval('1 mon -1 hour'::interval)",
                "interval '1 day' * 1.5",
            "interval '1 month' / 2", "interval '1 day 12:00' > interval '35:00'", "'1 year 2 mons'::interval",
                "'P1Y2M3DT4H5M6S'::interval",
            "timestamptz '2024-03-10 07:00+00' at time zone 'America/New_York'",
                "timestamp '2024-03-10 02:30' at time zone 'America/New_York'",
            "to_date('2024-060', 'YYYY-DDD')", "to_timestamp(1284352323.5)", "isfinite(date 'infinity')",
                "'infinity'::timestamp",
            "(date '2024-01-01', date '2024-06-01') overlaps (date '2024-05-01', date '2024-07-01')",
                "'24:00:00'::time", "'25:00:00'::time",
            "'now'::timestamp IS NOT NULL", "'epoch'::timestamp", "extract(epoch from interval '1 day 2 hours')",
        })
        {
            yield return expression;
        }
    }

    private static IEnumerable<string> Casts()
    {
        string[] texts =
            ["'1'", "' 42 '", "'-7.5'", "'1e3'", "'abc'", "''", "'true'", "'NaN'", "'2024-01-02'", "'99999999999'"];
        string[] types = ["int2", "int4", "int8", "numeric(10,2)", "float4", "float8", "bool", "date", "timestamp",
            "time", "interval", "uuid"];
        foreach (string text in texts)
        {
            // DECIMAL has no NaN, and an interval of a date's shape is years, months and seconds: docs/sql.md.
            string[] excluded = text == "'NaN'" ? ["numeric(10,2)"] : text == "'2024-01-02'" ? ["interval"] : [];
            foreach (string type in types.Except(excluded)) yield return $"({text}::text)::{type}";
        }
        yield return "1.005::numeric(10,2)";
        yield return "-1.005::numeric(10,2)";
        yield return "12345.678::numeric(5,1)";
        yield return "true::int4";
        yield return "0::bool";
        yield return "2.5::float8::int4";
        yield return "3.5::float8::int4";
        yield return "0.1::float4::float8";
        yield return "1e-7::float8::text";
        yield return "123456789012345678::float8::text";
        yield return "'\\xDEADbeef'::bytea";
        yield return "'{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}'::uuid";
    }

    private static IEnumerable<string> Jsons() =>
    [
        "'{\"a\": {\"b\": [1, 2]}}'::jsonb -> 'a' -> 'b' ->> 1", "'[1, \"x\", null]'::jsonb ->> 1",
            "'[1, \"x\", null]'::jsonb ->> 2",
        "'{\"a\": 1}'::jsonb @> '{\"a\": 1}'::jsonb", "'[1, 2, 3]'::jsonb @> '[3, 1]'::jsonb",
            "'[1]'::jsonb <@ '[1, 2]'::jsonb",
        "'{\"a\": 1}'::jsonb ? 'a'", "jsonb_typeof('[1]'::jsonb)", "jsonb_array_length('[1, 2]'::jsonb)",
            "'[1, 2, 3]'::jsonb -> -1",
        "'{\"a\": [0, {\"b\": 5}]}'::jsonb #>> ARRAY['a', '1', 'b']",
            "json_extract_path_text('{\"a\": {\"b\": 7}}'::json, 'a', 'b')",
        "'{bad'::json", "to_json('a\"b'::text)", "to_json(1.5)", "to_json(true)",
    ];

    private static IEnumerable<string> Patterns()
    {
        string[] texts = ["'foobarbequebaz'", "'the quick brown fox'", "'aaa'", "''"];
        string[] patterns =
            ["'b..'", "'(o+)|(a+)'", "'a*?'", "'\\w+'", "'^.*$'", "'[^aeiou ]{2,}'", "'(b[^b]+)(b[^b]+)'", "'x*'"];
        foreach (string text in texts)
        {
            foreach (string pattern in patterns)
            {
                yield return $"{text} ~ {pattern}";
                yield return $"regexp_replace({text}, {pattern}, '<\\&>')";
                yield return $"regexp_replace({text}, {pattern}, '<\\&>', 'g')";
                yield return $"regexp_count({text}, {pattern})";
                yield return $"regexp_substr({text}, {pattern})";
                yield return $"regexp_instr({text}, {pattern})";
            }
        }
    }
}
