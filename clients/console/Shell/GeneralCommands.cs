namespace ColFrag.Console.Shell;

/// <summary>Help, history and the way out.</summary>
static class GeneralCommands
{
    private const int HistoryShown = 20;

    public static IReadOnlyList<ShellCommand> All { get; } =
    [
        new(".help", "\\?", "[COMMAND]", "This list", (shell, arguments) =>
        {
            shell.Target.Writer.Write(ShellCommands.HelpText(arguments.FirstOrDefault()));
            return Task.FromResult(true);
        }),
        new(".history", "\\s", "[N]", "The last statements", (shell, arguments) =>
        {
            int count = arguments is [string text] && int.TryParse(text, out int wanted) ? wanted : HistoryShown;
            foreach (string entry in shell.History.TakeLast(count)) shell.Say(entry);
            return Task.FromResult(true);
        }),
        new(".connection", "\\conninfo", "", "Where this console is connected", (shell, _) =>
        {
            shell.Say(shell.Session.DataSource);
            return Task.FromResult(true);
        }),
        new(".version", "", "", "The version of ColFrag", (shell, _) =>
        {
            shell.Say(ProductVersion.Text);
            return Task.FromResult(true);
        }),
        new(".quit", "\\q", "", "Ends the console", (shell, _) =>
        {
            shell.IsQuitting = true;
            return Task.FromResult(true);
        }),
        new(".exit", "", "", "Ends the console", (shell, _) =>
        {
            shell.IsQuitting = true;
            return Task.FromResult(true);
        }),
    ];
}
