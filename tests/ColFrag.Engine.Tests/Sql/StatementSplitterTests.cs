using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

public sealed class StatementSplitterTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("  -- nothing\n /* at all */ ", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("SELECT 1;", true)]
    [InlineData("SELECT 1; -- done", true)]
    [InlineData("SELECT 1; SELECT", false)]
    [InlineData("SELECT ';", false)]
    [InlineData("SELECT ';';", true)]
    [InlineData("SELECT 'it''s;", false)]
    [InlineData("SELECT E'\\';';", true)]
    [InlineData("SELECT E'\\';", false)]
    [InlineData("SELECT \";", false)]
    [InlineData("SELECT \";\";", true)]
    [InlineData("SELECT /* ; /* ; */ ;", false)]
    [InlineData("SELECT /* ; /* ; */ ; */ 1;", true)]
    [InlineData("SELECT $$ ; ", false)]
    [InlineData("SELECT $$ ; $$;", true)]
    [InlineData("SELECT $a$ ; $$ ; $a$;", true)]
    [InlineData("SELECT $a$ ; $b$;", false)]
    [InlineData("SELECT -- ;", false)]
    [InlineData("SELECT ` ;", true)]
    public void A_text_is_complete_when_its_last_statement_has_a_semicolon(string text, bool isComplete) =>
        Assert.Equal(isComplete, StatementSplitter.IsComplete(text));

    [Fact]
    public void Statements_are_found_without_blanks_and_comments()
    {
        const string text = " SELECT ';' ; ;; -- c\n SELECT $$;$$ /* x */;\n SELECT 3";
        IEnumerable<string> found =
            StatementSplitter.Split(text).Select(range => text.Substring(range.Start, range.Length));
        Assert.Equal(["SELECT ';'", "SELECT $$;$$", "SELECT 3"], found);
    }

    [Fact]
    public void The_parser_gives_the_same_ranges()
    {
        string script = string.Join(" ;\n -- comment\n ", SqlCorpus.All) + ";";
        Assert.Equal(
            StatementSplitter.Split(script), Parser.ParseStatements(script).Select(statement => statement.Range));
    }
}
