namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>COPY TO that writes dates and moments in a format of the user's.</summary>
public sealed class TimeFormatOutputTests
{
    [Theory]
    [InlineData("%d/%m/%Y", "%Y-%m-%dT%H:%M:%S.%fZ")]
    [InlineData("%-d.%-m.%y", "%I:%M %p")]
    [InlineData("%a %d %b %Y", "%A, %B %d, %Y %H:%M")]
    [InlineData("%j", "%-H-%-M-%-S")]
    [InlineData("%F%%", "%D %T")]
    public async Task Dates_look_as_strftime_makes_them(string date, string moment)
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.csv");
        await folder.RunAsync(
            "CREATE TABLE t AS SELECT DATE '2024-02-28' + (i * 37)::INTEGER AS d, " +
            "TIMESTAMP '1969-12-30 23:59:58.000123' + i * INTERVAL '7 hours 11 minutes 13 seconds' AS ts " +
            "FROM range(-20, 40) r(i)");
        await folder.RunAsync(
            $"COPY t TO '{path}' (HEADER false, DELIMITER '|', DATEFORMAT '{date}', TIMESTAMPFORMAT '{moment}')");
        Assert.Equal(
            await folder.RowsAsync($"SELECT strftime(d, '{date}'), strftime(ts, '{moment}') FROM t"),
            await File.ReadAllLinesAsync(path));
    }

    [Fact]
    public async Task Infinite_dates_and_null_stay_what_they_are()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.csv");
        await folder.RunAsync(
            "COPY (SELECT * FROM (VALUES (DATE 'infinity', TIMESTAMP '-infinity'), (NULL, NULL)) v(d, t)) " +
            $"TO '{path}' (HEADER false, DATEFORMAT '%d', TIMESTAMPFORMAT '%H')");
        Assert.Equal(["infinity,-infinity", ","], await File.ReadAllLinesAsync(path));
    }
}
