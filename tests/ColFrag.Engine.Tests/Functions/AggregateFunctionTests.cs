using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>Aggregates over generated groups, judged by DuckDB, and what is special about ours.</summary>
public sealed class AggregateFunctionTests
{
    private static readonly string[] s_sameAsDuckDb =
    [
        "stddev_samp(x)", "stddev_pop(x)", "var_samp(i)", "var_pop(x)", "sem(x)", "skewness(x)", "kurtosis(x)",
        "kurtosis_pop(x)", "covar_pop(x, y)", "covar_samp(x, y)", "corr(x, y)", "regr_slope(x, y)",
            "regr_intercept(x, y)",
        "regr_r2(x, y)", "regr_avgx(x, y)", "regr_avgy(x, y)", "regr_sxx(x, y)", "regr_syy(x, y)", "regr_sxy(x, y)",
        "regr_count(x, y)", "bool_and(b)", "bool_or(b)", "bit_and(i)", "bit_or(i)", "bit_xor(i)", "product(y)",
            "count_if(b)",
        "median(x)", "median(i)", "quantile_cont(x, 0.25)", "quantile_cont(i, 0.9)", "quantile_disc(i, 0.3)",
            "quantile_disc(s, 0.5)",
        "mad(x)", "entropy(s)", "arg_min(s, i)", "arg_max(s, i)", "arg_min(i, s)", "min(s)", "max(d)",
            "string_agg(s, '-' ORDER BY i, s)",
        "count(DISTINCT s)", "any_value(g)", "array_agg(i ORDER BY i)::varchar", "avg(x)", "sum(y)",
            "approx_count_distinct(g)",
        "first(s ORDER BY i, s)", "last(s ORDER BY i, s)", "percentile_disc(0.5) WITHIN GROUP (ORDER BY i DESC)",
        "percentile_cont(0.2) WITHIN GROUP (ORDER BY x)", "percentile_cont(0.2) WITHIN GROUP (ORDER BY x DESC)",
    ];

    private const string Oddities =
        "SELECT median(x), mode(s), array_agg(x), string_agg(s, ','), corr(x, x), count_if(b), " +
        "approx_count_distinct(s) FROM t";

    [JudgedFact(Judge.DuckDb)]
    public void Aggregates_of_groups_equal_DuckDBs()
    {
        using AnswerComparison comparison = new();
        Load(comparison);
        foreach (string aggregate in s_sameAsDuckDb)
        {
            comparison.Compare($"SELECT g, {aggregate} FROM t GROUP BY g ORDER BY g");
            comparison.Compare($"SELECT {aggregate} FROM t");
            // DuckDB counts NULL rows that fulfil a condition where there are none; we count 0.
            if (!aggregate.StartsWith("count_if", StringComparison.Ordinal)) comparison.Compare(
                $"SELECT {aggregate} FROM t WHERE g < 0");
        }
        comparison.Check();
    }

    [Fact]
    public void Every_aggregate_of_no_rows_or_only_nulls_is_null_or_zero()
    {
        using SqlSession session = new();
        session.Run("CREATE TABLE t (x DOUBLE, s VARCHAR, b BOOLEAN)");
        Assert.Equal(
            ["NULL", "NULL", "NULL", "NULL", "NULL", "0", "0"],
            session.Rows(
                Oddities)[0]);
        session.Run("INSERT INTO t VALUES (NULL, NULL, NULL), (NULL, NULL, NULL)");
        Assert.Equal(
            ["NULL", "NULL", "[NULL, NULL]", "NULL", "NULL", "0", "0"],
            session.Rows(
                Oddities)[0]);
    }

