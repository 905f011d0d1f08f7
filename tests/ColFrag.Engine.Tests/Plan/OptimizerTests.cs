using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Rules;

namespace ColFrag.Engine.Tests.Plan;

/// <summary>Every rewritten plan gives the rows of the plan as bound.</summary>
public sealed class OptimizerTests
{
    /// <summary>Queries that together reach every rule; rows are compared without order.</summary>
    public static TheoryData<string> Queries => new(
        "SELECT * FROM customers",
        "SELECT c_id + 1, upper(c_name) FROM customers WHERE c_id > 2 AND c_nation IS NOT NULL",
        "SELECT 1 WHERE 1 = 2",
        "SELECT count(*) FROM customers WHERE NULL",
        "SELECT c_name FROM customers, orders WHERE c_id = o_cust AND o_total > 1",
        "SELECT * FROM customers c JOIN orders o ON c.c_id = o.o_cust JOIN items i ON i.i_order = o.o_id WHERE c_id < 4",
        "SELECT c_name, o_id FROM customers LEFT JOIN orders ON c_id = o_cust AND o_total > 2",
        "SELECT c_name, o_id FROM customers LEFT JOIN orders ON c_id = o_cust WHERE o_total > 2",
        "SELECT c_name, o_id FROM customers LEFT JOIN orders ON c_id = o_cust WHERE o_id IS NULL",
        "SELECT c_name, o_id FROM customers RIGHT JOIN orders ON c_id = o_cust AND c_nation = 1 WHERE o_id > 2",
        "SELECT c_name, o_id FROM customers FULL JOIN orders ON c_id = o_cust",
        "SELECT c_name, o_id FROM customers FULL JOIN orders ON c_id = o_cust WHERE c_id > 1",
        "SELECT c_id FROM customers LEFT JOIN orders ON c_id = o_id",
        "SELECT o_id FROM orders JOIN customers ON o_cust = c_id",
        "SELECT a.c_id, b.c_id FROM customers a, customers b, customers c WHERE a.c_id = b.c_id AND b.c_id = c.c_id AND c.c_id < 3",
        "SELECT a.o_id FROM orders a, orders b WHERE (a.o_id = b.o_cust AND a.o_total > 1) OR (a.o_id = b.o_cust AND b.o_total < 1)",
        "SELECT c_nation, count(*), sum(c_id), min(c_name) FROM customers GROUP BY c_nation HAVING c_nation >= 1",
        "SELECT c_nation, count(*) FROM customers GROUP BY c_nation HAVING count(*) > 1",
        "SELECT c_nation, c_nation + 1, count(c_id) FROM customers GROUP BY c_nation, c_nation + 1",
        "SELECT count(DISTINCT o_cust), sum(DISTINCT o_cust) FROM orders",
        "SELECT c_name, count(DISTINCT c_nation) FROM customers GROUP BY c_name",
        "SELECT sum(o_total * 2), sum(o_total * 2 + 1), avg(o_total * 2) FROM orders",
        "SELECT sum(i_qty), count(i_price), max(i_price) - min(i_price) FROM items WHERE i_price BETWEEN 1 AND 3",
        "SELECT c_nation, c_name, count(*) FROM customers GROUP BY ROLLUP (c_nation, c_name) HAVING c_nation = 1",
        "SELECT c_nation, grouping(c_nation), count(*) FROM customers GROUP BY CUBE (c_nation)",
        "SELECT DISTINCT c_nation FROM customers WHERE c_nation < 2",
        "SELECT c_id FROM customers WHERE c_id IN (SELECT o_cust FROM orders)",
        "SELECT c_id FROM customers WHERE c_id NOT IN (SELECT o_cust FROM orders)",
        "SELECT c_id FROM customers WHERE c_id NOT IN (SELECT o_cust FROM orders WHERE o_cust IS NOT NULL)",
        "SELECT c_id, c_id IN (SELECT o_cust FROM orders), c_nation IN (SELECT i_price FROM items) FROM customers",
        "SELECT c_id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE o_cust = c_id)",
        "SELECT c_id FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE o_cust = c_id AND o_total > 2)",
        "SELECT c_id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE o_cust > c_id) OR c_nation = 1",
        "SELECT c_id, EXISTS (SELECT 1 FROM orders WHERE o_cust = c_id) FROM customers",
        "SELECT c_id FROM customers WHERE c_nation IN (SELECT i_price FROM items WHERE i_qty = c_id)",
        "SELECT c_id FROM customers WHERE c_nation NOT IN (SELECT i_price FROM items WHERE i_qty = c_id)",
        "SELECT c_id, c_nation NOT IN (SELECT i_price FROM items WHERE i_qty <> c_id) FROM customers",
        "SELECT c_id, (SELECT count(*) FROM orders WHERE o_cust = c_id) FROM customers",
        "SELECT c_id, (SELECT sum(o_total) FROM orders WHERE o_cust = c_id) FROM customers",
        "SELECT c_id, (SELECT count(*) + 1 FROM orders WHERE o_cust > c_id) FROM customers",
        "SELECT c_id, (SELECT max(o_total) FROM orders) FROM customers",
        "SELECT c_id FROM customers WHERE c_id > (SELECT avg(o_cust) FROM orders)",
        "SELECT c_id FROM customers WHERE (SELECT count(*) FROM orders WHERE o_cust = c_id) = 0",
        "SELECT o_id FROM orders o WHERE o_total = (SELECT max(o_total) FROM orders p WHERE p.o_cust = o.o_cust)",
        "SELECT o_id FROM orders o WHERE o_total >= ALL (SELECT o_total FROM orders p WHERE p.o_cust = o.o_cust)",
        "SELECT o_id FROM orders o WHERE o_id < ANY (SELECT i_order FROM items WHERE i_qty = 2)",
        "SELECT c_id, (SELECT o_id FROM orders WHERE o_cust = c_id ORDER BY o_id LIMIT 1) FROM customers",
        "SELECT c_id, (SELECT c_name FROM customers b WHERE b.c_id = a.c_id) FROM customers a",
        "SELECT c_id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE o_cust = c_id AND EXISTS (SELECT 1 FROM items WHERE i_order = o_id AND i_price <> c_id))",
        "SELECT c_id, (SELECT count(*) FROM orders WHERE o_cust = c_id AND o_total > (SELECT avg(o_total) FROM orders q WHERE q.o_cust <> c_id)) FROM customers",
        "SELECT c_id, x FROM customers, LATERAL (SELECT o_id AS x FROM orders WHERE o_cust = c_id ORDER BY o_id DESC LIMIT 2) t",
        "SELECT c_id, x FROM customers LEFT JOIN LATERAL (SELECT o_id AS x FROM orders WHERE o_cust = c_id LIMIT 1) t ON true WHERE c_id > 3",
        "SELECT c_id, n FROM customers, LATERAL (SELECT count(*) AS n FROM orders WHERE o_cust = c_id) t",
        "SELECT c_id, y FROM customers, LATERAL (SELECT c_id * 2 AS y) t",
        "SELECT c_id, (SELECT count(*) FROM (SELECT o_cust FROM orders WHERE o_cust = c_id UNION SELECT i_price FROM items WHERE i_qty = c_id) u) FROM customers",
        "SELECT c_id, (SELECT count(*) FROM orders JOIN items ON i_order = o_id WHERE o_cust = c_id AND i_price > c_nation) FROM customers",
        "SELECT c_id, (SELECT count(*) FROM orders LEFT JOIN items ON i_order = o_id AND i_price > c_nation WHERE o_cust = c_id) FROM customers",
        "SELECT c_id, (SELECT count(DISTINCT o_total) FROM orders WHERE o_cust <> c_id) FROM customers",
        "SELECT o_cust, (SELECT count(*) FROM items WHERE i_price = o_cust) FROM orders GROUP BY o_cust",
        "SELECT c_nation, sum((SELECT count(*) FROM orders WHERE o_cust = c_id)) FROM customers GROUP BY c_nation",
        "SELECT (SELECT max(o_total) FROM orders WHERE o_cust = c_id) AS m, count(*) FROM customers GROUP BY m",
        "SELECT c_nation, count(*) FILTER (WHERE EXISTS (SELECT 1 FROM orders WHERE o_cust = c_id)) FROM customers GROUP BY 1",
        "SELECT x FROM (SELECT c_id AS x FROM customers UNION ALL SELECT o_id FROM orders) u WHERE x > 3",
        "SELECT x FROM (SELECT c_id AS x FROM customers UNION SELECT o_cust FROM orders) u WHERE x IS NOT NULL",
        "SELECT c_id FROM customers INTERSECT SELECT o_cust FROM orders",
        "SELECT c_id FROM customers EXCEPT ALL SELECT o_cust FROM orders",
        "WITH t AS (SELECT o_cust AS k, count(*) AS n FROM orders GROUP BY o_cust) SELECT a.k, b.n FROM t a JOIN t b ON a.n = b.n",
        "WITH t AS MATERIALIZED (SELECT o_cust AS k, o_total, o_id FROM orders) SELECT a.k FROM t a, t b WHERE a.k = b.o_id",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r WHERE n > 2",
        "SELECT c_id, row_number() OVER (PARTITION BY c_nation ORDER BY c_id) FROM customers",
        "SELECT * FROM (SELECT c_id, c_nation, count(*) OVER (PARTITION BY c_nation) AS n FROM customers) t WHERE c_nation = 1",
        "SELECT c_id FROM customers WHERE CASE WHEN c_id = 0 THEN false ELSE 6 / c_id > 1 END",
        "SELECT c_id FROM customers WHERE c_id::double < 2.5 AND NOT (c_id = 1 OR c_nation = 2)",
        "SELECT o_id FROM orders WHERE o_date < TIMESTAMP '1970-01-20 12:00:00' AND o_cust IN (1, 1, 2) AND o_total NOT IN (3)",
        "SELECT c_name FROM customers WHERE c_name LIKE 'a%' OR c_name LIKE 'bob' OR c_name LIKE '%'",
        "SELECT c_id FROM customers WHERE (c_nation, c_id) IN (SELECT i_price, i_qty FROM items)",
        "SELECT coalesce(c_name, 'x') || c_id FROM customers c WHERE c_nation IS DISTINCT FROM 1",
        "SELECT n, c_name FROM range(5) t(n) LEFT JOIN customers ON c_id = n",
        "SELECT count(*) FROM customers, orders, items WHERE c_id = o_cust AND i_order = o_id AND i_qty < 3 AND c_nation = i_price",
        "SELECT c_id FROM customers JOIN orders ON c_id = o_cust AND c_id IN (SELECT i_price FROM items)",
        "SELECT c_id, o_id FROM customers, orders, items WHERE c_id = o_cust AND o_cust = i_qty AND c_id = i_qty",
        "SELECT c_id FROM customers, orders, items WHERE c_id = i_qty AND o_cust = i_qty AND o_id = c_id " +
            "AND i_order = o_id",
        "SELECT a.c_id FROM customers a, customers b, orders WHERE a.c_id = b.c_id AND a.c_nation = b.c_nation " +
            "AND b.c_id = o_cust AND a.c_id = o_cust AND a.c_id < b.c_nation + o_id",
        "SELECT count(*) FROM customers, orders, items WHERE c_id = o_cust AND c_nation = o_cust AND i_qty = c_id",
        "SELECT c_id FROM (SELECT c_id, o_id FROM customers, orders WHERE c_id = o_cust) t, items " +
            "WHERE o_id = i_order AND o_id IN (SELECT i_price FROM items)",
        "SELECT sum(c_id) FROM customers WHERE c_id IN (SELECT o_cust FROM orders WHERE o_total > (SELECT min(i_price) FROM items WHERE i_order = o_id))");

