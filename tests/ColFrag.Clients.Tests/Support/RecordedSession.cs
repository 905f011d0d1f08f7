using System.Globalization;
using System.Text.RegularExpressions;

namespace ColFrag.Clients.Tests.Support;

/// <summary>Says recorded statements to a server through psql, with names in place of the numbers of objects.</summary>
sealed partial class RecordedSession(int port, string database)
{
    private const string Begins = "----\n", Numbers = "++++\n";

    private readonly Dictionary<string, string> _names = [];

    /// <summary>The answers: rows in order of their text, because few of the statements say another one.</summary>
    /// <param name="schema">What is made before; numbers of its objects take the places {name}.</param>
    /// <param name="statements">What is said.</param>
    public string[] Say(string? schema, RecordedStatement[] statements)
    {
        if (schema is not null) Learn(Run($"{schema}\n{CatalogNumbers.Query};\n"));
        Dictionary<string, string> numbers = [];
        foreach ((string number, string name) in _names) numbers.TryAdd(name, number);
        string script = "\\set VERBOSITY sqlstate\n" + string.Concat(statements.Select(s => ScriptOf(
            Place().Replace(s.Text, m => numbers.GetValueOrDefault($"class {m.Groups[1].Value}", m.Value)))));
        string[] answers = Run(script).Split(Begins)[1..];
        for (int i = 0; i < answers.Length; i++)
        {
            string[] parts = answers[i].Split(Numbers);
            answers[i] = parts[0];
            foreach (string part in parts[1..]) Learn(part);
        }
        return [.. answers.Select((answer, i) => Plain(answer, AsksCatalog().IsMatch(statements[i].Text)))];
    }

    /// <summary>Runs psql with an option and its value; gives what it prints.</summary>
    public static string Psql(int port, string database, string option, string value) => ClientScript.Run(
        "sh", "-c", "exec psql \"$@\" 2>&1", "psql", "-XqAt", "-h", "127.0.0.1", "-p",
        port.ToString(CultureInfo.InvariantCulture), "-U", ReferencePostgres.User, "-d", database, option, value);

    private static string ScriptOf(string statement)
    {
        string rows = CopyIn().IsMatch(statement) ? "\\.\n" : "";
        string script = $"\\echo ----\n{statement}\n{(statement.StartsWith('\\') ? "" : ";\n")}{rows}";
        // What it makes may be gone at the end: its numbers are asked for now.
        return Makes().IsMatch(statement) ? $"{script}\\echo ++++\n{CatalogNumbers.Query};\n" : script;
    }

    private void Learn(string pairs)
    {
        foreach (string line in pairs.Split('\n'))
            if (line.Split('|') is [string number, string name]) _names.TryAdd(number, name);
    }

    /// <summary>Without remarks, whose wording is each server's own, and without psql's place in the script.</summary>
    private string Plain(string answer, bool hasNumbers) => string.Join('\n', answer.Split('\n')
        .Select(line => PlaceInScript().Replace(hasNumbers ? CatalogNumbers.Rename(line, _names) : line, ""))
        .Where(line => line.Length > 0 && !Remark().IsMatch(line)).Order(StringComparer.Ordinal));

    private string Run(string script)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, script);
            return Psql(port, database, "-f", path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Its rows are not in the log: none come.
    [GeneratedRegex(@"^\s*copy\b.*\bfrom\s+stdin", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex CopyIn();

    [GeneratedRegex(@"(?:^|;)\s*create\b", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Makes();

    [GeneratedRegex(@"\bpg_|\binformation_schema\b|oid\b|::reg", RegexOptions.IgnoreCase)]
    private static partial Regex AsksCatalog();

    [GeneratedRegex(@"^psql:\S+ ")]
    private static partial Regex PlaceInScript();

    [GeneratedRegex(@"NOTICE:|WARNING:|invalid command|^COPY 0")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Place();
}
