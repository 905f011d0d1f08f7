using System.Diagnostics;
using ColFrag.Console.Editing;
using ColFrag.Console.Output;
using ColFrag.Console.Syntax;
using ColFrag.Engine;

namespace ColFrag.Console.Demo;

/// <summary>Tells the story: headings, what happens next, the statement, what it gave, and what was checked.</summary>
sealed class Narrator(ResultTarget target, int stepCount)
{
    private const int WidestText = 100;

    private readonly long _start = Stopwatch.GetTimestamp();
    private int _step;

    /// <summary>Begins the next step.</summary>
    public void Step(string title)
    {
        string heading = $"{++_step}/{stepCount}  {title} ";
        int rest = Math.Max(0, TextWidth() - CellWidth.Of(heading) - "━━ ".Length);
        Write($"\n{Color("\e[1;36m", $"━━ {heading}{new string('━', rest)}")}\n");
    }

    /// <summary>Says something in whole sentences.</summary>
    public void Say(string text)
    {
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            int width = CellWidth.Of(word);
            if (column > 0 && column + 1 + width > TextWidth())
            {
                Write("\n");
                column = 0;
            }
            Write(column > 0 ? " " + word : word);
            column += width + (column > 0 ? 1 : 0);
        }
        Write("\n");
    }

    /// <summary>Prints a line as it is.</summary>
    public void Line(string text = "") => Write(text + "\n");

    /// <summary>Shows a statement as it would be typed, runs it, and shows what it gave and how long it took.</summary>
    public async Task<Answer> AskAsync(ISession session, string sql, CancellationToken cancellationToken)
    {
        ShowStatement(sql);
        long start = Stopwatch.GetTimestamp();
        Answer answer = await Answer.OfAsync(session, sql, cancellationToken);
        string time = Duration.Of(Stopwatch.GetElapsedTime(start));
        if (answer.Fields.Count == 0)
        {
            Faint($"{answer.Tag} ({time})");
            return answer;
        }
        Show(answer);
        Faint($"{answer.Rows.Count} row{(answer.Rows.Count == 1 ? "" : "s")} ({time})");
        return answer;
    }

    /// <summary>Shows a statement as it would be typed.</summary>
    public void ShowStatement(string sql)
    {
        EditorLayout layout = EditorLayout.Of(
            "> ", "  ", sql + ";", cursor: 0, new SqlLanguage(new CatalogNames(null)).Highlight(sql + ";"),
            int.MaxValue, target.UseColor);
        foreach (string row in layout.Rows) Write(row + "\n");
        target.Writer.Flush();
    }

    /// <summary>Shows what would be typed into a shell.</summary>
    public void Command(string text) => Write($"{Color("\e[1m", "$")} {text}\n");

    /// <summary>Shows rows as a table.</summary>
    public void Show(Answer answer)
    {
        BoxTable.Write(answer.Fields, answer.Rows, target, new OutputOptions());
        target.Writer.Flush();
    }

    /// <summary>States what was found to be so; ends the demo where it is not.</summary>
    public void Check(bool holds, string claim)
    {
        if (!holds) throw new DemoFailedException(claim);
        Write($"{Color("\e[1;32m", "✓")} {claim}\n");
    }

    /// <summary>Prints a remark in the background.</summary>
    public void Faint(string text) => Write(Color("\e[90m", text) + "\n");

    /// <summary>How long the story took.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    private int TextWidth() => Math.Min(target.Columns ?? WidestText, WidestText);

    private string Color(string sequence, string text) =>
        target.UseColor ? $"{sequence}{text}{TextStyles.Reset}" : text;

    private void Write(string text)
    {
        target.Writer.Write(text);
        if (text.EndsWith('\n')) target.Writer.Flush();
    }
}

/// <summary>Something that the demo claims did not hold.</summary>
sealed class DemoFailedException(string claim) : Exception($"The demo expected this, and it did not hold: {claim}");
