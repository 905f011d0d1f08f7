using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>
/// What was entered before, whole statements, newest last. Kept in a file with one statement per line (line breaks as
/// <c>\n</c>, backslashes doubled), to which several consoles can add at once.
/// </summary>
sealed class History
{
    private const int Limit = 10_000;

    private readonly List<string> _entries = [];
    private readonly string? _file;

    /// <summary>Reads the file, if there is one; without a file, remembers only until the end.</summary>
    public History(string? file)
    {
        _file = file;
        if (file is null || !File.Exists(file)) return;
        try
        {
            foreach (string line in File.ReadLines(file)) Remember(Unescape(line));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _file = null;
        }
    }

    public IReadOnlyList<string> Entries => _entries;

    /// <summary>The history of this user, or null where no place for it can be had.</summary>
    public static string? DefaultFile()
    {
        if (Environment.GetEnvironmentVariable("COLFRAG_HISTORY") is { } named) return named.Length > 0 ? named : null;
        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home
                ? Path.Combine(home, ".local", "state")
                : "";
        return state.Length == 0 ? null : Path.Combine(state, "colfrag", "history");
    }

    /// <summary>
    /// Adds an entry unless it repeats the last or starts with a blank, which means "do not remember".
    /// </summary>
    public void Add(string text)
    {
        if (text.Length == 0 || char.IsWhiteSpace(text[0]) || !Remember(text) || _file is null) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_file))!);
            FileStreamOptions options = new()
            {
                Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite,
            };
            // Statements can hold secrets: for the owner alone.
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using FileStream stream = new(_file, options);
            stream.Write(Encoding.UTF8.GetBytes(Escape(text) + "\n"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A history that cannot be kept must not stand in the way of work.
        }
    }

    /// <summary>The newest entry before an index that contains the text, or -1.</summary>
    public int FindBackward(string text, int before)
    {
        for (int i = Math.Min(before, _entries.Count) - 1; i >= 0; i--)
        {
            if (_entries[i].Contains(text, StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }

    internal static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    internal static string Unescape(string line)
    {
        if (!line.Contains('\\', StringComparison.Ordinal)) return line;
        StringBuilder text = new(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\' || i + 1 == line.Length) text.Append(line[i]);
            else text.Append(line[++i] == 'n' ? '\n' : line[i]);
        }
        return text.ToString();
    }

    private bool Remember(string text)
    {
        if (text.Length == 0 || (_entries.Count > 0 && _entries[^1] == text)) return false;
        if (_entries.Count == Limit) _entries.RemoveAt(0);
        _entries.Add(text);
        return true;
    }
}
