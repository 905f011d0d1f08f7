using ColFrag.Console.Syntax;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Tests.Syntax;

public sealed class CompleterTests
{
    private static readonly Schema s_pairs = new(
        new Field("table_name", LogicalType.Varchar), new Field("column_name", LogicalType.Varchar));

    private readonly CatalogNames _names = new(() => new ScriptedSession()
        .Answers(
            CatalogNames.ColumnsQuery,
            s_pairs,
            Pair("airports", "iata"), Pair("airports", "name"), Pair("flights", "delay"), Pair("flights", "date"))
        .Answers("SHOW FUNCTIONS", new Schema(new Field("name", LogicalType.Varchar)), [[Value.Text("date_trunc")]]));

    [Theory]
    [InlineData("SELECT de| FROM flights", "delay")]
    [InlineData("SELECT 1 LIM|", "LIMIT")]
    [InlineData("SELECT * FROM |", "airports", "flights")]
    [InlineData("SELECT * FROM f|", "flights")]
    [InlineData("SELECT f.| FROM flights AS f", "delay", "date")]
    [InlineData("SELECT airports.n|", "name")]
    [InlineData("SELECT date_t|", "date_trunc")]
    [InlineData("sel|", "select")]
    [InlineData(".tim|", ".timer")]
    [InlineData("\\tim|", "\\timing")]
    [InlineData(".schema a|", "airports")]
    [InlineData(".mode j|", "json", "jsonl")]
    [InlineData("SELECT 1; |")]
    public void What_fits_at_the_cursor_is_offered(string text, params string[] expected)
    {
        int cursor = text.IndexOf('|', StringComparison.Ordinal);
        IEnumerable<string> words = Texts(new Completer(_names).Complete(text.Remove(cursor, 1), cursor));
        // Of many words only the first are looked at, and where none is expected there is none.
        Assert.Equal(expected, words.Take(Math.Max(expected.Length, 1)));
    }

    [Fact]
    public void Files_are_offered_inside_quotes()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllText(Path.Combine(folder, "flights.csv"), "");
        Directory.CreateDirectory(Path.Combine(folder, "fleet"));
        string text = $"COPY t FROM '{folder}/fl";
        Assert.Equal(["fleet/", "flights.csv"], Texts(new Completer(_names).Complete(text, text.Length)));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_database_that_cannot_answer_leaves_keywords()
    {
        CatalogNames none = new(() => new ScriptedSession());
        Assert.Equal(["select"], Texts(new Completer(none).Complete("sele", 4)));
    }

    private static IEnumerable<string> Texts(ColFrag.Console.Editing.Completions completions) =>
        completions.Words.Select(word => word.Text);

    private static Value[] Pair(string table, string column) => [Value.Text(table), Value.Text(column)];
}
