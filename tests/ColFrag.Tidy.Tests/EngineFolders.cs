using System.Text.RegularExpressions;

namespace ColFrag.Tidy.Tests;

/// <summary>
/// The folders of engine/ in the order of docs/architecture.md, where a folder uses only those above it.
/// </summary>
static partial class EngineFolders
{
    /// <summary>What stands in the list for the root of the engine, which may use everything.</summary>
    public const string Root = "(root)";

    public static IReadOnlyList<string> InOrder { get; } = ReadList();

    /// <summary>
    /// True when code of one folder may use another. Sessions implements the contracts that the root shows to users
    /// (ISession, QueryResult), and Records and Linq speak to any session through them; the root makes all three.
    /// </summary>
    public static bool MayUse(string user, string used) =>
        user == used || (used == Root && user is "Sessions" or "Records" or "Linq")
            || (InOrder.IndexOf(used) is >= 0 and int target && target < InOrder.IndexOf(user));

    private static int IndexOf(this IReadOnlyList<string> folders, string name) =>
        folders.TakeWhile(folder => folder != name).Count() is int index && index < folders.Count ? index : -1;

    private static List<string> ReadList()
    {
        string document = File.ReadAllText(Repository.PathOf("docs", "architecture.md"));
        int start = document.IndexOf("## Folders are the diagram", StringComparison.Ordinal);
        Assert.True(start >= 0, "docs/architecture.md has no section 'Folders are the diagram'");
        int table = document.IndexOf("| ---", start, StringComparison.Ordinal);
        int end = document.IndexOf("\n\n", table, StringComparison.Ordinal);
        return [.. FolderRow().Matches(document[start..end]).Select(row => row.Groups[1].Value)];
    }

    [GeneratedRegex(@"^\| `?(\w+|\(root\))`? \|", RegexOptions.Multiline)]
    private static partial Regex FolderRow();
}
