using ColFrag.Console.Editing;
using ColFrag.Console.Syntax;

namespace ColFrag.Console.Tests.Editing;

public sealed class LineEditorTests
{
    private static readonly Key Left = new(KeyCode.Left);
    private static readonly Key Up = new(KeyCode.Up);
    private static readonly Key Down = new(KeyCode.Down);
    private static readonly Key Enter = new(KeyCode.Enter);
    private static readonly Key Tab = new(KeyCode.Tab);

    private readonly History _history = new(file: null);

    [Fact]
    public void A_statement_is_handed_over_at_its_semicolon()
    {
        VirtualScreen screen = new VirtualScreen().Type("select\n  1\n;\n");
        EditResult result = Read(screen);
        Assert.Equal((EditEnd.Entered, "select\n  1\n  ;"), (result.End, result.Text));
        Assert.Equal("db> select\n..>   1\n..>   ;", screen.Text);
    }

    [Theory]
    [InlineData("select ';\n1';\n", "select ';\n1';")]
    [InlineData("select $$;\n$$;\n", "select $$;\n$$;")]
    [InlineData("select 1 -- ;\n;\n", "select 1 -- ;\n;")]
    [InlineData(".tables\n", ".tables")]
    [InlineData("quit\n", "quit")]
    [InlineData("\n", "")]
    public void Enter_asks_the_lexer(string typed, string expected) =>
        Assert.Equal(expected, Read(new VirtualScreen().Type(typed)).Text);

    [Fact]
    public void A_paste_is_one_insertion_and_one_undo()
    {
        VirtualScreen screen = new VirtualScreen()
            .Press(new Key(KeyCode.Paste, Text: "select 1;\nselect 2;")).Press(Key.Control('z'))
            .Type("select 3;").Press(Enter);
        Assert.Equal("select 3;", Read(screen).Text);
    }

    [Fact]
    public void Control_C_gives_the_text_up()
    {
        EditResult result = Read(new VirtualScreen().Type("select").Press(Key.Control('c')));
        Assert.Equal((EditEnd.Interrupted, ""), (result.End, result.Text));
        Assert.Empty(_history.Entries);
    }

    [Fact]
    public void Control_D_ends_on_an_empty_line_only()
    {
        Assert.Equal(EditEnd.EndOfInput, Read(new VirtualScreen().Press(Key.Control('d'))).End);
        EditResult result = Read(
            new VirtualScreen().Type("xselect 1;").Press(Key.Control('a'), Key.Control('d'), Enter));
        Assert.Equal("select 1;", result.Text);
    }

    [Fact]
    public void Emacs_keys_edit()
    {
        VirtualScreen screen = new VirtualScreen().Type("select one two")
            .Press(Key.Control('w')).Type("2").Press(Key.Alt('b'), Key.Alt('b')).Press(Key.Control('k'))
            .Type("1, ").Press(Key.Control('y')).Type(";").Press(Enter);
        Assert.Equal("select 1, one 2;", Read(screen).Text);
    }

    [Fact]
    public void Arrows_move_in_the_statement_before_they_move_in_history()
    {
        _history.Add("select 0;");
        Assert.Equal("select 0;", Read(new VirtualScreen().Type("select\n1").Press(Up, Up, Enter)).Text);

        VirtualScreen screen = new VirtualScreen().Type("select\n1").Press(Up, new Key(KeyCode.End)).Type(" all")
            .Press(Down, new Key(KeyCode.End)).Type(";").Press(Enter);
        Assert.Equal("select all\n1;", Read(screen).Text);
    }

    [Fact]
    public void History_gives_whole_statements_and_keeps_the_draft()
    {
        _history.Add("select 1\n  from t;");
        _history.Add("select 2;");
        Assert.Equal("select 1\n  from t;", Read(new VirtualScreen().Press(Up, Up, Enter)).Text);
        Assert.Equal("draft;", Read(new VirtualScreen().Type("draft;").Press(Up, Down, Enter)).Text);
    }

