using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

/// <summary>
/// PostgreSQL's manual, section 4.1.6, as examples. (Eight thousand random expressions were also compared with what
/// PostgreSQL 15 makes of them; none differed.)
/// </summary>
public sealed class PrecedenceTests
{
    [Theory]
    [InlineData("a OR b AND c", "a OR (b AND c)")]
    [InlineData("NOT a AND b", "(NOT a) AND b")]
    [InlineData("NOT a = b", "NOT (a = b)")]
    [InlineData("NOT a IS NULL", "NOT (a IS NULL)")]
    [InlineData("NOT NOT a OR b", "(NOT (NOT a)) OR b")]
    [InlineData("a = NOT b AND c", "(a = (NOT b)) AND c")]
    [InlineData("a IS NULL = b", "(a IS NULL) = b")]
    [InlineData("a = b IS NULL", "(a = b) IS NULL")]
    [InlineData("a < b IS NOT TRUE", "(a < b) IS NOT TRUE")]
    [InlineData("a IS DISTINCT FROM b = c", "a IS DISTINCT FROM (b = c)")]
    [InlineData("a = b LIKE c", "a = (b LIKE c)")]
    [InlineData("a LIKE b = c", "(a LIKE b) = c")]
    [InlineData("a LIKE b || c", "a LIKE (b || c)")]
    [InlineData("a LIKE b ESCAPE c || d", "a LIKE b ESCAPE (c || d)")]
    [InlineData("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d")]
    [InlineData("a BETWEEN b + 1 AND c * 2 OR d", "(a BETWEEN (b + 1) AND (c * 2)) OR d")]
    [InlineData("a BETWEEN b = c AND d", "a BETWEEN (b = c) AND d")]
    [InlineData("a = b IN (1)", "a = (b IN (1))")]
    [InlineData("a || b IN (1)", "(a || b) IN (1)")]
    [InlineData("NOT a IN (1)", "NOT (a IN (1))")]
    [InlineData("a || b + c", "a || (b + c)")]
    [InlineData("a + b || c", "(a + b) || c")]
    [InlineData("a || b = c", "(a || b) = c")]
    [InlineData("a || b || c", "(a || b) || c")]
    [InlineData("a & b | c # d", "((a & b) | c) # d")]
    [InlineData("a << 1 + 2", "a << (1 + 2)")]
    [InlineData("a -> 'b' = 'c'", "(a -> 'b') = 'c'")]
    [InlineData("a -> 'b' ->> 'c' LIKE d", "((a -> 'b') ->> 'c') LIKE d")]
    [InlineData("a @> b AND c", "(a @> b) AND c")]
    [InlineData("a - b - c", "(a - b) - c")]
    [InlineData("a + b * c", "a + (b * c)")]
    [InlineData("a * b / c % d", "((a * b) / c) % d")]
    [InlineData("a // b * c", "(a // b) * c")]
    [InlineData("a * b ^ c", "a * (b ^ c)")]
    [InlineData("a ^ b ^ c", "(a ^ b) ^ c")]
    [InlineData("a ** b ^ c", "(a ** b) ^ c")]
    [InlineData("-a ^ b", "(-a) ^ b")]
    [InlineData("-2 ^ 2", "(-2) ^ 2")]
    [InlineData("-a * b", "(-a) * b")]
    [InlineData("-a::int", "-(a::int)")]
    [InlineData("-a[1]", "-(a[1])")]
    [InlineData("-1::int", "-(CAST(1 AS int))")]
    [InlineData("~a + b", "~(a + b)")]
    [InlineData("~a || b", "(~a) || b")]
    [InlineData("@ a = b", "(@ a) = b")]
    [InlineData("a ^ b::int", "a ^ (b::int)")]
    [InlineData("a ^ b AT TIME ZONE c", "a ^ (b AT TIME ZONE c)")]
    [InlineData("a AT TIME ZONE b AT TIME ZONE c", "(a AT TIME ZONE b) AT TIME ZONE c")]
    [InlineData("-a AT TIME ZONE b", "(-a) AT TIME ZONE b")]
    [InlineData("a + b AT TIME ZONE c", "a + (b AT TIME ZONE c)")]
    [InlineData("a || b COLLATE \"C\"", "a || (b COLLATE \"C\")")]
    [InlineData("a COLLATE \"C\" AT TIME ZONE b", "(a COLLATE \"C\") AT TIME ZONE b")]
    [InlineData("-a COLLATE \"C\"", "(-a) COLLATE \"C\"")]
    [InlineData("a::int::text", "(a::int)::text")]
    [InlineData("a + b::int", "a + (b::int)")]
    [InlineData("a OPERATOR(pg_catalog.*) b + c", "a OPERATOR(pg_catalog.*) (b + c)")]
    [InlineData("a = ANY (b) AND c", "(a = ANY (b)) AND c")]
    [InlineData("a + b = ANY (c)", "(a + b) = ANY (c)")]
    [InlineData("a NOTNULL AND b ISNULL", "(a NOTNULL) AND (b ISNULL)")]
    [InlineData("f(x -> x > 1 AND x < 2)", "f(((x -> x) > 1) AND (x < 2))")]
    public void Operators_bind_as_in_PostgreSQL(string plain, string enclosed) =>
        Assert.Equal(Parser.ParseExpression(enclosed), Parser.ParseExpression(plain));

