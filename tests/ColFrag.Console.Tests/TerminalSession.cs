using System.Diagnostics;
using System.Globalization;

namespace ColFrag.Console.Tests;

/// <summary>A program in a real terminal (tmux), typed at and read back as a person would.</summary>
sealed class TerminalSession : IDisposable
{
    /// <summary>Far more than anything takes; a hang, not slowness, is what it finds.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _server = $"colfrag-{Guid.NewGuid():n}";

    public TerminalSession(
        string command, IReadOnlyDictionary<string, string> environment, int columns = 90, int rows = 30)
    {
        List<string> arguments =
        [
            "-f", "/dev/null", "new-session", "-d",
            "-x", columns.ToString(CultureInfo.InvariantCulture), "-y", rows.ToString(CultureInfo.InvariantCulture),
        ];
        foreach ((string name, string value) in environment) arguments.AddRange(["-e", $"{name}={value}"]);
        // The shell behind the program keeps the screen when the program has ended.
        arguments.Add($"{command}; echo \"ended with $?\"; sleep 1000");
        Tmux([.. arguments]);
    }

    /// <summary>What the screen shows.</summary>
    public string Screen =>
        string.Join('\n', Tmux("capture-pane", "-p").Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n');

    /// <summary>Types letters.</summary>
    public TerminalSession Type(string text)
    {
        // tmux takes a semicolon at the end of an argument for itself.
        if (text.EndsWith(';')) Tmux("send-keys", "-l", text[..^1] + "\\;");
        else Tmux("send-keys", "-l", text);
        return this;
    }

    /// <summary>Presses keys by tmux's names, such as Enter, C-c, Up.</summary>
    public TerminalSession Press(params string[] keys)
    {
        Tmux(["send-keys", .. keys]);
        return this;
    }

    /// <summary>Pastes as the terminal's clipboard does.</summary>
    public TerminalSession Paste(string text)
    {
        Tmux("set-buffer", text);
        Tmux("paste-buffer", "-p");
        return this;
    }

    public TerminalSession Resize(int columns, int rows)
    {
        Tmux(
            "resize-window", "-x", columns.ToString(CultureInfo.InvariantCulture),
            "-y", rows.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Waits until the screen shows a text.</summary>
    public string WaitFor(string text) => WaitFor(screen => screen.Contains(text, StringComparison.Ordinal), text);

    /// <summary>Waits until the screen is as described.</summary>
    public string WaitFor(Func<string, bool> isThere, string what)
    {
        long start = Stopwatch.GetTimestamp();
        string screen = Screen;
        while (!isThere(screen))
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < s_patience, $"The terminal never showed: {what}\n{screen}");
            Thread.Sleep(20);
            screen = Screen;
        }
        return screen;
    }

    public void Dispose() => Tmux("kill-server");

    private string Tmux(params string[] arguments)
    {
        ProcessStartInfo start = new("tmux", ["-L", _server, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> complaint = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"tmux {arguments[0]}: {complaint.Result}");
        return output;
    }
}
