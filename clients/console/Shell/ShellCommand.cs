namespace ColFrag.Console.Shell;

/// <summary>A command of the shell itself, such as <c>.tables</c>; psql's name for it works too.</summary>
/// <param name="Name">With the dot.</param>
/// <param name="Alias">psql's name with the backslash, or "".</param>
/// <param name="Arguments">What follows, for the help text.</param>
/// <param name="Help">What it does, in a line.</param>
/// <param name="Run">Does it. False when it failed; the reason is printed already.</param>
sealed record ShellCommand(
    string Name, string Alias, string Arguments, string Help, Func<SqlShell, string[], Task<bool>> Run)
{
    /// <summary>The group under which the help lists it.</summary>
    public string Group { get; init; } = "";
}