    [Theory]
    [MemberData(nameof(Queries))]
    public void An_optimized_plan_gives_the_rows_of_the_bound_one(string sql)
    {
        for (int seed = 0; seed < 6; seed++) Compare(sql, seed, new HashSet<string>());
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void Every_rule_can_be_switched_off(string sql)
    {
        foreach (string rule in Optimizer.RuleNames) Compare(sql, 7, new HashSet<string> { rule });
        Compare(sql, 8, Optimizer.RuleNames.ToHashSet());
    }

    [Theory]
    [InlineData("SELECT c_id, c_name FROM customers ORDER BY c_name DESC, c_id LIMIT 3 OFFSET 1")]
    [InlineData("SELECT c_id * 2 AS d FROM customers ORDER BY c_nation NULLS FIRST, c_id LIMIT 4")]
    [InlineData("SELECT x FROM (SELECT c_id AS x FROM customers UNION ALL SELECT o_id FROM orders) u ORDER BY x LIMIT 5")]
    public void An_order_stays(string sql)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            (List<string> before, List<string> after) = Rows(sql, seed, new HashSet<string>());
            Assert.Equal(before, after);
        }
    }

    [Theory]
    [InlineData("SELECT c_id FROM customers, orders WHERE c_id = o_cust", typeof(CrossJoin))]
    [InlineData("SELECT c_id FROM customers WHERE c_id IN (SELECT o_cust FROM orders)", typeof(CrossJoin))]
    [InlineData("SELECT c_id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE o_cust = c_id)",
        typeof(MaterializedCte))]
    [InlineData("SELECT c_id, (SELECT sum(o_total) FROM orders WHERE o_cust = c_id) FROM customers",
        typeof(MaterializedCte))]
    [InlineData("SELECT c_id FROM customers WHERE c_id > 3", typeof(Filter))]
    [InlineData("SELECT c_id FROM customers ORDER BY c_id LIMIT 2", typeof(Sort))]
    public void A_plan_has_no_step_that_a_rule_makes_needless(string sql, Type step)
    {
        LogicalNode plan = Optimized(SmallCatalog.Shop(0), sql, new HashSet<string>());
        Assert.DoesNotContain(plan.DescendantsAndSelf(), node => node.GetType() == step);
    }

    [Fact]
    public void A_scan_reads_only_columns_that_are_used()
    {
        LogicalNode plan =
            Optimized(SmallCatalog.Shop(0), "SELECT o_id FROM orders WHERE o_total > 1", new HashSet<string>());
        Scan scan = Assert.IsType<Scan>(Assert.Single(plan.DescendantsAndSelf(), node => node is Scan));
        Assert.Equal(["o_id", "o_total"], scan.Columns.Select(c => c.Column.Name));
        Assert.Equal(1, scan.OutputCount);
    }

    private static void Compare(string sql, int seed, IReadOnlySet<string> disabled)
    {
        (List<string> before, List<string> after) = Rows(sql, seed, disabled);
        Assert.Equal(before.Order(StringComparer.Ordinal), after.Order(StringComparer.Ordinal));
    }

    private static (List<string> Before, List<string> After) Rows(string sql, int seed, IReadOnlySet<string> disabled)
    {
        SmallCatalog catalog = SmallCatalog.Shop(seed);
        List<string> before = Run(catalog.Bind(sql).Plan);
        LogicalNode optimized = Optimized(catalog, sql, disabled);
        // Resolution proves that every expression finds its columns.
        ColumnResolution.Resolve(optimized);
        return (before, Run(optimized));
    }

    private static LogicalNode Optimized(SmallCatalog catalog, string sql, IReadOnlySet<string> disabled)
    {
        (LogicalNode plan, PlanColumnFactory columns) = catalog.Bind(sql);
        return Optimizer.Rewrite(plan, new OptimizerContext(columns, SessionInfo.Default) { DisabledRules = disabled });
    }

    private static List<string> Run(LogicalNode plan)
    {
        try
        {
            return [.. new PlanInterpreter().Run(plan).Select(PlanInterpreter.RowText)];
        }
        catch (QueryException e)
        {
            return [$"error {e.SqlState}"];
        }
    }
}
