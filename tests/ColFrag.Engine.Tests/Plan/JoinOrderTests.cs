using ColFrag.Engine.Filters;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Rules;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Plan;

/// <summary>Joins go in the order that statistics say is cheap, and estimates are near what they say.</summary>
public sealed class JoinOrderTests
{
    [Fact]
    public void A_filtered_small_table_is_joined_before_a_large_one_is_multiplied()
    {
        // As written, lines meet orders first; the one nation leaves few suppliers, which must come before.
        LogicalNode plan = Optimize(
            "SELECT count(*) FROM lines, orders, suppliers, nations WHERE l_order = o_id AND l_supplier = s_id " +
            "AND s_nation = n_id AND n_name = 'n7'");
        Join[] joins = [.. plan.DescendantsAndSelf().OfType<Join>()];
        Assert.Equal(3, joins.Length);
        Join first = joins.Single(j => j.Left.WithoutPicks() is Scan && j.Right.WithoutPicks() is Scan);
        Assert.Equal(["nations", "suppliers"], TablesOf(first).Order());
        Assert.DoesNotContain("orders", TablesOf(joins.Single(j => TablesOf(j).Count() == 3)));
    }

    [Fact]
    public void Keys_of_several_columns_have_no_more_values_than_their_table_has_rows()
    {
        LogicalNode plan = Optimize(
            "SELECT count(*) FROM lines, stock WHERE l_part = k_part AND l_supplier = k_supplier");
        Join join = Assert.Single(plan.DescendantsAndSelf().OfType<Join>());
        // Every line has its row of the stock: as many rows as lines.
        Assert.InRange(join.EstimatedRows, 500_000, 700_000);
    }

    [Fact]
    public void Equalities_that_others_imply_neither_count_nor_are_tested()
    {
        LogicalNode plan = Optimize(
            "SELECT count(*) FROM lines, stock, parts WHERE l_part = k_part AND l_part = p_id AND k_part = p_id " +
            "AND l_supplier = k_supplier");
        Assert.Equal(3, plan.DescendantsAndSelf().OfType<Join>().Sum(j => j.Keys.Count));
        Assert.InRange(plan.DescendantsAndSelf().OfType<Join>().First().EstimatedRows, 500_000, 700_000);
    }

    [Fact]
    public void A_subquery_is_tested_on_the_table_that_has_its_key()
    {
        LogicalNode plan = Optimize(
            "SELECT count(*) FROM orders, lines WHERE o_id = l_order AND o_id IN " +
            "(SELECT l_order FROM lines GROUP BY l_order HAVING sum(l_part) > 300)");
        Join semi = plan.DescendantsAndSelf().OfType<Join>().Single(j => j.Kind == JoinKind.Semi);
        Assert.Equal("orders", Assert.IsType<Scan>(semi.Left.WithoutPicks()).Table.Name);
    }

    [Fact]
    public void Very_many_tables_are_joined()
    {
        string from = string.Join(", ", Enumerable.Range(0, 70).Select(i => $"nations n{i}"));
        string where = string.Join(" AND ", Enumerable.Range(1, 69).Select(i => $"n{i - 1}.n_id = n{i}.n_id"));
        LogicalNode plan = Optimize($"SELECT count(*) FROM {from} WHERE {where}");
        Assert.Equal(69, plan.DescendantsAndSelf().OfType<Join>().Count());
        Assert.DoesNotContain(plan.DescendantsAndSelf(), n => n is CrossJoin);
    }

    [Theory]
    [InlineData("l_order <= 14999", 0.1)]
    [InlineData("l_order > 14999 AND l_order <= 44999", 0.2)]
    [InlineData("l_part = 5", 0.00005)]
    [InlineData("l_flag = 'common'", 0.9)]
    [InlineData("l_flag = 'rare'", 0.1)]
    [InlineData("l_flag IN ('rare', 'common')", 1)]
    [InlineData("l_flag LIKE 'com%'", 0.9)]
    [InlineData("l_order > 150000", 0)]
    public void The_share_of_a_condition_is_estimated_from_the_histogram(string condition, double share)
    {
        LogicalNode plan = Optimize($"SELECT l_order FROM lines WHERE {condition}");
        Scan scan = Assert.Single(plan.DescendantsAndSelf().OfType<Scan>());
        Assert.InRange(scan.EstimatedRows / 600_000, (share * 0.7) - 0.02, (share * 1.2) + 0.02);
    }

    private static IEnumerable<string> TablesOf(LogicalNode node) =>
        node.DescendantsAndSelf().OfType<Scan>().Select(s => s.Table.Name);

    private static LogicalNode Optimize(string sql)
    {
        SmallCatalog catalog = new(
            Table("lines", 600_000, Numbers("l_order", 150_000), Numbers("l_supplier", 1000),
                Numbers("l_part", 20_000), Flags("l_flag")),
            Table("orders", 150_000, Numbers("o_id", 150_000)),
            Table("suppliers", 1000, Numbers("s_id", 1000), Numbers("s_nation", 25)),
            Table("nations", 25, Numbers("n_id", 25), Names("n_name", 25)),
            Table("parts", 20_000, Numbers("p_id", 20_000)),
            Table("stock", 80_000, Numbers("k_part", 20_000), Numbers("k_supplier", 1000)));
        (LogicalNode plan, PlanColumnFactory columns) = catalog.Bind(sql);
        return Optimizer.Rewrite(plan, new OptimizerContext(columns, SessionInfo.Default));
    }

    private static SmallTable Table(
        string name, double rows, params (string Name, LogicalType Type, ColumnStatistics Statistics)[] columns) =>
        new(name, [.. columns.Select(c => new PlanTableColumn(c.Name, c.Type, true))], [])
        {
            Statistics = new TableStatistics(rows) { Columns = [.. columns.Select(c => c.Statistics)] },
        };

    private static (string, LogicalType, ColumnStatistics) Numbers(string name, int distinct)
    {
        IEnumerable<Int128> sample = Enumerable.Range(0, 2000).Select(i => (Int128)((long)i * distinct / 2000));
        return (name, LogicalType.BigInt,
            new ColumnStatistics(distinct, 0, (0, distinct - 1), Histogram.FromSample(sample, 1e6)));
    }

    private static (string, LogicalType, ColumnStatistics) Names(string name, int distinct) =>
        (name, LogicalType.Varchar, new ColumnStatistics(distinct, 0, null, null));

    private static (string, LogicalType, ColumnStatistics) Flags(string name)
    {
        Int128 common = ZoneKey.OfText("common"u8);
        Int128 rare = ZoneKey.OfText("rare"u8);
        IEnumerable<Int128> sample = Enumerable.Range(0, 2000).Select(i => i % 10 == 0 ? rare : common);
        return (name, LogicalType.Varchar,
            new ColumnStatistics(2, 0, (common, rare), Histogram.FromSample(sample, 1e6)));
    }
}
