using System.Globalization;
using ColFrag.Console.Output;

namespace ColFrag.Console.Shell;

/// <summary>Commands that change how and where results are printed.</summary>
static class OutputCommands
{
    public static IReadOnlyList<ShellCommand> All { get; } =
    [
        new(".mode", "", "[FORMAT]", $"Format of results: {ResultFormats.Names}", Done(Mode)),
        new(".expanded", "\\x", "", "A line per value, or back", Done(Expanded)),
        new(".timer", "\\timing", "[on|off]", "How long each statement takes", Done((shell, arguments) => Switch(
            shell, arguments, "Timer", shell.Settings.ShowsTime, value => shell.Settings.ShowsTime = value))),
        new(".maxrows", "", "[N]", "Rows that a table shows; 0 = all", Done((shell, arguments) => Number(
            shell, arguments, "Rows shown", shell.Settings.Output.MaxRows,
            value => shell.Settings.Output = shell.Settings.Output with { MaxRows = value }))),
        new(".maxwidth", "", "[N]", "Cells of a column; 0 = as wide as it is", Done((shell, arguments) => Number(
            shell, arguments, "Cells of a column", shell.Settings.Output.MaxWidth,
            value => shell.Settings.Output = shell.Settings.Output with { MaxWidth = value }))),
        new(".headers", "", "[on|off]", "Names above the columns", Done((shell, arguments) => Switch(
            shell, arguments, "Headers", shell.Settings.Output.HasHeader,
            value => shell.Settings.Output = shell.Settings.Output with { HasHeader = value }))),
        new(".nullvalue", "", "TEXT", "What stands for NULL in a table", Done((shell, arguments) =>
        {
            shell.Settings.Output = shell.Settings.Output with { NullText = arguments is [string text] ? text : "" };
            return true;
        })),
        new(".output", "\\o", "[FILE]", "Results go to a file; without FILE, back to the screen", Done(Redirect)),
        new(".once", "", "FILE", "The next result goes to a file", Done((shell, arguments) => arguments is [string path]
            ? shell.Redirect(path, isForOneResult: true)
            : shell.Complain("Needs the name of a file"))),
    ];

    private static Func<SqlShell, string[], Task<bool>> Done(Func<SqlShell, string[], bool> run) =>
        (shell, arguments) => Task.FromResult(run(shell, arguments));

    private static bool Mode(SqlShell shell, string[] arguments)
    {
        if (arguments is [string name])
        {
            if (ResultFormats.Find(name) is not { } format)
            {
                return shell.Complain($"Unknown format: {name} (one of {ResultFormats.Names})");
            }
            shell.Settings.Format = format;
            return true;
        }
        shell.Say($"Format: {shell.Settings.Format.Name}");
        return true;
    }

    private static bool Redirect(SqlShell shell, string[] arguments)
    {
        if (arguments is [string path]) return shell.Redirect(path, isForOneResult: false);
        shell.RedirectToStandard();
        return true;
    }

    private static bool Expanded(SqlShell shell, string[] arguments)
    {
        ShellSettings settings = shell.Settings;
        if (settings.FormatBeforeExpanded is { } before)
        {
            (settings.Format, settings.FormatBeforeExpanded) = (before, null);
            shell.Say($"Format: {before.Name}");
        }
        else
        {
            (settings.FormatBeforeExpanded, settings.Format) = (settings.Format, ResultFormats.Find("line")!);
            shell.Say("Format: line");
        }
        return true;
    }

    private static bool Switch(SqlShell shell, string[] arguments, string what, bool current, Action<bool> set)
    {
        bool value = !current;
        if (arguments is [string text])
        {
            if (ShellCommands.ParseSwitch(text) is not bool given) return shell.Complain($"Neither on nor off: {text}");
            value = given;
        }
        set(value);
        shell.Say($"{what}: {(value ? "on" : "off")}");
        return true;
    }

    private static bool Number(SqlShell shell, string[] arguments, string what, int current, Action<int> set)
    {
        if (arguments is [string text])
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out current))
            {
                return shell.Complain($"Not a number from 0: {text}");
            }
            set(current);
        }
        shell.Say($"{what}: {(current == 0 ? "all" : current.ToString(CultureInfo.InvariantCulture))}");
        return true;
    }
}
