using System.Globalization;
using System.Text.RegularExpressions;
using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>
/// What clients ask the catalog, recorded from PostgreSQL's log (tests/interop/corpus): over equal schemas the answers
/// are those of PostgreSQL once numbers of objects are names. Where ours differ for a reason, the corpus says so.
/// </summary>
[Trait("Budget", "clients")]
public sealed partial class CatalogCorpusTests
{
    private static readonly string s_folder = Repository.PathOf("tests", "interop", "corpus");

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public async Task Answers_to_recorded_questions_are_those_of_PostgreSQL()
    {
        using ReferencePostgres peer = ReferencePostgres.Start();
        await using TestServer server = await TestServer.StartAsync();
        // Its name is not that of a role, so that it can be told apart in answers.
        ClientScript.Run(
            "psql", "-Xq", "-h", "127.0.0.1", "-p", $"{peer.Port}", "-U", ReferencePostgres.User, "-c",
            "CREATE DATABASE corpus");
        Peer theirs = new(peer.Port, "corpus"), ours = new(server.Port, "colfrag");
        List<string> complaints = [];
        int same = 0;
        foreach (string file in Directory.GetFiles(s_folder, "*.sql").Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(file) == "schema.sql") continue;
            Question[] questions = [.. Question.ReadAll(file)];
            Assert.NotEmpty(questions);
            string[] expected = theirs.Ask(questions), actual = ours.Ask(questions);
            for (int i = 0; i < questions.Length; i++)
            {
                string place = $"{Path.GetFileNameWithoutExtension(file)} {i}: {questions[i].Text}";
                bool isWrong = expected[i].Contains("ERROR:", StringComparison.Ordinal);
                bool isError = actual[i].Contains("ERROR:", StringComparison.Ordinal);
                if (isWrong) complaints.Add($"not a question: {place}");
                bool isRefused = questions[i].Difference?.StartsWith("refused", StringComparison.Ordinal) == true;
                if (isError != isRefused) complaints.Add($"{place}\n{actual[i]}");
                else if (questions[i].Difference is not null) continue;
                else if (expected[i] == actual[i]) same++;
                else complaints.Add($"{place}\nPostgreSQL:\n{expected[i]}\nColFrag:\n{actual[i]}");
            }
        }
        Assert.True(complaints.Count == 0, string.Join("\n----\n", complaints));
        Assert.True(same >= 160, $"only {same} answers were compared");
    }

    /// <summary>One question, and why the answer differs; null where it must not.</summary>
    private sealed record Question(string Text, string? Difference)
    {
        public static IEnumerable<Question> ReadAll(string file)
        {
            foreach (string part in File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n;;\n")[..^1])
            {
                const string Mark = "-- differs: ";
                bool isMarked = part.StartsWith(Mark, StringComparison.Ordinal);
                int end = part.IndexOf('\n', StringComparison.Ordinal);
                yield return isMarked
                    ? new Question(part[(end + 1)..], part[Mark.Length..end])
                    : new Question(part, null);
            }
        }
    }

    /// <summary>A server with the corpus' schema and the names of its numbers.</summary>
    private sealed partial class Peer
    {
        private readonly int _port;
        private readonly string _database;
        private readonly Dictionary<string, string> _names = [];

        public Peer(int port, string database)
        {
            _port = port;
            _database = database;
            Run(File.ReadAllText(Path.Combine(s_folder, "schema.sql")));
            foreach (string line in Run($"{CatalogNumbers.Query};").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = line.Split('|');
                _names.TryAdd(parts[0], parts[1]);
            }
        }

        /// <summary>The answers: rows in order of their text, because few of the questions say another one.</summary>
        public string[] Ask(IEnumerable<Question> questions)
        {
            string script = string.Concat(questions.Select(
                q => $"\\echo ----\n{Place().Replace(q.Text, m => NumberOf(m.Groups[1].Value) ?? m.Value)}\n;\n"));
            return
            [
                .. Run(script).Split("----\n")[1..].Select(answer => string.Join('\n', answer.Split('\n')
                    .Select(line => CatalogNumbers.Rename(line, _names)
                        .Replace(_database, "database", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal))),
            ];
        }

        private string? NumberOf(string relation) => _names.FirstOrDefault(n => n.Value == $"class {relation}").Key;

        private string Run(string script)
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllText(path, script);
                return ClientScript.Run(
                    "sh", "-c", "exec psql \"$@\" 2>&1", "psql", "-XqAt", "-h", "127.0.0.1", "-p",
                    _port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", _database, "-f", path);
            }
            finally
            {
                File.Delete(path);
            }
        }

        [GeneratedRegex(@"\{(\w+)\}")]
        private static partial Regex Place();
    }
}
