using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

/// <summary>Statements of every kind, which the tests parse, print, mutate and take apart.</summary>
internal static partial class SqlCorpus
{
    /// <summary>All statements, each by itself.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Split(Expressions), .. Split(Queries), .. Split(Tables), .. Split(DataChanges), .. Split(Definitions),
            .. Split(Sessions)];

    private static IEnumerable<string> Split(string text) =>
        StatementSplitter.Split(text).Select(range => text.Substring(range.Start, range.Length));
}
