using ColFrag.Console.Output;
using ColFrag.Console.Shell;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Tests.Shell;

public sealed class SqlShellTests : IAsyncDisposable
{
    private static readonly Schema s_schema = new(
        new Field("id", LogicalType.Integer), new Field("name", LogicalType.Varchar),
        new Field("x", LogicalType.Double));

    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _errors = new() { NewLine = "\n" };
    private readonly ScriptedSession _session = new ScriptedSession()
        .Answers(
            "SELECT 3", s_schema,
            Row(1, "a", 0.5), Row(2, null, 1e20), Row(30, "", null), Row(4, "b|\"c\"\n,", -1))
        .Answers("SELECT 0", s_schema)
        .AnswersTag("INSERT", "INSERT 0 7")
        .Fails("BAD a", new QueryException(SqlStates.SyntaxError, "Syntax error at BAD", 0, "Write something good."))
        .Fails(
            "SELECT\n  a,\n  beta\nFROM t",
            new QueryException(SqlStates.UndefinedColumn, "Column not found: beta", 14));

    private readonly SqlShell _shell;

    public SqlShellTests() => _shell = new SqlShell(
        _session, new ResultTarget(_output, Stream.Null, () => 80, useColor: false), _errors, colorsErrors: false);

    public ValueTask DisposeAsync() => _shell.DisposeAsync();

    [Fact]
    public async Task A_table_has_types_under_names_and_numbers_to_the_right()
    {
        Assert.True(await _shell.RunAsync("SELECT 3;"));
        Assert.Equal(
            """
            ╭─────────┬──────────┬────────╮
            │      id │ name     │      x │
            │ integer │ varchar  │ double │
            ├─────────┼──────────┼────────┤
            │       1 │ a        │    0.5 │
            │       2 │ NULL     │  1e+20 │
            │      30 │          │   NULL │
            │       4 │ b|"c"\n, │     -1 │
            ╰─────────┴──────────┴────────╯
            4 rows

            """,
            _output.ToString());
    }

