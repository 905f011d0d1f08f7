using System.Text;
using ColFrag.Console.Shell;

namespace ColFrag.Console.Tests;

/// <summary>Documents that list what the code has.</summary>
public sealed class DocumentTests
{
    private const string Begin = "<!-- commands: written by ColFrag.Console.Tests -->\n";
    private const string End = "<!-- end -->";

    [Fact]
    public void The_commands_are_documented()
    {
        StringBuilder table = new("| Command | psql | |\n| --- | --- | --- |\n");
        foreach (ShellCommand command in ShellCommands.All)
        {
            string usage = $"{command.Name} {command.Arguments}".TrimEnd();
            string alias = command.Alias.Length > 0 ? $"`{command.Alias}`" : "";
            table.Append($"| `{usage.Replace("|", "\\|", StringComparison.Ordinal)}` | {alias} | {command.Help} |\n");
        }

        string file = Repository.PathOf("docs", "console.md");
        string document = File.ReadAllText(file);
        int start = document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = document.IndexOf(End, start, StringComparison.Ordinal);
        string expected = document[..start] + table + document[end..];
        // Written where it is stale, so that the next run passes; a check of the tree notices that it was.
        if (document != expected) File.WriteAllText(file, expected);
        Assert.Equal(expected, document);
    }
}
