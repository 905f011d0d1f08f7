using System.Globalization;
using System.Text.RegularExpressions;
using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>
/// What clients say from their first statement to their last, recorded from PostgreSQL's log (tests/interop/statements)
/// and said again through psql: rows, command tags and SQLSTATEs are PostgreSQL's. Where ours differ for a reason, the
/// recording says so.
/// </summary>
[Trait("Budget", "clients")]
public sealed partial class StatementCorpusTests
{
    private const string Mark = "-- differs: ";

    private static readonly string s_folder = Repository.PathOf("tests", "interop", "statements");

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public async Task Recorded_conversations_go_as_with_PostgreSQL()
    {
        using ReferencePostgres peer = ReferencePostgres.Start();
        List<string> complaints = [];
        int same = 0;
        foreach (string file in Directory.GetFiles(s_folder, "*.sql").Order(StringComparer.Ordinal))
        {
            string client = Path.GetFileNameWithoutExtension(file);
            string[] recorded = File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n;;\n")[..^1];
            string[] statements = [.. recorded.Select(WithoutMark)];
            Assert.NotEmpty(statements);
            // A database for each: what one leaves behind another must not find.
            string database = $"said_{client}";
            Psql(peer.Port, ReferencePostgres.User, "-c", $"CREATE DATABASE {database}");
            await using TestServer server = await TestServer.StartAsync();
            string[] expected = Say(peer.Port, database, statements);
            string[] actual = Say(server.Port, "colfrag", statements);
            for (int i = 0; i < statements.Length; i++)
            {
                if (expected[i] == actual[i].Replace("colfrag", database, StringComparison.Ordinal)) same++;
                else if (!recorded[i].StartsWith(Mark, StringComparison.Ordinal))
                {
                    complaints.Add(
                        $"{client} {i}: {statements[i]}\nPostgreSQL:\n{expected[i]}\nColFrag:\n{actual[i]}");
                }
            }
        }
        Assert.True(complaints.Count == 0, string.Join("\n----\n", complaints));
        Assert.True(same >= 300, $"only {same} answers were the same");
    }

    private static string WithoutMark(string recorded) =>
        recorded.StartsWith(Mark, StringComparison.Ordinal) ? recorded[(recorded.IndexOf('\n') + 1)..] : recorded;

    /// <summary>The answers: rows in order of their text, because few of the statements say another one.</summary>
    private static string[] Say(int port, string database, string[] statements)
    {
        string script = "\\set VERBOSITY sqlstate\n" + string.Concat(statements.Select(s =>
            $"\\echo ----\n{s}\n{(s.StartsWith('\\') ? "" : ";\n")}{(CopyIn().IsMatch(s) ? "\\.\n" : "")}"));
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, script);
            string[] answers = [.. Psql(port, database, "-f", path).Split("----\n")[1..]];
            Dictionary<string, string> names = [];
            foreach (string line in Psql(port, database, "-c", CatalogNumbers.Query).Split('\n'))
                if (line.Split('|') is [string number, string name]) names.TryAdd(number, name);
            return [.. answers.Select(a => Plain(CatalogNumbers.Rename(a, names)))];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Psql(int port, string database, string option, string value) => ClientScript.Run(
        "sh", "-c", "exec psql \"$@\" 2>&1", "psql", "-XqAt", "-h", "127.0.0.1", "-p",
        port.ToString(CultureInfo.InvariantCulture), "-U", ReferencePostgres.User, "-d", database, option, value);

    /// <summary>Without remarks, whose wording is each server's own, and without psql's place in the script.</summary>
    private static string Plain(string answer) => string.Join('\n', answer.Split('\n')
        .Select(line => Place().Replace(line, ""))
        .Where(line => line.Length > 0 && !Remark().IsMatch(line)).Order(StringComparer.Ordinal));

    // Its rows are not in the log: none come.
    [GeneratedRegex(@"^\s*copy\b.*\bfrom\s+stdin", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex CopyIn();

    [GeneratedRegex(@"^psql:\S+ ")]
    private static partial Regex Place();

    [GeneratedRegex(@"NOTICE:|WARNING:|invalid command|^COPY 0")]
    private static partial Regex Remark();
}