    [Fact]
    public void A_chain_of_one_logical_operator_is_one_node()
    {
        LogicalSyntax flat = Assert.IsType<LogicalSyntax>(Parser.ParseExpression("a AND (b AND c) AND d AND (e OR f)"));
        Assert.Equal(5, flat.Operands.Count);
        Assert.Equal(LogicalOperator.Or, Assert.IsType<LogicalSyntax>(flat.Operands[4]).Operator);
    }

    [Theory]
    [InlineData("a < b < c", 6)]
    [InlineData("a = b <> c", 6)]
    [InlineData("a LIKE b LIKE c", 9)]
    [InlineData("a BETWEEN 1 AND 2 BETWEEN 3 AND 4", 18)]
    [InlineData("a IS DISTINCT FROM b IS NULL", 21)]
    [InlineData("a IN b IN c", 7)]
    public void Operators_without_associativity_do_not_chain(string sql, int position)
    {
        Errors.QueryException error = Assert.Throws<Errors.QueryException>(() => Parser.ParseExpression(sql));
        Assert.Equal(Errors.SqlStates.SyntaxError, error.SqlState);
        Assert.Equal(position, error.Position);
    }

    [Fact]
    public void An_arrow_is_a_lambda_only_in_functions_over_lists()
    {
        CallSyntax list = Assert.IsType<CallSyntax>(Parser.ParseExpression("list_filter(x -> 'a', x -> x > 1)"));
        Assert.IsType<BinarySyntax>(list.Arguments[0].Value);
        LambdaSyntax lambda = Assert.IsType<LambdaSyntax>(list.Arguments[1].Value);
        Assert.Equal(Parser.ParseExpression("x > 1"), lambda.Body);
        CallSyntax other = Assert.IsType<CallSyntax>(Parser.ParseExpression("coalesce(1, x -> 'a' = 'b')"));
        Assert.Equal(Parser.ParseExpression("(x -> 'a') = 'b'"), other.Arguments[1].Value);
    }

    [Theory]
    [InlineData("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", "SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)")]
    [InlineData("SELECT 1 EXCEPT SELECT 2 UNION SELECT 3", "(SELECT 1 EXCEPT SELECT 2) UNION SELECT 3")]
    [InlineData("SELECT 1 INTERSECT SELECT 2 EXCEPT SELECT 3", "(SELECT 1 INTERSECT SELECT 2) EXCEPT SELECT 3")]
    [InlineData("SELECT 1 UNION SELECT 2 ORDER BY 1", "(SELECT 1 UNION SELECT 2) ORDER BY 1")]
    [InlineData(
        "SELECT * FROM a JOIN b JOIN c ON y ON x", "SELECT * FROM a JOIN (b JOIN c ON y) ON x")]
    [InlineData(
        "SELECT * FROM a CROSS JOIN b LEFT JOIN c ON x", "SELECT * FROM (a CROSS JOIN b) LEFT JOIN c ON x")]
    public void Queries_group_as_in_PostgreSQL(string plain, string enclosed)
    {
        Assert.Equal(Parser.ParseQuery(enclosed), Parser.ParseQuery(plain));
    }
}
