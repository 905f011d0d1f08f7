using System.Text;
using ColFrag.Console.Editing;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Output;

/// <summary>
/// An error as a user wants to read it: what, the SQLSTATE, the place in the text with a caret below it, and advice.
/// <code>
/// error 42703: Column not found: dely
///   SELECT origin, dely FROM flights
///                  ^^^^
/// hint: Did you mean "delay"?
/// </code>
/// </summary>
static class ErrorReport
{
    /// <summary>Longer lines are shown around the caret only.</summary>
    private const int ShownColumns = 100;

    /// <summary>Describes an error of a statement.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="sql">The statement, in which the error's position counts.</param>
    /// <param name="tokenLength">Gives the length of the token at an offset in a text.</param>
    /// <param name="place">File and line of the script, or null.</param>
    /// <param name="useColor">Whether the terminal shows colours.</param>
    public static string Format(
        Exception exception, string sql, Func<string, int, int> tokenLength, string? place, bool useColor)
    {
        (string state, string? hint) = exception switch
        {
            ColFragException known => (known.SqlState, known.Hint),
            _ => (SqlStates.InternalError, "This is a defect in ColFrag; please report it with the statement."),
        };
        string message = exception is ColFragException
            ? exception.Message
            : $"{exception.GetType().Name}: {exception.Message}";
        string title = $"error {state}:";
        StringBuilder report = new();
        if (place is not null) report.Append(place).Append(": ");
        report.Append(useColor ? $"\e[1;31m{title}{TextStyles.Reset}" : title).Append(' ').Append(message).Append('\n');
        if (exception is QueryException { Position: >= 0 } query && query.Position <= sql.Length)
        {
            AppendPlace(report, sql, query.Position, tokenLength(sql, query.Position), useColor);
        }
        if (hint is not null)
        {
            report.Append(useColor ? $"\e[36mhint:{TextStyles.Reset} " : "hint: ").Append(hint).Append('\n');
        }
        if (exception is not ColFragException && Environment.GetEnvironmentVariable("COLFRAG_TRACE") == "1")
        {
            report.Append(exception.StackTrace).Append('\n');
        }
        return report.ToString();
    }

    private static void AppendPlace(StringBuilder report, string sql, int position, int tokenLength, bool useColor)
    {
        int start = position == 0 ? 0 : sql.LastIndexOf('\n', position - 1) + 1;
        int end = sql.IndexOf('\n', position) is >= 0 and int lineBreak ? lineBreak : sql.Length;
        bool isOneLine = start == 0 && end == sql.Length;
        string prefix = isOneLine ? "  " : $"  line {sql.AsSpan(0, start).Count('\n') + 1}: ";

        // A window around the caret, with … where the line goes on.
        int from = Math.Max(start, Math.Min(position - (ShownColumns / 2), end - ShownColumns));
        int to = Math.Min(end, from + ShownColumns);
        string before = (from > start ? "…" : "") + Shown(sql[from..position]);
        string after = Shown(sql[position..to]) + (to < end ? "…" : "");
        report.Append(prefix).Append(before).Append(after).Append('\n');

        int cells = CellWidth.Of(sql.AsSpan(position, Math.Min(tokenLength, to - position)));
        report.Append(' ', prefix.Length + CellWidth.Of(before));
        string line = new('^', Math.Max(1, cells));
        report.Append(useColor ? $"\e[31m{line}{TextStyles.Reset}" : line).Append('\n');
    }

    private static string Shown(string text) => text.Replace('\t', ' ').Replace('\r', ' ');
}
