namespace ColFrag.Clients.Tests.Support;

/// <summary>One statement of a client, and in what our answer may differ from PostgreSQL's, if it may.</summary>
sealed record RecordedStatement(string Text, string? Difference)
{
    /// <summary>Stands before questions that are asked over schema.sql.</summary>
    public const string Schema = "\\i schema.sql";

    private const string Mark = "-- differs: ", Refused = "-- refused: ", OfItsOwn = "-- of its own: ";

    /// <summary>The statements of a recording.</summary>
    public static RecordedStatement[] ReadAll(string file) =>
    [
        .. File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n;;\n")[..^1].Select(part =>
        {
            bool isMarked = part.StartsWith(Mark, StringComparison.Ordinal)
                || part.StartsWith(Refused, StringComparison.Ordinal)
                || part.StartsWith(OfItsOwn, StringComparison.Ordinal);
            int end = part.IndexOf('\n', StringComparison.Ordinal);
            return isMarked
                ? new RecordedStatement(part[(end + 1)..], part[..end])
                : new RecordedStatement(part, null);
        }),
    ];

    /// <summary>What is wrong with our answer; null where nothing is.</summary>
    public string? Compare(string expected, string actual, string database)
    {
        actual = actual.Replace("colfrag", database, StringComparison.Ordinal);
        if (Difference is null) return expected == actual ? null : "the answers differ";
        if (expected == actual) return "the answers are the same: the mark is not needed";
        bool isRefused = Difference.StartsWith(Refused, StringComparison.Ordinal);
        if (IsError(actual) != (isRefused || IsError(expected))) return "one of the two refuses it";
        // Servers list objects of their own beside those that clients made, which must be the same.
        return !Difference.StartsWith(OfItsOwn, StringComparison.Ordinal) || OfClients(expected) == OfClients(actual)
            ? null
            : "rows of what clients made differ";
    }

    private static bool IsError(string answer) => answer.Contains("ERROR:", StringComparison.Ordinal);

    private static string OfClients(string answer) => string.Join('\n', answer.Split('\n').Where(
        line => line.Split('|').Contains("public")));
}
