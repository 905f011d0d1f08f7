using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

public sealed class LimitTests
{
    private const int Huge = 6_000;

    /// <summary>
    /// Every way to nest: what opens a level, what stands inside the innermost one, what closes a level.
    /// </summary>
    public static TheoryData<string, string, string> Nestings => new()
    {
        { "SELECT ", "(", ")" }, { "SELECT ", "- ", "" }, { "SELECT ", "~ ", "" }, { "SELECT ", "NOT ", "" },
        { "SELECT ", "f(", ")" }, { "SELECT ", "(SELECT ", ")" }, { "SELECT ", "[", "]" },
        { "SELECT ", "{'a': ", "}" }, { "SELECT ", "MAP {1: ", "}" }, { "SELECT ", "a[", "]" },
        { "SELECT ", "CASE WHEN ", " THEN 1 END" }, { "SELECT ", "CAST(", " AS int)" }, { "SELECT ", "ROW(", ")" },
        { "SELECT ", "ARRAY[", "]" }, { "SELECT ", "EXISTS (SELECT ", ")" }, { "SELECT ", "x IN (", ")" },
        { "SELECT ", "x = ANY (", ")" }, { "SELECT ", "1 + (", ")" }, { "SELECT ", "x BETWEEN (", ") AND 1" },
        { "SELECT ", "list_filter(l, x -> ", ")" }, { "SELECT ", "f(lambda x: ", ")" },
        { "SELECT ", "trim(", ")" }, { "SELECT ", "extract(year FROM ", ")" }, { "SELECT ", "substring(", ")" },
        { "SELECT ", "COLUMNS(", ")" }, { "SELECT ", "INTERVAL (", ") DAY" }, { "SELECT ", "[x FOR x IN ", "]" },
        { "SELECT ", "sum(a) OVER (PARTITION BY ", ")" }, { "SELECT ", "sum(a) FILTER (WHERE ", ")" },
        { "SELECT ", "sum(a ORDER BY ", ")" }, { "SELECT * FROM ", "(SELECT * FROM ", ") x" },
        { "SELECT * FROM ", "(", ")" },
        { "SELECT * FROM ", "(a CROSS JOIN ", ")" }, { "SELECT * FROM ", "a JOIN ", " ON true" },
        { "SELECT * FROM ", "LATERAL (SELECT * FROM ", ") x" },
        { "SELECT 1 GROUP BY ", "GROUPING SETS (", ")" }, { "SELECT NULL::", "struct(a ", ")" },
        { "SELECT NULL::", "map(int, ", ")" }, { "", "WITH a AS (", ") SELECT 1" }, { "", "(", ")" },
        { "", "EXPLAIN ", "" }, { "", "PREPARE p AS ", "" }, { "SELECT 1 UNION ", "(SELECT 1 UNION ", ")" },
        { "COPY t FROM 'x' WITH (a ", "(", ")" }, { "CREATE TABLE t (a ", "struct(a ", ")" },
        { "CREATE MACRO m() AS ", "(", ")" }, { "FROM ", "(FROM ", ") x" }, { "", "DESCRIBE (", ")" },
        { "PIVOT t ON a IN (", "(", ")" }, { "SELECT 1 LIMIT ", "(", ")" },
    };

    [Theory]
    [MemberData(nameof(Nestings))]
    public void Text_that_nests_without_end_is_refused(string start, string open, string close)
    {
        foreach (string inner in new[] { "1", "SELECT 1", "t", "int", "" })
        {
            string sql = new StringBuilder(start).Insert(start.Length, open, Huge).Append(inner)
                .Insert(start.Length + (open.Length * Huge) + inner.Length, close, Huge).ToString();
            QueryException error = Assert.Throws<QueryException>(() => Parser.ParseStatements(sql));
            Assert.Contains(error.SqlState, new[] { SqlStates.StatementTooComplex, SqlStates.SyntaxError });
        }
    }

    [Theory]
    [MemberData(nameof(Nestings))]
    public void The_depth_is_what_stops_it(string start, string open, string close)
    {
        string[] states = [.. new[] { "1", "SELECT 1", "t", "int", "(), a" }.Select(inner => Code(60)(inner))];
        Assert.Contains("", states);
        Assert.Contains(
            SqlStates.StatementTooComplex, new[] { "1", "SELECT 1", "t", "int", "(), a" }.Select(Code(300)));

        Func<string, string> Code(int depth) => inner =>
        {
            StringBuilder sql = new(start);
            for (int i = 0; i < depth; i++) sql.Append(open);
            sql.Append(inner);
            for (int i = 0; i < depth; i++) sql.Append(close);
            if (start.Contains("IN (", StringComparison.Ordinal) || start.Contains("WITH (a", StringComparison.Ordinal)
                || start.Contains("TABLE t (a", StringComparison.Ordinal)) sql.Append(')');
            try
            {
                Parser.ParseStatements(sql.ToString());
                return "";
            }
            catch (QueryException error)
            {
                return error.SqlState;
            }
        };
    }