    [Fact]
    public async Task A_table_shows_its_first_rows_and_counts_the_rest()
    {
        await _shell.RunAsync(".maxrows 1\nSELECT 3");
        Assert.Contains("… 3 more rows (.maxrows 0 shows all)\n4 rows\n", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("1e+20", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv", "id,name,x\n1,a,0.5\n2,,1e+20\n30,\"\",\n4,\"b|\"\"c\"\"\n,\",-1\n")]
    [InlineData("jsonl", """
        {"id": 1, "name": "a", "x": 0.5}
        {"id": 2, "name": null, "x": 1e+20}
        {"id": 30, "name": "", "x": null}
        {"id": 4, "name": "b|\"c\"\n,", "x": -1}

        """)]
    [InlineData("markdown", """
        | id | name | x |
        | ---: | --- | ---: |
        | 1 | a | 0.5 |
        | 2 | NULL | 1e+20 |
        | 30 |  | NULL |
        | 4 | b\|"c"\n, | -1 |

        """)]
    [InlineData("line", """
          id = 1
        name = a
           x = 0.5

          id = 2
        name = NULL
           x = 1e+20

          id = 30
        name =·
           x = NULL

          id = 4
        name = b|"c"\n,
           x = -1
        4 rows

        """)]
    public async Task Formats_print_every_row(string format, string expected)
    {
        Assert.True(await _shell.RunAsync($".mode {format}\nSELECT 3;"));
        // A dot in the middle stands for a blank at the end of a line, which editors would take away.
        Assert.Equal(expected.Replace('·', ' '), _output.ToString());
    }

    [Theory]
    [InlineData("csv", "Europe/Berlin", "ISO, MDY", "2026-07-17 09:37:16+02,2026-07-17,[2026-12-17 08:37:16+01]\n")]
    [InlineData(
        "markdown", "+05", "SQL, DMY",
        "| 17/07/2026 12:37:16 +05 | 17/07/2026 | [17/12/2026 12:37:16 +05] |\n")]
    [InlineData("csv", "UTC", "ISO, MDY", "2026-07-17 07:37:16+00,2026-07-17,[2026-12-17 07:37:16+00]\n")]
    [InlineData("csv", "Mars/Olympus", "ISO, MDY", "2026-07-17 07:37:16+00,2026-07-17,[2026-12-17 07:37:16+00]\n")]
    public async Task Dates_and_times_are_printed_as_the_session_says(
        string format, string zone, string style, string expected)
    {
        long july = new DateTimeOffset(2026, 7, 17, 7, 37, 16, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000;
        long december = new DateTimeOffset(2026, 12, 17, 7, 37, 16, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000;
        LogicalType list = LogicalType.List(LogicalType.TimestampTz);
        _session.Answers(
            "SELECT m",
            new Schema(
                new Field("at", LogicalType.TimestampTz), new Field("d", LogicalType.Date), new Field("l", list)),
            [
                Value.Integer(LogicalType.TimestampTz, july),
                Value.Integer(LogicalType.Date, july / 86_400_000_000),
                Value.Nested(list, [Value.Integer(LogicalType.TimestampTz, december)]),
            ]);
        _session.ReportedSettings = [("timezone", zone), ("datestyle", style)];
        Assert.True(await _shell.RunAsync($".mode {format}\nSELECT m;"));
        Assert.EndsWith(expected, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_an_array_that_others_read()
    {
        await _shell.RunAsync(".mode json\nSELECT 3;");
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(_output.ToString());
        Assert.Equal(4, document.RootElement.GetArrayLength());
        Assert.Equal("b|\"c\"\n,", document.RootElement[3].GetProperty("name").GetString());
        await _shell.RunAsync("SELECT 0");
        Assert.EndsWith("]\n[]\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_shows_the_place_and_the_advice()
    {
        Assert.False(await _shell.RunAsync("BAD a;"));
        Assert.Equal(
            "error 42601: Syntax error at BAD\n  BAD a\n  ^^^\nhint: Write something good.\n", _errors.ToString());
    }

    [Fact]
    public async Task An_error_in_a_script_says_where()
    {
        Assert.False(await _shell.RunAsync("INSERT;\n\nSELECT\n  a,\n  beta\nFROM t;", "load.sql"));
        Assert.Equal(
            "load.sql:3: error 42703: Column not found: beta\n  line 3:   beta\n            ^^^^\n",
            _errors.ToString());
    }

    [Fact]
    public async Task A_script_goes_on_after_an_error_unless_told_to_stop()
    {
        Assert.False(await _shell.RunAsync("BAD a; INSERT;"));
        Assert.Equal(["BAD a", "INSERT"], _session.Statements);
        _session.Statements.Clear();
        Assert.False(await _shell.RunAsync(".bail on\nBAD a; INSERT;"));
        Assert.Equal(["BAD a"], _session.Statements);
    }

    [Fact]
    public async Task Results_can_go_to_a_file()
    {
        string file = Path.GetTempFileName();
        try
        {
            await _shell.RunAsync($".mode csv\n.once {file}\nSELECT 3;\nSELECT 0;");
            Assert.StartsWith("id,name,x\n1,a", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
            Assert.Equal("id,name,x\n", _output.ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("\\x")]
    [InlineData(".expanded")]
    public async Task Expanded_output_is_switched_on_and_off(string command)
    {
        await _shell.RunAsync(command);
        Assert.Equal("line", _shell.Settings.Format.Name);
        await _shell.RunAsync(command);
        Assert.Equal("table", _shell.Settings.Format.Name);
    }

    [Theory]
    [InlineData("\\dt", "SHOW TABLES")]
    [InlineData("\\d+ flights", "DESCRIBE flights")]
    [InlineData(".tab", "SHOW TABLES")]
    [InlineData("\\l", "SHOW DATABASES")]
    [InlineData(".storage flights", "EXPLAIN STORAGE flights")]
    public async Task Commands_of_psql_and_shortened_ones_are_understood(string command, string statement)
    {
        await _shell.RunAsync(command);
        Assert.Equal(statement, Assert.Single(_session.Statements));
    }

    [Theory]
    [InlineData(".nonsense", "error: Unknown command: .nonsense (.help lists all)\n")]
    [InlineData(".e", "error: Ambiguous command: .e (.expanded, .echo, .exit)\n")]
    [InlineData(".mode xml", "error: Unknown format: xml")]
    [InlineData(".maxrows many", "error: Not a number from 0: many\n")]
    [InlineData(".read nowhere.sql", "error: Could not find file")]
    public async Task Wrong_commands_say_what_is_wrong(string command, string complaint)
    {
        Assert.False(await _shell.RunAsync(command));
        Assert.StartsWith(complaint, _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_every_command()
    {
        await _shell.RunAsync(".help");
        string help = _output.ToString();
        Assert.All(ShellCommands.All, command => Assert.Contains(command.Name, help, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_command_has_a_name_of_its_own()
    {
        string[] names = [.. ShellCommands.All
            .SelectMany(command => new[] { command.Name, command.Alias })
            .Where(name => name.Length > 0)];
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public async Task Quit_ends_a_script()
    {
        await _shell.RunAsync("INSERT;\n.quit\nINSERT;");
        Assert.Single(_session.Statements);
        Assert.True(_shell.IsQuitting);
    }

    private static Value[] Row(int id, string? name, double? x) =>
    [
        Value.Integer(LogicalType.Integer, id),
        name is null ? Value.Null(LogicalType.Varchar) : Value.Text(name),
        x is double number ? Value.Float(LogicalType.Double, number) : Value.Null(LogicalType.Double),
    ];
}
