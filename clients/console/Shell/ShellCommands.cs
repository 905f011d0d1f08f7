using System.Text;
using ColFrag.Console.Editing;

namespace ColFrag.Console.Shell;

/// <summary>The one list of commands.</summary>
static class ShellCommands
{
    public static IReadOnlyList<ShellCommand> All { get; } =
    [
        .. CatalogCommands.All.Select(command => command with { Group = "Looking around" }),
        .. OutputCommands.All.Select(command => command with { Group = "Output" }),
        .. ScriptCommands.All.Select(command => command with { Group = "Scripts" }),
        .. GeneralCommands.All.Select(command => command with { Group = "General" }),
    ];

    /// <summary>True when a line is for the shell and not for the database.</summary>
    public static bool IsCommand(ReadOnlySpan<char> line)
    {
        line = line.TrimStart();
        return line.Length > 1 && line[0] is '.' or '\\' && (char.IsLetter(line[1]) || line[1] == '?');
    }

    /// <summary>Finds the command of a line and its arguments, or says why there is none.</summary>
    public static (ShellCommand? Command, string[] Arguments, string? Complaint) Parse(string line)
    {
        List<string> words = Words(line.Trim().TrimEnd(';').TrimEnd());
        string name = words[0];
        // psql writes \d+ and \dt+ for more detail, which is shown anyway.
        string plain = name.TrimEnd('+');
        ShellCommand? exact = All.FirstOrDefault(command => command.Name == plain || command.Alias == plain);
        if (exact is not null) return (exact, [.. words.Skip(1)], null);
        ShellCommand[] candidates = [.. All.Where(command => command.Name.StartsWith(plain, StringComparison.Ordinal))];
        return candidates switch
        {
            [ShellCommand only] => (only, [.. words.Skip(1)], null),
            [] => (null, [], $"Unknown command: {name} (.help lists all)"),
            _ => (null, [], $"Ambiguous command: {name} ({NamesOf(candidates)})"),
        };
    }

    /// <summary>All commands with their help, in groups.</summary>
    public static string HelpText(string? about)
    {
        StringBuilder text = new();
        string group = "";
        int width = All.Max(command => CellWidth.Of(Usage(command)));
        foreach (ShellCommand command in All)
        {
            bool isNamed = about is not null &&
                (command.Name.Contains(about, StringComparison.Ordinal) || command.Alias == about);
            if (about is not null && !isNamed) continue;
            if (command.Group != group)
            {
                group = command.Group;
                text.Append(text.Length > 0 ? "\n" : "").Append(group).Append('\n');
            }
            text.Append("  ").Append(Usage(command).PadRight(width)).Append("  ").Append(command.Alias.PadRight(9))
                .Append(command.Help).Append('\n');
        }
        return text.Length > 0 ? text.ToString() : $"No command like {about}\n";
    }

    /// <summary>on, off and the like; null when it is neither.</summary>
    public static bool? ParseSwitch(string text) => text.ToLowerInvariant() switch
    {
        "on" or "true" or "yes" or "1" => true,
        "off" or "false" or "no" or "0" => false,
        _ => null,
    };

    private static string NamesOf(ShellCommand[] commands) =>
        string.Join(", ", commands.Select(command => command.Name));

    private static string Usage(ShellCommand command) =>
        command.Arguments.Length > 0 ? $"{command.Name} {command.Arguments}" : command.Name;

    /// <summary>Words apart by blanks; quotes keep blanks inside a word.</summary>
    private static List<string> Words(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        char quote = '\0';
        bool isWord = false;
        foreach (char c in line)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                isWord = true;
            }
            else if (!char.IsWhiteSpace(c))
            {
                word.Append(c);
                isWord = true;
            }
            else if (isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }
        if (isWord) words.Add(word.ToString());
        return words;
    }
}
