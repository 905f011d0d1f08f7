using System.Runtime.InteropServices;
using ColFrag.Console.Editing;
using ColFrag.Console.Output;
using ColFrag.Console.Syntax;
using ColFrag.Engine;

namespace ColFrag.Console.Shell;

/// <summary>The prompt: reads a statement, runs it, and again, until the user leaves.</summary>
static class InteractiveLoop
{
    private const int LongestName = 24;

    public static async Task RunAsync(SqlShell shell)
    {
        History history = new(History.DefaultFile());
        CatalogNames names = new(() => shell.Session);
        // While keys are read Control-C is a key, while a statement runs it cancels; between the two it must not end
        // us.
        using PosixSignalRegistration ignored = PosixSignalRegistration.Create(
            PosixSignal.SIGINT, static context => context.Cancel = true);
        ITerminal terminal = OperatingSystem.IsWindows() ? new WindowsTerminal() : new UnixTerminal();
        try
        {
            LineEditor editor = new(terminal, history, new SqlLanguage(names), ResultTarget.AllowsColor);
            shell.History = history.Entries;
            while (!shell.IsQuitting)
            {
                string prompt = PromptOf(shell.Session);
                EditResult typed = editor.Read(prompt, "...> ".PadLeft(CellWidth.Of(prompt)));
                if (typed.End == EditEnd.EndOfInput) break;
                if (typed.End == EditEnd.Interrupted) continue;
                string text = typed.Text.Trim();
                await shell.RunAsync(Script.IsPlainCommand(text) ? Script.CommandOf(text) : typed.Text);
                names.Forget();
            }
        }
        finally
        {
            (terminal as IDisposable)?.Dispose();
        }
    }

    /// <summary>The folder or host, and a star inside a transaction, an exclamation mark in a failed one.</summary>
    private static string PromptOf(ISession session)
    {
        string name = CellWidth.Truncate(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(session.DataSource)), LongestName);
        return session.TransactionStatus switch
        {
            TransactionStatus.InTransaction => $"{name}*> ",
            TransactionStatus.Failed => $"{name}!> ",
            _ => $"{name}> ",
        };
    }
}