    [Fact]
    public void Control_R_finds_and_finds_older_ones()
    {
        _history.Add("select * from flights;");
        _history.Add("select * from airports;");
        _history.Add("select count(*) from flights;");
        Assert.Equal("select count(*) from flights;", Read(
            new VirtualScreen().Press(Key.Control('r')).Type("flig").Press(Enter)).Text);
        Assert.Equal("select * from flights;", Read(
            new VirtualScreen().Press(Key.Control('r')).Type("flig")
                .Press(Key.Control('r'), Key.Control('r'), Enter)).Text);
        Assert.Equal("x;", Read(
            new VirtualScreen().Type("x").Press(Key.Control('r')).Type("flig").Press(Key.Control('g'))
                .Type(";").Press(Enter)).Text);
    }

    [Fact]
    public void Tab_completes_what_is_clear_and_offers_what_is_not()
    {
        Assert.Equal("select 1 from x;", Read(
            new VirtualScreen().Type("sele").Press(Tab).Type(" 1 from x;").Press(Enter)).Text);

        VirtualScreen screen = new VirtualScreen()
            .Type("alpha").Press(Tab, Tab, Tab).Press(Enter).Type(";").Press(Enter);
        string menu = "";
        screen.BeforeKey = count => menu = count == 6 ? screen.Text : menu;
        EditResult result = Read(screen, new FixedWords("alphabet", "alphanumeric", "beta"));
        Assert.Equal("alphanumeric;", result.Text);
        Assert.Equal("db> alpha\nalphabet      alphanumeric", menu);
        Assert.Equal("db> alphanumeric;", screen.Text);
    }

    [Fact]
    public void Long_lines_wrap_and_the_cursor_follows()
    {
        VirtualScreen screen = new VirtualScreen(columns: 10).Type("abcdef").Press(Left, Left, Left).Type("XYZ");
        (int, int) cursor = default;
        string shown = "";
        screen.BeforeKey = _ => (cursor, shown) = (screen.Cursor, screen.Text);
        Read(screen);
        Assert.Equal("db> abcXYZ\ndef", shown);
        Assert.Equal((1, 0), cursor);
    }

    [Fact]
    public void A_full_row_keeps_its_last_cell_and_the_cursor_stands_below()
    {
        VirtualScreen screen = new VirtualScreen(columns: 10).Type("abcdef");
        (int, int) cursor = default;
        screen.BeforeKey = _ => cursor = screen.Cursor;
        Read(screen);
        Assert.StartsWith("db> abcdef", screen.Text, StringComparison.Ordinal);
        Assert.Equal((1, 0), cursor);
    }

    [Fact]
    public void Wide_and_combining_characters_take_their_cells()
    {
        VirtualScreen screen = new VirtualScreen(columns: 20).Type("日本e\u0301x").Press(Left);
        (int, int) cursor = default;
        screen.BeforeKey = _ => cursor = screen.Cursor;
        Read(screen);
        Assert.Equal((0, "db> ".Length + 2 + 2 + 1), cursor);
    }

    [Fact]
    public void A_text_taller_than_the_screen_shows_the_part_around_the_cursor()
    {
        string text = string.Join('\n', Enumerable.Range(1, 30).Select(i => $"line {i}"));
        VirtualScreen screen = new VirtualScreen(rows: 6)
            .Press(new Key(KeyCode.Paste, Text: text)).Press(Up).Press(Key.Alt('<'));
        List<string> shown = [];
        screen.BeforeKey = _ => shown.Add(screen.Text);
        Read(screen);
        Assert.EndsWith("line 30", shown[1], StringComparison.Ordinal);
        Assert.EndsWith("line 29", shown[2], StringComparison.Ordinal);
        Assert.StartsWith("db> line 1\n", shown[3], StringComparison.Ordinal);
        Assert.All(shown, text => Assert.True(text.Split('\n').Length <= 6));
    }

    private EditResult Read(VirtualScreen screen, IEditorLanguage? language = null) =>
        new LineEditor(screen, _history, language ?? new SqlLanguage(NoNames()), useColor: false).Read("db> ", "..> ");

    private static CatalogNames NoNames() => new(() => new ScriptedSession());

    private sealed class FixedWords(params string[] words) : IEditorLanguage
    {
        public bool IsComplete(string text) => text.EndsWith(';');

        public IReadOnlyList<StyledSpan> Highlight(string text) => [];

        public Completions Complete(string text, int cursor) => new(
            0,
            [.. words.Where(word => word.StartsWith(text[..cursor], StringComparison.Ordinal))
                .Select(word => new Completion(word))]);
    }
}