    [Fact]
    public void Aggregates_collect_nested_values()
    {
        using SqlSession session = new();
        Assert.Equal(
            "[{'a': 1, 'b': x}, {'a': 2, 'b': NULL}]",
            session.Text("SELECT array_agg({'a': a, 'b': b} ORDER BY a) FROM (VALUES (2, NULL), (1, 'x')) v(a, b)"));
        Assert.Equal("{1=2, 5=1}", session.Text("SELECT histogram(a) FROM (VALUES (1), (5), (1)) v(a)"));
        Assert.Equal("{'a': 1}", session.Text("SELECT first({'a': a} ORDER BY a) FROM (VALUES (2), (1)) v(a)"));
    }

    [Fact]
    public void A_list_of_fractions_gives_a_list_of_quantiles()
    {
        using SqlSession session = new();
        Assert.Equal("[25, 50]", session.Text("SELECT quantile_cont(a, [0.25, 0.5]) FROM range(101) r(a)"));
        Assert.Equal("NULL", session.Text("SELECT quantile_disc(a, [0.25, 0.5]) FROM range(0) r(a)"));
    }

    [Fact]
    public void Quantiles_of_dates_fall_between_them()
    {
        using SqlSession session = new();
        Assert.Equal(
            "2020-01-01 12:00:00",
                session.Text("SELECT median(d) FROM (VALUES (DATE '2020-01-01'), (DATE '2020-01-02')) v(d)"));
    }

    [Theory]
    [InlineData("SELECT quantile_cont(1, 1.5)", SqlStates.NumericOutOfRange)]
    [InlineData("SELECT quantile_disc(1, -0.5)", SqlStates.NumericOutOfRange)]
    [InlineData("SELECT approx_quantile(1, 2)", SqlStates.NumericOutOfRange)]
    [InlineData("SELECT bit_and('x'::varchar)", SqlStates.UndefinedFunction)]
    [InlineData("SELECT quantile_cont(a, a) FROM (VALUES (0.5)) v(a)", SqlStates.FeatureNotSupported)]
    public void Wrong_arguments_are_told(string sql, string state)
    {
        using SqlSession session = new();
        Assert.Equal(state, Assert.Throws<QueryException>(() => session.Rows(sql)).SqlState);
    }

    [Fact]
    public void Sketches_stay_within_their_stated_error()
    {
        using SqlSession session = new();
        double distinct = double.Parse(
            session.Text("SELECT approx_count_distinct(a) FROM range(100000) r(a)"), CultureInfo.InvariantCulture);
        Assert.InRange(distinct, 93_000, 107_000);
        double quantile = double.Parse(
            session.Text("SELECT approx_quantile(a, 0.9) FROM range(100000) r(a)"), CultureInfo.InvariantCulture);
        Assert.InRange(quantile, 89_000, 91_000);
    }

    private static void Load(AnswerComparison comparison)
    {
        comparison.Run("CREATE TABLE t (g INTEGER, i INTEGER, x DOUBLE, y DOUBLE, s VARCHAR, b BOOLEAN, d DATE)");
        Random random = new(20);
        StringBuilder rows = new("INSERT INTO t VALUES ");
        string OrNull(Func<string> value) => random.Next(8) == 0 ? "NULL" : value();
        for (int i = 0; i < 600; i++)
        {
            rows.Append(i == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"({random.Next(7)}, ");
            rows.Append(OrNull(() => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture))).Append(", ");
            rows.Append(OrNull(() =>
                (random.NextDouble() * 100).ToString("R", CultureInfo.InvariantCulture))).Append("::double, ");
            rows.Append(OrNull(() =>
                (1 + random.NextDouble()).ToString("R", CultureInfo.InvariantCulture))).Append("::double, ");
            rows.Append(OrNull(() => $"'{"äbcdef"[random.Next(6)]}{"xyz"[random.Next(3)]}'")).Append(", ");
            rows.Append(OrNull(() => random.Next(2) == 0 ? "true" : "false")).Append(", ");
            rows.Append(OrNull(() =>
                $"DATE '20{random.Next(10, 30)}-0{random.Next(1, 9)}-1{random.Next(9)}'")).Append(')');
        }
        comparison.Run(rows.ToString());
    }
}
