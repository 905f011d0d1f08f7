using ColFrag.Benchmarks.Suites;

namespace ColFrag.Sql.Tests.Benchmarks;

/// <summary>What the benchmark takes for the same answer.</summary>
public sealed class AnswerComparisonTests
{
    [Theory]
    [InlineData("1.50", "1.5")]
    [InlineData("37734107.00", "37734107.0")]
    [InlineData("0.05", "0.049985")]
    [InlineData("1995-03-05", "1995-03-05")]
    [InlineData("2013-07-02 10:00:00", "2013-07-02T10:00:00Z")]
    [InlineData("BUILDING  ", "BUILDING")]
    [InlineData("", null)]
    [InlineData("123456.7", "123456.70001")]
    public void Values_that_programs_write_differently_are_the_same(string expected, string? actual) =>
        Assert.Null(AnswerComparison.Difference([[expected]], [[actual]]));

    [Theory]
    [InlineData("1.50", "1.51")]
    [InlineData("7", "8")]
    [InlineData("A", "B")]
    [InlineData("1995-03-05", "1995-03-06")]
    [InlineData("0", null)]
    public void Other_values_are_not(string expected, string? actual) => Assert.Equal(
        $"{actual ?? "NULL"} instead of {expected}", AnswerComparison.Difference([[expected]], [[actual]]));

    [Fact]
    public void Rows_may_come_in_any_order_but_none_may_be_missing()
    {
        string?[][] expected = [["1", "a"], ["2", "b"]];
        Assert.Null(AnswerComparison.Difference(expected, [["2", "b"], ["1", "a"]]));
        Assert.Equal("1 rows instead of 2", AnswerComparison.Difference(expected, [["1", "a"]]));
        Assert.NotNull(AnswerComparison.Difference(expected, [["1", "a"], ["1", "a"]]));
    }
}
