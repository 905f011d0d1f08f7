using System.Globalization;

namespace ColFrag.Sql.Tests.Scripts;

/// <summary>
/// Reads a script: steps apart by empty lines, their first words naming them, as in SQLite's sqllogictest and DuckDB's
/// extensions of it. tests/sql/README.md describes the format.
/// </summary>
sealed class ScriptParser
{
    private readonly string _path;
    private readonly string[] _lines;
    private int _next;

    private ScriptParser(string path)
    {
        _path = path;
        _lines = File.ReadAllLines(path);
    }

    /// <summary>The steps of a file, those of files it includes in their place.</summary>
    public static IReadOnlyList<ScriptCommand> ParseFile(string path)
    {
        ScriptParser parser = new(path);
        List<ScriptCommand> commands = parser.ParseBody(isLoop: false);
        return commands;
    }

    private List<ScriptCommand> ParseBody(bool isLoop)
    {
        List<ScriptCommand> commands = [];
        List<string> skip = [];
        List<string> only = [];
        List<string> without = [];
        string connection = "";
        while (_next < _lines.Length)
        {
            int line = _next + 1;
            string text = _lines[_next++];
            if (text.Length == 0 || text[0] == '#') continue;
            string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ScriptCommand? command = null;
            switch (words[0])
            {
                case "skipif":
                    skip.AddRange(words[1..].TakeWhile(w => w[0] != '#'));
                    continue;
                case "onlyif":
                    only.AddRange(words[1..].TakeWhile(w => w[0] != '#'));
                    continue;
                case "without":
                    without.AddRange(words[1..].TakeWhile(w => w[0] != '#'));
                    continue;
                case "connection":
                    connection = words[1];
                    continue;
                case "include":
                    commands.AddRange(ParseFile(Path.Combine(Path.GetDirectoryName(_path)!, words[1])));
                    continue;
                case "endloop" when isLoop:
                    return commands;
                case "statement":
                    command = ParseStatement(line, words, connection);
                    break;
                case "query":
                    command = ParseQuery(line, words, connection);
                    break;
                case "hash-threshold":
                    command = new HashThresholdCommand(line, Number(words[1]));
                    break;
                case "loop":
                    int first = Number(words[2]);
                    int end = Number(words[3]);
                    command = new LoopCommand(
                        line, words[1], [.. Enumerable.Range(first, end - first).Select(Text)],
                        ParseBody(isLoop: true));
                    break;
                case "foreach":
                    command = new LoopCommand(line, words[1], words[2..], ParseBody(isLoop: true));
                    break;
                case "restart":
                    command = new RestartCommand(line);
                    break;
                case "halt":
                    command = new HaltCommand(line);
                    break;
                default:
                    throw Wrong(line, $"unknown step: {words[0]}");
            }
            commands.Add(command with { SkipIf = [.. skip, .. without], OnlyIf = [.. only] });
            skip.Clear();
            only.Clear();
            connection = "";
        }
        return isLoop ? throw Wrong(_lines.Length, "a loop without endloop") : commands;
    }

    private StatementCommand ParseStatement(int line, string[] words, string connection)
    {
        string sql = ReadText(out _);
        return words[1] switch
        {
            "ok" => new StatementCommand(line, sql, connection, null, null),
            "count" => new StatementCommand(line, sql, connection, null, Number(words[2])),
            "error" => new StatementCommand(
                line, sql, connection,
                new ExpectedError(words.ElementAtOrDefault(2) ?? "", string.Join(' ', words.Skip(3))), null),
            _ => throw Wrong(line, "a statement is ok, count or error"),
        };
    }

    private QueryCommand ParseQuery(int line, string[] words, string connection)
    {
        string types = words.Length > 1 && words[1] != "?" ? words[1] : "";
        SortMode sort = SortMode.NoSort;
        string? label = null;
        foreach (string word in words.Skip(2))
        {
            switch (word)
            {
                case "nosort":
                    break;
                case "rowsort":
                    sort = SortMode.RowSort;
                    break;
                case "valuesort":
                    sort = SortMode.ValueSort;
                    break;
                default:
                    label = word;
                    break;
            }
        }
        string sql = ReadText(out bool hasAnswer);
        return new QueryCommand(line, sql, connection, types, sort, label, hasAnswer ? ReadAnswer() : null);
    }

    /// <summary>The lines up to an empty one, or to the dashes above an answer.</summary>
    private string ReadText(out bool hasAnswer)
    {
        List<string> text = [];
        hasAnswer = false;
        while (_next < _lines.Length && _lines[_next].Length > 0)
        {
            string line = _lines[_next++];
            if (line == "----")
            {
                hasAnswer = true;
                break;
            }
            text.Add(line);
        }
        return string.Join('\n', text);
    }

    private List<string> ReadAnswer()
    {
        List<string> answer = [];
        while (_next < _lines.Length && _lines[_next].Length > 0) answer.Add(_lines[_next++]);
        return answer;
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private FormatException Wrong(int line, string what) => new($"{Path.GetFileName(_path)}:{line}: {what}");
}
