namespace ColFrag.Sql.Tests.Scripts;

/// <summary>One step of a script.</summary>
/// <param name="Line">Its first line in the file, from 1.</param>
abstract record ScriptCommand(int Line)
{
    /// <summary>Targets and peers that leave the step out.</summary>
    public IReadOnlyList<string> SkipIf { get; init; } = [];

    /// <summary>Where not empty, the only targets and peers that take the step.</summary>
    public IReadOnlyList<string> OnlyIf { get; init; } = [];

    /// <summary>True when <paramref name="name"/>, a target or a peer, takes the step.</summary>
    public bool AppliesTo(string name) => !SkipIf.Contains(name) && (OnlyIf.Count == 0 || OnlyIf.Contains(name));
}

/// <summary>
/// A statement whose rows do not matter, in one of the script's conversations. It must fail as Error says where there
/// is one, and change Count rows where there is a count.
/// </summary>
sealed record StatementCommand(int Line, string Sql, string Connection, ExpectedError? Error, long? Count)
    : ScriptCommand(Line);

/// <summary>How a statement must fail.</summary>
/// <param name="SqlState">The code; empty for any.</param>
/// <param name="Message">A part of the message or of the hint; empty for any.</param>
sealed record ExpectedError(string SqlState, string Message);

/// <summary>
/// A query and its answer, the lines under the dashes, null where there are none. Types has one letter a column, see
/// <see cref="ColumnLetters"/>, and is empty where types do not matter. Queries of one label have one answer.
/// </summary>
sealed record QueryCommand(
    int Line, string Sql, string Connection, string Types, SortMode Sort, string? Label,
    IReadOnlyList<string>? Expected) : ScriptCommand(Line);

/// <summary>Which order an answer is compared in.</summary>
enum SortMode
{
    /// <summary>As it came.</summary>
    NoSort,

    /// <summary>Rows sorted as texts.</summary>
    RowSort,

    /// <summary>All values sorted as texts.</summary>
    ValueSort,
}

/// <summary>From so many values on, an answer is written as their number and hash.</summary>
sealed record HashThresholdCommand(int Line, int Values) : ScriptCommand(Line);

/// <summary>Steps that run once for each value of a variable, <c>${name}</c> in their texts.</summary>
sealed record LoopCommand(int Line, string Variable, IReadOnlyList<string> Values, IReadOnlyList<ScriptCommand> Body)
    : ScriptCommand(Line);

/// <summary>Closes the database and opens it again.</summary>
sealed record RestartCommand(int Line) : ScriptCommand(Line);

/// <summary>Ends the script here.</summary>
sealed record HaltCommand(int Line) : ScriptCommand(Line);
