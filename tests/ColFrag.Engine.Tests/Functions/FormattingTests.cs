using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>Formats: PostgreSQL's templates as its manual and server answer them, strftime and printf as DuckDB
/// does.</summary>
public sealed class FormattingTests
{
    [Theory]
    [InlineData("to_char(-0.1, '99.99')", "  -.10")]
    [InlineData("to_char(-0.1, 'FM9.99')", "-.1")]
    [InlineData("to_char(-0.1, 'FM90.99')", "-0.1")]
    [InlineData("to_char(0.1, '0.9')", " 0.1")]
    [InlineData("to_char(12, '9990999.9')", "    0012.0")]
    [InlineData("to_char(12, 'FM9990999.9')", "0012.")]
    [InlineData("to_char(485, '999')", " 485")]
    [InlineData("to_char(-485, '999')", "-485")]
    [InlineData("to_char(485, '9 9 9')", " 4 8 5")]
    [InlineData("to_char(1485, '9,999')", " 1,485")]
    [InlineData("to_char(148.5, '999.999')", " 148.500")]
    [InlineData("to_char(148.5, 'FM999.999')", "148.5")]
    [InlineData("to_char(148.5, 'FM999.990')", "148.500")]
    [InlineData("to_char(3148.5, '9G999D999')", " 3,148.500")]
    [InlineData("to_char(-485, '999S')", "485-")]
    [InlineData("to_char(-485, '999MI')", "485-")]
    [InlineData("to_char(485, '999MI')", "485 ")]
    [InlineData("to_char(485, 'FM999MI')", "485")]
    [InlineData("to_char(485, 'PL999')", "+485")]
    [InlineData("to_char(485, 'SG999')", "+485")]
    [InlineData("to_char(-485, '999PR')", "<485>")]
    [InlineData("to_char(485, 'RN')", "        CDLXXXV")]
    [InlineData("to_char(485, 'FMRN')", "CDLXXXV")]
    [InlineData("to_char(482, '999th')", " 482nd")]
    [InlineData("to_char(485, '\"Good number:\"999')", "Good number: 485")]
    [InlineData("to_char(12, '99V999')", " 12000")]
    [InlineData("to_char(12.4, '99V999')", " 12400")]
    [InlineData("to_char(0.0004859, '9.99EEEE')", " 4.86e-04")]
    [InlineData("to_char(12345, '999')", " ###")]
    [InlineData(
        "to_char(TIMESTAMP '2009-12-31 23:59:58.123456', 'YYYY-MM-DD HH24:MI:SS.US')", "2009-12-31 23:59:58.123456")]
    [InlineData("to_char(DATE '2009-02-03', 'Day, DDth FMMonth YY')", "Tuesday  , 03rd February 09")]
    [InlineData("to_char(TIMESTAMP '2009-02-03 13:04:05', 'HH:MI am, Q, IW, J')", "01:04 pm, 1, 06, 2454866")]
    [InlineData("to_char(INTERVAL '15h 2m 12s', 'HH24:MI:SS')", "15:02:12")]
    [InlineData("to_date('05 Dec 2000', 'DD Mon YYYY')", "2000-12-05")]
    [InlineData("to_date('20000431', 'YYYYDDD') IS NULL", "false")]
    [InlineData("to_date('2000-366', 'YYYY-DDD')", "2000-12-31")]
    [InlineData("to_timestamp('2011-12-18 11:38 PM', 'YYYY-MM-DD HH12:MI AM')", "2011-12-18 23:38:00+00")]
    [InlineData("to_number('12,454.8-', '99G999D9S')", "-12454.8")]
    [InlineData("format('%1$s %s %-5s|%5s|', 'a', 'b', 'c', 'd')", "a b c    |    d|")]
    [InlineData("format('%L %I %%', 'it''s', 'a b')", "'it''s' \"a b\" %")]
    public void Templates_follow_PostgreSQL(string expression, string answer)
    {
        using SqlSession session = new();
        Assert.Equal(answer, session.Text($"SELECT {expression}"));
    }

    [Theory]
    [InlineData("to_date('2001-02-30', 'YYYY-MM-DD')", SqlStates.DatetimeOverflow)]
    [InlineData("to_date('x', 'YYYY')", SqlStates.InvalidDatetimeFormat)]
    [InlineData("to_number('x', '99')", SqlStates.InvalidTextRepresentation)]
    [InlineData("strptime('x', '%Y')", SqlStates.InvalidDatetimeFormat)]
    [InlineData("strftime(DATE '2000-01-01', '%!')", SqlStates.InvalidParameterValue)]
    [InlineData("format('%s %s', 'a')", SqlStates.InvalidParameterValue)]
    [InlineData("printf('%d', 'x')", SqlStates.InvalidParameterValue)]
    public void What_does_not_fit_is_told(string expression, string state)
    {
        using SqlSession session = new();
        Assert.Equal(state, Assert.Throws<QueryException>(() => session.Text($"SELECT {expression}")).SqlState);
    }

    [JudgedFact(Judge.DuckDb)]
    public void Strftime_and_printf_equal_DuckDBs()
    {
        using AnswerComparison comparison = new();
        string[] formats =
        [
            "%Y-%m-%d %H:%M:%S.%f", "%a %A %b %B %w %u %j %U %W %V %G", "%I:%M %p", "%y %-d %-m %-H", "%x %X %c",
                "%g %%",
        ];
        foreach (string format in formats)
        {
            string moment = "TIMESTAMP '1999-01-03 00:05:09.123456' + to_days(n::int * 97) + to_minutes(n * 61)";
            comparison.Compare($"SELECT strftime({moment}, '{format}') FROM range(200) r(n) ORDER BY n");
        }
        foreach (string expression in new[]
        {
            "strptime('2001-02-03 04:05:06', '%Y-%m-%d %H:%M:%S')",
                "strptime('3/Feb/01 4:05 PM', '%-d/%b/%y %I:%M %p')",
            "strptime('2001 034', '%Y %j')", "printf('%05d|%-6s|%.3f', 42, 'ab', 3.14159::double)",
                "printf('%x %o %e', 255, 8, 12.5::double)",
            "try_strptime('2001-13-01', '%Y-%m-%d')", "jaro_winkler_similarity('duckdb', 'duckling')",
                "jaro_similarity('abc', 'acb')",
            "jaccard('duck', 'luck')", "damerau_levenshtein('duckdb', 'udckbd')",
        })
        {
            comparison.Compare($"SELECT ({expression})::varchar");
        }
        comparison.Check();
    }
}
