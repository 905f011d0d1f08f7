using ColFrag.Console.Syntax;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Tests;

/// <summary>The console as a user has it: the program in a terminal, with a server behind it.</summary>
public sealed class ConsoleInTerminalTests : IAsyncDisposable
{
    private static readonly Schema s_one = new(new Field("one", LogicalType.Integer));

    private readonly string _folder = Directory.CreateTempSubdirectory("console-").FullName;
    private readonly ScriptedServer _server = new(() => new ScriptedSession()
        .Answers(
            "SELECT 1 AS one,\n  'a' AS letter",
            new Schema(new Field("one", LogicalType.Integer), new Field("letter", LogicalType.Varchar)),
            [Number(1), Value.Text("a")])
        .Answers("SELECT 2", s_one, [Number(2)])
        .Answers("SELECT 41", s_one, [Number(41)])
        .Answers("SELECT\n\t42", s_one, [Number(42)])
        .Answers("SELECT stripe_count FROM zebras", s_one)
        .Answers(
            CatalogNames.ColumnsQuery,
            new Schema(new Field("table_name", LogicalType.Varchar), new Field("column_name", LogicalType.Varchar)),
            [Value.Text("zebras"), Value.Text("stripe_count")])
        .Answers($"SELECT '{new string('x', 60)}'", s_one, [Number(60)])
        .Fails(
            "SELECT 1, nothing",
            new QueryException(SqlStates.UndefinedColumn, "Column not found: nothing", "SELECT 1, ".Length))
        .Hangs("SELECT forever", s_hanging));

    private static readonly SemaphoreSlim s_hanging = new(0);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [JudgedFact(Judge.Tmux)]
    public void A_statement_of_several_lines_runs_and_comes_back_from_history()
    {
        using (TerminalSession terminal = Start())
        {
            terminal.WaitFor(">");
            terminal.Type("SELECT 1 AS one,").Press("Enter").Type("  'a' AS letter;").Press("Enter");
            string screen = terminal.WaitFor("1 row (");
            Assert.Contains(" ...>   'a' AS letter;", screen, StringComparison.Ordinal);
            Assert.Contains("│       1 │ a       │", screen, StringComparison.Ordinal);
            terminal.Press("C-d").WaitFor("ended with 0");
        }
        // Another run of the program finds the whole statement.
        using (TerminalSession terminal = Start())
        {
            terminal.WaitFor(">");
            terminal.Press("C-r").Type("letter").WaitFor("search: letter");
            terminal.Press("Enter").WaitFor("1 row (");
        }
    }

    [JudgedFact(Judge.Tmux)]
    public void An_error_stands_below_its_token_and_the_console_goes_on()
    {
        using TerminalSession terminal = Start();
        terminal.WaitFor(">");
        terminal.Type("SELECT 1, nothing;").Press("Enter");
        terminal.WaitFor("error 42703");
        string screen = terminal.WaitFor("^^^^^^^");
        string[] lines = screen.Split('\n');
        int carets = Array.FindIndex(lines, line => line.Contains("^^^^^^^", StringComparison.Ordinal));
        Assert.Equal(
            lines[carets - 1].IndexOf("nothing", StringComparison.Ordinal),
            lines[carets].IndexOf('^', StringComparison.Ordinal));
        terminal.Type("SELECT 2;").Press("Enter");
        terminal.WaitFor("1 row (");
    }

    [JudgedFact(Judge.Tmux)]
    public void Control_C_stops_a_statement_and_the_console_goes_on()
    {
        using TerminalSession terminal = Start();
        terminal.WaitFor(">");
        terminal.Type("SELECT forever;").Press("Enter");
        s_hanging.Wait();
        terminal.Press("C-c");
        terminal.WaitFor("error 57014");
        terminal.Type("SELECT 2;").Press("Enter");
        terminal.WaitFor("1 row (");
        terminal.Type("SELECT unfinished").Press("C-c");
        terminal.Type(".print still here").Press("Enter");
        terminal.WaitFor("\nstill here");
    }

    [JudgedFact(Judge.Tmux)]
    public void A_paste_of_several_statements_runs_them_all()
    {
        using TerminalSession terminal = Start();
        terminal.WaitFor(">");
        terminal.Paste("SELECT 41;\nSELECT\n\t42;\n").Press("Enter");
        string screen = terminal.WaitFor("42 │");
        Assert.Contains("41 │", screen, StringComparison.Ordinal);
    }

    [JudgedFact(Judge.Tmux)]
    public void Tab_completes_names_of_the_database()
    {
        using TerminalSession terminal = Start();
        terminal.WaitFor(">");
        terminal.Type("SELECT str").Press("Tab").Type(" FROM zeb").Press("Tab").Type(";");
        terminal.WaitFor("SELECT stripe_count FROM zebras;");
        terminal.Press("Enter");
        terminal.WaitFor("0 rows (");
    }

    [JudgedFact(Judge.Tmux)]
    public void The_edited_text_survives_another_width()
    {
        using TerminalSession terminal = Start();
        terminal.WaitFor(">");
        string text = $"SELECT '{new string('x', 60)}'";
        terminal.Type(text);
        terminal.Resize(40, 30).WaitFor(
            screen => Joined(screen) && !screen.Contains(text, Ordinal), "the text, wrapped");
        terminal.Resize(100, 30).WaitFor(screen => screen.Contains(text, Ordinal), "the text on one line");
        terminal.Type(";").Press("Enter");
        terminal.WaitFor("1 row (");

        bool Joined(string screen) => screen.Replace("\n", "", Ordinal).Contains(text, Ordinal);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static Value Number(int value) => Value.Integer(LogicalType.Integer, value);

    private TerminalSession Start() => new(
        $"dotnet '{Path.Combine(AppContext.BaseDirectory, "colfrag.dll")}' {_server.Address}",
        new Dictionary<string, string> { ["COLFRAG_HISTORY"] = Path.Combine(_folder, "history"), ["NO_COLOR"] = "1" });
}
