using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>
/// What clients say to PostgreSQL, recorded from its log (tests/interop/statements) and said again through psql to
/// both: conversations from their first statement to their last, and what clients ask the catalog over a schema with
/// one of everything. Rows, command tags and SQLSTATEs are PostgreSQL's once numbers of objects are names. Where ours
/// differ for a reason, the recording says it, and that is looked at too.
/// </summary>
[Trait("Budget", "clients")]
public sealed class StatementCorpusTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private static readonly string s_folder = Repository.PathOf("tests", "interop", "statements");

    public static TheoryData<string> Clients =>
        [.. Directory.GetFiles(s_folder, "*.sql").Select(f => Path.GetFileNameWithoutExtension(f)!)
            .Where(name => name != "schema").Order(StringComparer.Ordinal)];

    [JudgedTheory(Judge.Psql, Judge.PostgresServer)]
    [MemberData(nameof(Clients))]
    public async Task Recorded_statements_are_answered_as_by_PostgreSQL(string client)
    {
        RecordedStatement[] all = RecordedStatement.ReadAll(Path.Combine(s_folder, $"{client}.sql"));
        int asked = Array.FindIndex(all, s => s.Text == RecordedStatement.Schema);
        RecordedStatement[] said = asked < 0 ? all : all[..asked];
        RecordedStatement[] questions = asked < 0 ? [] : all[(asked + 1)..];
        string schema = File.ReadAllText(Path.Combine(s_folder, "schema.sql"));
        List<string> complaints = [];
        int same = await CompareAsync($"said_{client}", null, said, complaints)
            + await CompareAsync($"asked_{client}", schema, questions, complaints);
        Assert.True(complaints.Count == 0, string.Join("\n----\n", complaints));
        Assert.True(4 * same > all.Length, $"only {same} of {all.Length} answers were the same");
    }

    /// <summary>How many answers were the same.</summary>
    private async Task<int> CompareAsync(
        string database, string? schema, RecordedStatement[] statements, List<string> complaints)
    {
        if (statements.Length == 0) return 0;
        ReferencePostgres peer = postgres.Server;
        // What one client leaves behind another must not find.
        RecordedSession.Psql(peer.Port, ReferencePostgres.User, "-c", $"CREATE DATABASE {database}");
        await using TestServer server = await TestServer.StartAsync();
        string[] expected = new RecordedSession(peer.Port, database).Say(schema, statements);
        string[] actual = new RecordedSession(server.Port, "colfrag").Say(schema, statements);
        int same = 0;
        for (int i = 0; i < statements.Length; i++)
        {
            if (statements[i].Compare(expected[i], actual[i], database) is { } complaint)
            {
                complaints.Add(
                    $"{database} {i}: {complaint}\n{statements[i].Text}\nPostgreSQL:\n{expected[i]}\n"
                    + $"ColFrag:\n{actual[i]}");
            }
            else if (statements[i].Difference is null)
            {
                same++;
            }
        }
        return same;
    }
}
