using System.Diagnostics;
using System.Globalization;
using ColFrag.Console.Output;
using ColFrag.Console.Syntax;
using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Shell;

/// <summary>
/// Runs statements and commands one after another and prints what they give: the same for a prompt, for <c>-c</c> and
/// for files, embedded or remote.
/// </summary>
sealed class SqlShell(ISession session, ResultTarget target, TextWriter errors, bool colorsErrors) : IAsyncDisposable
{
    private const int DeepestNesting = 16;
    private const int BrokenPipe = 32;

    private readonly ResultTarget _standard = target;
    private bool _isForOneResult;
    private int _depth;

    public ISession Session { get; } = session;

    public ShellSettings Settings { get; } = new();

    /// <summary>What COPY FROM STDIN reads; null while standard input is the script itself or a keyboard.</summary>
    public Stream? CopyInput { get; init; }

    public IReadOnlyList<string> History { get; set; } = [];

    /// <summary>Where results go now.</summary>
    public ResultTarget Target { get; private set; } = target;

    /// <summary>Set by <c>.quit</c>.</summary>
    public bool IsQuitting { get; set; }

    /// <summary>
    /// Runs a text of statements and commands. With a place (a file's name) errors say where they are in it.
    /// False when something failed.
    /// </summary>
    public async Task<bool> RunAsync(string text, string? place = null)
    {
        bool isGood = true;
        foreach (ScriptPiece piece in Script.Split(text))
        {
            string? where = place is null ? null : $"{place}:{piece.Line.ToString(CultureInfo.InvariantCulture)}";
            if (Settings.Echoes) Target.Writer.Write(piece.Text.Trim() + "\n");
            bool ran = piece.IsCommand
                ? await RunCommandAsync(piece.Text, where)
                : await RunStatementAsync(piece.Text, where);
            isGood &= ran;
            if (IsQuitting || (!ran && Settings.StopsAtError)) break;
        }
        return isGood;
    }

    /// <summary>Runs a file.</summary>
    public async Task<bool> RunFileAsync(string path)
    {
        if (_depth == DeepestNesting) return Complain($"Scripts call each other too deep: {path}");
        string text;
        try
        {
            text = path == "-" ? await System.Console.In.ReadToEndAsync() : await File.ReadAllTextAsync(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Complain(exception.Message);
        }
        _depth++;
        try
        {
            return await RunAsync(text, path == "-" ? "standard input" : path);
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>Runs one statement and prints its result, or its error.</summary>
    public async Task<bool> RunStatementAsync(string sql, string? place = null)
    {
        using CancelSignal cancel = CancelSignal.Begin();
        long start = Stopwatch.GetTimestamp();
        Session.CopyInput = CopyInput;
        Session.CopyOutput = Target.Stream;
        try
        {
            await using QueryResult result = await Session.ExecuteAsync(sql, null, cancel.Token);
            OutputOptions options = Settings.Output with { Moments = CellText.MomentsOf(Session) };
            long rowCount = result.Schema.Count > 0
                ? await Settings.Format.WriteAsync(result, Target, options, cancel.Token)
                : await DrainAsync(result, cancel.Token);
            PrintNotices(result.Notices);
            PrintOutcome(result, rowCount, Stopwatch.GetElapsedTime(start));
            return true;
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            // Whoever read the output has seen enough: | head
            IsQuitting = true;
            return false;
        }
        catch (Exception exception)
        {
            if (cancel.IsRaised && exception is OperationCanceledException)
            {
                exception = new QueryException(SqlStates.QueryCanceled, "Canceled");
            }
            await FlushAsync();
            await errors.WriteAsync(
                ErrorReport.Format(exception, sql, SqlLanguage.TokenLengthAt, place, colorsErrors));
            return false;
        }
        finally
        {
            await FlushAsync();
            if (_isForOneResult) RedirectToStandard();
        }
    }

    /// <summary>Sends results to a file from now on, or only the next one.</summary>
    public bool Redirect(string path, bool isForOneResult)
    {
        RedirectToStandard();
        try
        {
            Target = ResultTarget.File(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Complain(exception.Message);
        }
        _isForOneResult = isForOneResult;
        return true;
    }

    /// <summary>Sends results to the standard output again.</summary>
    public void RedirectToStandard()
    {
        if (Target != _standard) Target.Writer.Dispose();
        _isForOneResult = false;
        Target = _standard;
    }

    /// <summary>Prints a line for the user.</summary>
    public void Say(string line) => Target.Writer.Write(line + "\n");

    /// <summary>Prints an error of the shell itself; always false.</summary>
    public bool Complain(string message)
    {
        errors.Write(colorsErrors ? $"\e[1;31merror:\e[0m {message}\n" : $"error: {message}\n");
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        RedirectToStandard();
        await FlushAsync();
        await Session.DisposeAsync();
    }

    private async Task<bool> RunCommandAsync(string line, string? place)
    {
        (ShellCommand? command, string[] arguments, string? complaint) = ShellCommands.Parse(line);
        if (command is not null)
        {
            bool ran = await command.Run(this, arguments);
            await FlushAsync();
            return ran;
        }
        return Complain(place is null ? complaint! : $"{place}: {complaint}");
    }

    private async Task FlushAsync()
    {
        try
        {
            await Target.Writer.FlushAsync();
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            IsQuitting = true;
        }
    }

    private static async Task<long> DrainAsync(QueryResult result, CancellationToken cancellationToken)
    {
        while (await result.ReadAsync(cancellationToken) is not null)
        {
        }
        return -1;
    }

    private void PrintNotices(IReadOnlyList<string> notices)
    {
        foreach (string notice in notices) errors.Write($"notice: {notice}\n");
    }

    private void PrintOutcome(QueryResult result, long rowCount, TimeSpan elapsed)
    {
        if (!Settings.Format.IsForPeople) return;
        string outcome = rowCount < 0
            ? result.CommandTag
            : $"{rowCount.ToString("N0", CultureInfo.InvariantCulture)} row{(rowCount == 1 ? "" : "s")}";
        if (Settings.ShowsTime) outcome += $" ({Duration.Of(elapsed)})";
        Target.Writer.Write(Target.UseColor ? $"\e[90m{outcome}\e[0m\n" : outcome + "\n");
    }
}