    [Fact]
    public void A_small_stack_gives_an_error_and_never_an_overflow()
    {
        Exception? failure = null;
        string sql = "SELECT " + new string('(', 240) + "1" + new string(')', 240);
        Thread thread = new(() => failure = Record.Exception(() => Parser.ParseStatements(sql)), 192 * 1024);
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            Assert.Equal(SqlStates.StatementTooComplex, Assert.IsType<QueryException>(failure).SqlState);
        }
    }

    [Theory]
    [InlineData("1", " + 1", "")]
    [InlineData("a", " || a", "")]
    [InlineData("a", "::int", "")]
    [InlineData("a", "[1]", "")]
    [InlineData("(a)", ".b", "")]
    [InlineData("a", " AT TIME ZONE b", "")]
    [InlineData("a", " COLLATE c", "")]
    [InlineData("a", " IS NULL", "")]
    [InlineData("a::int", "[]", "")]
    [InlineData("1", " UNION ALL SELECT 1", "")]
    [InlineData("1 FROM t", " CROSS JOIN t", "")]
    [InlineData("1 FROM t", " PIVOT (sum(x) FOR y) AS p", "")]
    [InlineData("1 FROM t ", "JOIN t ON a ", "")]
    public void Chains_may_be_as_tall_as_the_limit_on_trees(string first, string link, string end)
    {
        SyntaxNode tree = Parser.ParseStatement(Chain(900));
        Assert.Equal(tree, Parser.ParseStatement(SqlWriter.Write(tree)));
        QueryException error = Assert.Throws<QueryException>(() => Parser.ParseStatement(Chain(Huge)));
        Assert.Equal(SqlStates.StatementTooComplex, error.SqlState);

        string Chain(int links) => "SELECT " + first + string.Concat(Enumerable.Repeat(link, links)) + end;
    }

    [Theory]
    [InlineData("SELECT a", " AND a", "")]
    [InlineData("SELECT a", " OR a = 1", "")]
    [InlineData("SELECT a IN (1", ", 2", ")")]
    [InlineData("SELECT [1", ", 2", "]")]
    [InlineData("SELECT 1", ", 2", "")]
    [InlineData("SELECT 1 FROM t", ", t", "")]
    [InlineData("VALUES (1, 'a')", ", (2, 'b')", "")]
    [InlineData("SELECT CASE", " WHEN a THEN 1", " END")]
    [InlineData("SELECT 1", "; SELECT 1", "")]
    [InlineData("SELECT 1", ";", "")]
    [InlineData("CREATE TABLE t (a int", ", a int", ")")]
    [InlineData("SELECT 'a'", "\n'a'", "")]
    [InlineData("SELECT 1", " /* a */ -- b\n", "")]
    public void Lists_may_be_long(string first, string link, string end)
    {
        string sql = first + string.Concat(Enumerable.Repeat(link, Huge)) + end;
        Assert.NotEmpty(Parser.ParseStatements(sql));
    }

    [Fact]
    public void An_insert_of_a_hundred_thousand_rows_parses()
    {
        StringBuilder sql = new("INSERT INTO t (a, b, c) VALUES ");
        for (int i = 0; i < 100_000; i++) sql.Append(i == 0 ? "" : ", ").Append($"({i}, 'name {i}', -{i}.5)");
        ParserOptions options = new() { MaximumTextLength = sql.Length };
        InsertStatement insert = Assert.IsType<InsertStatement>(Parser.ParseStatement(sql.ToString(), options));
        ValuesQuery values = Assert.IsType<ValuesQuery>(insert.Source);
        Assert.Equal(100_000, values.Rows.Count);
        Assert.Equal(
            [new IntegerLiteral(99_999), new StringLiteral("name 99999"), new NumericLiteral("-99999.5")],
            values.Rows[^1].Values);
    }

    [Fact]
    public void Text_beyond_the_limit_is_refused()
    {
        string sql = "SELECT '" + new string('x', 100) + "'";
        Assert.NotNull(Parser.ParseStatement(sql, new ParserOptions { MaximumTextLength = sql.Length }));
        QueryException error = Assert.Throws<QueryException>(
            () => Parser.ParseStatement(sql, new ParserOptions { MaximumTextLength = sql.Length - 1 }));
        Assert.Equal(SqlStates.ProgramLimitExceeded, error.SqlState);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("a", 128, true)]
    [InlineData("a", 129, false)]
    [InlineData("é", 64, true)]
    [InlineData("é", 65, false)]
    [InlineData("漢", 42, true)]
    [InlineData("漢", 43, false)]
    public void Names_have_at_most_128_bytes(string letter, int count, bool isAllowed)
    {
        string name = string.Concat(Enumerable.Repeat(letter, count));
        foreach (string sql in new[] { name, $"\"{name}\"", $"t.{name}", $"${name}", $"1 AS {name}" })
        {
            Exception? error = Record.Exception(() => Parser.ParseStatement("SELECT " + sql));
            if (isAllowed) Assert.Null(error);
            else Assert.Equal(SqlStates.NameTooLong, Assert.IsType<QueryException>(error).SqlState);
        }
    }

    [Fact]
    public void A_hexadecimal_number_of_any_length_takes_no_quadratic_time()
    {
        QueryException error = Assert.Throws<QueryException>(
            () => Parser.ParseStatement("SELECT 0x" + new string('f', 500_000)));
        Assert.Equal(SqlStates.NumericOutOfRange, error.SqlState);
    }
}
