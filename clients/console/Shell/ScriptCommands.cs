namespace ColFrag.Console.Shell;

/// <summary>Commands for files of statements.</summary>
static class ScriptCommands
{
    public static IReadOnlyList<ShellCommand> All { get; } =
    [
        new(".read", "\\i", "FILE", "Runs the statements of a file", (shell, arguments) => arguments is [string path]
            ? shell.RunFileAsync(path)
            : Task.FromResult(shell.Complain("Needs the name of a file"))),
        new(".print", "\\echo", "TEXT", "Prints a text", (shell, arguments) =>
        {
            shell.Say(string.Join(' ', arguments));
            return Task.FromResult(true);
        }),
        new(".echo", "", "on|off", "Prints each statement before it runs", (shell, arguments) =>
            SetSwitch(shell, arguments, value => shell.Settings.Echoes = value)),
        new(".bail", "", "on|off", "Stops a script at its first error", (shell, arguments) =>
            SetSwitch(shell, arguments, value => shell.Settings.StopsAtError = value)),
        new(".cd", "\\cd", "FOLDER", "Changes the folder for relative paths", (shell, arguments) =>
            Task.FromResult(ChangeFolder(shell, arguments))),
    ];

    private static Task<bool> SetSwitch(SqlShell shell, string[] arguments, Action<bool> set)
    {
        if (arguments is not [string text] || ShellCommands.ParseSwitch(text) is not bool value)
        {
            return Task.FromResult(shell.Complain("Needs on or off"));
        }
        set(value);
        return Task.FromResult(true);
    }

    private static bool ChangeFolder(SqlShell shell, string[] arguments)
    {
        if (arguments is not [string folder]) return shell.Complain("Needs the name of a folder");
        try
        {
            Directory.SetCurrentDirectory(folder);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return shell.Complain(exception.Message);
        }
    }
}
