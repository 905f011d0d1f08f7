using ColFrag.Console.Editing;
using ColFrag.Console.Syntax;

namespace ColFrag.Console.Tests.Syntax;

public sealed class ScriptTests
{
    [Fact]
    public void Statements_end_at_semicolons_outside_of_quotes_and_comments()
    {
        string text = "SELECT ';' -- not ;\n, /* nor ; */ 1;\n  SELECT $$;$$, \"a;b\"  ; ;\nSELECT 3";
        Assert.Equal(
            [
                new("SELECT ';' -- not ;\n, /* nor ; */ 1", 1, false),
                new("SELECT $$;$$, \"a;b\"", 3, false),
                new ScriptPiece("SELECT 3", 4, false),
            ],
            Script.Split(text));
    }

    [Fact]
    public void Commands_are_lines_of_their_own_between_statements()
    {
        string text = "-- a comment\n.print it's\n\\dt\nSELECT 1\n.5;\n  .mode csv\nSELECT 2;";
        Assert.Equal(
            [
                new(".print it's", 2, true),
                new("\\dt", 3, true),
                new("SELECT 1\n.5", 4, false),
                new(".mode csv", 6, true),
                new ScriptPiece("SELECT 2", 7, false),
            ],
            Script.Split(text));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" ;;\n-- only a comment", 0)]
    [InlineData("SELECT 'open", 1)]
    public void Nothing_is_lost_and_nothing_is_made_up(string text, int count) =>
        Assert.Equal(count, Script.Split(text).Count);

    [Fact]
    public void Colours_tell_the_kinds_of_words_apart()
    {
        const string Text = "SELECT count(*), t.select, 1.5, 'a' -- x";
        Assert.Equal(
            [
                (TextStyle.Keyword, "SELECT"), (TextStyle.Function, "count"), (TextStyle.Number, "1.5"),
                (TextStyle.Literal, "'a'"), (TextStyle.Comment, "-- x"),
            ],
            new SqlLanguage(new CatalogNames(() => new ScriptedSession())).Highlight(Text)
                .Select(span => (span.Style, Text.Substring(span.Start, span.Length))));
    }
}
