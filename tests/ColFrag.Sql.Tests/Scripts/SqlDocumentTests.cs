using System.Text.RegularExpressions;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;
using ColFrag.Sql.Tests.Comparing;
using ColFrag.Sql.Tests.Targets;

namespace ColFrag.Sql.Tests.Scripts;

/// <summary>
/// Runs what docs/sql.md shows. Behind a statement stands what it gives, <c>-- 1, 2</c>, or that it fails,
/// <c>-- fails: 23505</c>; without either it succeeds.
/// </summary>
public sealed partial class SqlDocumentTests
{
    [Fact]
    public async Task Every_example_of_the_document_goes_as_it_says()
    {
        string text = await File.ReadAllTextAsync(Repository.PathOf("docs", "sql.md"));
        await using ISqlSite site = await new EmbeddedTarget().OpenAsync();
        await using ISession session = await site.ConnectAsync();
        int count = 0;
        foreach (Match block in Block().Matches(text))
        {
            foreach ((string sql, string says) in StatementsOf(block.Groups[1].Value))
            {
                Assert.Equal((sql, says), (sql, await AnswerAsync(session, sql, says)));
                count++;
            }
        }
        Assert.True(count > 30, $"only {count} statements");
    }

    private static IEnumerable<(string Sql, string Says)> StatementsOf(string block)
    {
        int start = 0;
        foreach (Match end in End().Matches(block))
        {
            string sql = block[start..end.Index].Trim();
            start = end.Index + end.Length;
            if (Parser.ParseStatements(sql).Count == 1) yield return (sql, end.Groups[1].Value.Trim());
        }
    }

    private static async Task<string> AnswerAsync(ISession session, string sql, string says)
    {
        try
        {
            ResultTable answer = await ResultTable.RunAsync(session, sql, null, default);
            if (says.Length == 0) return "";
            return answer.Rows.Count == 1 ? string.Join(", ", answer.Rows[0]) : $"{answer.Rows.Count} rows";
        }
        catch (ColFragException error)
        {
            return $"fails: {error.SqlState}" + (says.StartsWith("fails", StringComparison.Ordinal)
                ? "" : $" {error.Message}");
        }
    }

    [GeneratedRegex(@"```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@";[ ]*(?:--([^\n]*))?(?:\n|$)")]
    private static partial Regex End();
}
