using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

/// <summary>What a wrong text is answered; <c>^</c> marks the place the error points at.</summary>
public sealed class SyntaxErrorTests
{
    [Theory]
    [InlineData("SELECT * ^FORM t", "FORM", "FROM")]
    [InlineData("^SELCT 1", "SELCT", "SELECT")]
    [InlineData("SELECT a FORM ^t", "t", "FROM")]
    [InlineData("SELECT a FROM t WHER ^x = 1", "x", "WHERE")]
    [InlineData("SELECT a FROM t GROPU ^BY a", "BY", "GROUP")]
    [InlineData("SELECT a FROM t GROUP ^BU a", "BU", "BY")]
    [InlineData("SELECT a FROM t ORDER ^YB a", "YB", "BY")]
    [InlineData("SELECT a FROM t LIMT ^5", "5", "LIMIT")]
    [InlineData("SELECT a FROM t HAVNG ^a", "a", "HAVING")]
    [InlineData("SELECT a FROM t JION ^u ON a", "u", "JOIN")]
    [InlineData("SELECT a FROM t LEFT ^JION u ON a", "JION", "JOIN")]
    [InlineData("SELECT a FROM t WHERE b ^LIK 'x'", "LIK", "LIKE")]
    [InlineData("SELECT 1 UNOIN ^SELECT 2", "SELECT", "UNION")]
    [InlineData("SELECT CASE WHEN a ^THN 1 END", "THN", "THEN")]
    [InlineData("SELECT CASE WHEN a THEN 1 ^ESLE 2 END", "ESLE", "ELSE")]
    [InlineData("SELECT a BETWEEN 1 ^ADN 2", "ADN", "AND")]
    [InlineData("SELECT a IS ^NUL", "NUL", "NULL")]
    [InlineData("SELECT CAST(a ^AZ int)", "AZ", "AS")]
    [InlineData("SELECT count(*) OVR ^(ORDER BY a)", "(", "OVER")]
    [InlineData("SELECT count(*) OVER (PARTITON ^BY a)", "BY", "PARTITION")]
    [InlineData("INSERT ^INT t VALUES (1)", "INT", "INTO")]
    [InlineData("INSERT INTO t ^VALEUS (1)", "VALEUS", "VALUES")]
    [InlineData("UPDATE t SE ^a = 1", "a", "SET")]
    [InlineData("DELETE ^FORM t", "FORM", "FROM")]
    [InlineData("MERGE INTO t USNG ^s ON true WHEN MATCHED THEN DELETE", "s", "USING")]
    [InlineData("CREATE ^TALBE t (a int)", "TALBE", "TABLE")]
    [InlineData("CREATE TABLE t (a int NOT ^NUL)", "NUL", "NULL")]
    [InlineData("CREATE TABLE t (a int ^PRIMRY KEY)", "PRIMRY", "PRIMARY")]
    [InlineData("DROP ^TABEL t", "TABEL", "TABLE")]
    [InlineData("ALTER TABLE t ^AD COLUMN a int", "AD", "ADD")]
    [InlineData("BEGIN ^TRANSACTON", "TRANSACTON", "TRANSACTION")]
    [InlineData("EXPLAIN ^ANALYSZE SELECT 1", "ANALYSZE", "ANALYZE")]
    [InlineData("COPY t ^FORM 'x'", "FORM", "FROM")]
    [InlineData("SELECT 1; ^SELCT 2", "SELCT", "SELECT")]
    public void A_misspelled_keyword_is_suggested(string marked, string near, string keyword)
    {
        QueryException error = Fail(marked, out int position);
        Assert.Equal(SqlStates.SyntaxError, error.SqlState);
        Assert.Equal($"syntax error at or near \"{near}\"", error.Message);
        Assert.Equal(position, error.Position);
        Assert.StartsWith($"Did you mean {keyword} instead of ", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT a b ^c", "c")]
    [InlineData("SELECT a,^, b", ",")]
    [InlineData("SELECT FROM t ^)", ")")]
    [InlineData("SELECT (1, 2^]", "]")]
    [InlineData("SELECT * ^x FROM t", "x")]
    [InlineData("SELECT a FROM t WHERE ^GROUP BY a", "GROUP")]
    [InlineData("SELECT f(a ^b)", "b")]
    [InlineData("SELECT a[1 ^2]", "2")]
    [InlineData("SELECT {'a' ^1}", "1")]
    [InlineData("SELECT 1 FROM t JOIN u^;", ";")]
    [InlineData("INSERT INTO t (a, ^1) VALUES (1)", "1")]
    [InlineData("CREATE TABLE t (a int, b ^,)", ",")]
    [InlineData("CREATE TABLE ^(a int)", "(")]
    [InlineData("ALTER TABLE t ^FLY", "FLY")]
    [InlineData("FETCH ^WHERE c", "WHERE")]
    [InlineData("SET x ^1", "1")]
    public void An_error_points_at_the_first_token_that_does_not_fit(string marked, string near)
    {
        QueryException error = Fail(marked, out int position);
        Assert.Equal(SqlStates.SyntaxError, error.SqlState);
        Assert.Equal(position, error.Position);
        Assert.Equal($"syntax error at or near \"{near}\"", error.Message);
    }

    [Theory]
    [InlineData("SELECT (1 + 2^")]
    [InlineData("SELECT 1 +^")]
    [InlineData("SELECT * FROM^")]
    [InlineData("INSERT INTO t^")]
    [InlineData("INSERT INTO t DEFAULT^")]
    [InlineData("CREATE TABLE t^")]
    [InlineData("UPDATE t SET a =^")]
    [InlineData("SELECT CASE WHEN 1 THEN 2^")]
    [InlineData("WITH a AS (SELECT 1)^")]
    [InlineData("GRANT SELECT ON t^")]
    public void A_text_that_stops_short_fails_at_its_end(string marked)
    {
        QueryException error = Fail(marked, out int position);
        Assert.Equal("syntax error at end of input", error.Message);
        Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("SELECT ^'abc", "unterminated quoted string at or near \"'abc\"")]
    [InlineData("SELECT ^E'abc\\'", "unterminated quoted string at or near \"E'abc\\'\"")]
    [InlineData("SELECT ^\"abc", "unterminated quoted identifier at or near \"\"abc\"")]
    [InlineData("SELECT ^U&\"abc", "unterminated quoted identifier at or near \"U&\"abc\"")]
    [InlineData("SELECT 1 ^/* a /* b */", "unterminated /* comment at or near \"/* a /* b */\"")]
    [InlineData("SELECT ^$a$ x $b$", "unterminated dollar-quoted string at or near \"$a$ x $b$\"")]
    [InlineData("SELECT ^B'01", "unterminated bit string literal at or near \"B'01\"")]
    [InlineData("SELECT ^X'01", "unterminated hexadecimal string literal at or near \"X'01\"")]
    [InlineData("SELECT ^\"\"", "zero-length delimited identifier at or near \"\"\"\"")]
    [InlineData("SELECT ^1a", "trailing junk after numeric literal at or near \"1a\"")]
    [InlineData("SELECT ^1.5e", "trailing junk after numeric literal at or near \"1.5e\"")]
    [InlineData("SELECT ^1__0", "trailing junk after numeric literal at or near \"1__0\"")]
    [InlineData("SELECT ^0x", "invalid integer prefix at or near \"0x\"")]
    [InlineData("SELECT ^$1a", "trailing junk after parameter at or near \"$1a\"")]
    [InlineData("SELECT a FROM t ^LIMIT 1, 2", "LIMIT #,# syntax is not supported")]
    [InlineData("(SELECT 1 ORDER BY 1) ^ORDER BY 1", "multiple ORDER BY clauses not allowed")]
    [InlineData("(SELECT 1 LIMIT 1) ^LIMIT 1", "multiple LIMIT clauses not allowed")]
    [InlineData("WITH a AS (SELECT 1) (^WITH b AS (SELECT 2) SELECT 3)", "multiple WITH clauses not allowed")]
    [InlineData("SELECT * FROM (SELECT 1 ^INTO t) x", "SELECT ... INTO is not allowed here")]
    [InlineData("CREATE OR REPLACE TABLE ^IF NOT EXISTS t (a int)", "OR REPLACE and IF NOT EXISTS exclude each other")]
    [InlineData("SELECT ^$0", "there is no parameter $0")]
    [InlineData("SELECT ^U&'\\D83D'", "invalid Unicode surrogate pair")]
    [InlineData("SELECT 'a' ^OVERLAPS 'b'", "OVERLAPS needs two values in parentheses on both sides")]
    [InlineData("CREATE FUNCTION ^f() RETURNS int", "no function body specified")]
    [InlineData("CREATE TABLE t (a int) DISTRIBUTED BY (a) ^DISTRIBUTED BY (a)", "the distribution is given twice")]
    public void Errors_with_a_text_of_their_own(string marked, string message)
    {
        QueryException error = Fail(marked, out int position);
        Assert.Equal(message, error.Message);
        Assert.Equal(position, error.Position);
        Assert.Equal(SqlStates.SyntaxError, error.SqlState);
    }

    [Theory]
    [InlineData("SELECT ^E'\\u12'", SqlStates.InvalidEscapeSequence)]
    [InlineData("SELECT ^U&'\\00'", SqlStates.InvalidEscapeSequence)]
    [InlineData("SELECT ^E'\\0'", SqlStates.CharacterNotInRepertoire)]
    [InlineData("SELECT ^B'012'", SqlStates.InvalidTextRepresentation)]
    [InlineData("SELECT ^X'1G'", SqlStates.InvalidTextRepresentation)]
    [InlineData("CREATE SEQUENCE s START ^99999999999999999999", SqlStates.NumericOutOfRange)]
    [InlineData("SELECT a::varchar[^99999999999]", SqlStates.NumericOutOfRange)]
    [InlineData("SELECT a OPERATOR(^x.+) b", SqlStates.InvalidSchemaName)]
    [InlineData("SELECT a ORDER BY a USING ^~", SqlStates.WrongObjectType)]
    [InlineData("SELECT sum(a) OVER (ROWS ^UNBOUNDED FOLLOWING)", SqlStates.WindowingError)]
    [InlineData("SELECT sum(a) OVER (ROWS BETWEEN ^1 FOLLOWING AND CURRENT ROW)", SqlStates.WindowingError)]
    [InlineData("^ATTACH 'x.db'", SqlStates.FeatureNotSupported)]
    [InlineData("CREATE TABLE t (a int) ^PARTITION BY RANGE (a)", SqlStates.FeatureNotSupported)]
    [InlineData("DELETE FROM t WHERE ^CURRENT OF c", SqlStates.FeatureNotSupported)]
    [InlineData("PREPARE ^TRANSACTION 'x'", SqlStates.FeatureNotSupported)]
    public void Errors_have_the_code_that_clients_switch_on(string marked, string code)
    {
        QueryException error = Fail(marked, out int position);
        Assert.Equal(code, error.SqlState);
        if (!marked.Contains("E'\\", StringComparison.Ordinal)) Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("SELECT a, FROM FROM t", "FROM is a keyword; write \"from\" to use it as a name.")]
    [InlineData("CREATE TABLE order (a int)", "ORDER is a keyword; write \"order\" to use it as a name.")]
    [InlineData("SELECT `a`", "Quote names with double quotes: \"name\".")]
    [InlineData("SELECT a < b < c", "Comparisons do not chain; join them with AND, or use parentheses.")]
    [InlineData("SELECT f(SELECT 1)", "Put the subquery in parentheses.")]
    [InlineData("SELECT a IN SELECT 1", "Put the subquery in parentheses.")]
    [InlineData("SELECT a LIMIT 1, 2", "Use separate LIMIT and OFFSET clauses.")]
    public void Advice_says_what_to_do(string sql, string hint) =>
        Assert.Equal(hint, Assert.Throws<QueryException>(() => Parser.ParseStatements(sql)).Hint);

    [Theory]
    [InlineData("SELECT f^(a) FROM t", "f")]
    [InlineData("SELECT a ^+ b", "+")]
    [InlineData("SELECT a ^IS NULL", "IS")]
    [InlineData("SELECT a ^NOT BETWEEN 1 AND 2", "NOT")]
    [InlineData("SELECT a^::int", "::")]
    [InlineData("SELECT ^CAST(a AS int)", "CAST")]
    public void Expressions_point_at_what_errors_are_about(string marked, string what)
    {
        int position = marked.IndexOf('^', StringComparison.Ordinal);
        SelectQuery query = Assert.IsType<SelectQuery>(
            Parser.ParseQuery(marked.Remove(position, 1)));
        int expected = what == "f" ? position - 1 : position;
        Assert.Equal(expected, query.Items[0].Expression.Position);
    }

    private static QueryException Fail(string marked, out int position)
    {
        position = marked.IndexOf('^', StringComparison.Ordinal);
        string sql = marked.Remove(position, 1);
        return Assert.Throws<QueryException>(() => Parser.ParseStatements(sql));
    }
}
