using ColFrag.Console.Editing;
using ColFrag.Engine.Types;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ColFrag.Console.Output;

/// <summary>Draws a table in a box, as wide as the terminal at most.</summary>
static class BoxTable
{
    // A border on the left, and for each column a blank on both sides and a border on the right.
    private const int OuterCells = 1;
    private const int CellsPerColumn = 3;
    private const int NarrowestText = 8;

    private static readonly Style s_header = new(decoration: Decoration.Bold);
    private static readonly Style s_faint = new(foreground: Color.Grey);

    /// <summary>Draws rows; a cell that is null is NULL.</summary>
    public static void Write(
        IReadOnlyList<Field> fields, IReadOnlyList<string?[]> rows, ResultTarget target, OutputOptions options)
    {
        string[][] texts = [.. rows.Select(row => row.Select(cell =>
            cell is null ? options.NullText : CellText.OnOneLine(cell)).ToArray())];
        string[] types = [.. fields.Select(field => field.Type.ToString().ToLowerInvariant())];
        int[] widths = new int[fields.Count];
        for (int column = 0; column < widths.Length; column++)
        {
            int width = Math.Max(CellWidth.Of(fields[column].Name), CellWidth.Of(types[column]));
            foreach (string[] row in texts) width = Math.Max(width, CellWidth.Of(row[column]));
            widths[column] = options.MaxWidth > 0 ? Math.Min(width, Math.Max(options.MaxWidth, 1)) : width;
        }
        List<int> columns = Fit(fields, widths, target.Columns ?? int.MaxValue);

        Table table = new() { Border = TableBorder.Rounded, ShowHeaders = options.HasHeader, UseSafeBorder = false };
        foreach (int column in columns)
        {
            TableColumn header = column < 0
                ? new TableColumn(new Text("…", s_faint))
                : new TableColumn(new Rows(
                    new Text(CellWidth.Truncate(fields[column].Name, widths[column]), s_header),
                    new Text(CellWidth.Truncate(types[column], widths[column]), s_faint)));
            header.NoWrap = true;
            header.Alignment = column >= 0 && fields[column].Type.IsNumeric ? Justify.Right : Justify.Left;
            table.AddColumn(header);
        }
        for (int row = 0; row < texts.Length; row++)
        {
            table.AddRow(columns.Select(column => Cell(column, row)));
        }
        Draw(table, target);

        IRenderable Cell(int column, int row)
        {
            if (column < 0) return new Text("…", s_faint);
            string text = CellWidth.Truncate(texts[row][column], widths[column]);
            return rows[row][column] is null ? new Text(text, s_faint) : new Text(text);
        }
    }

    /// <summary>Prints anything that Spectre.Console can draw.</summary>
    public static void Draw(IRenderable drawing, ResultTarget target)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = target.UseColor ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = target.UseColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(target.Writer),
        });
        // Every table box fits: widths were cut before. An edge of its own would make Spectre wrap again.
        console.Profile.Width = 100_000;
        console.Profile.Capabilities.Unicode = true;
        console.Write(drawing);
    }

    /// <summary>
    /// Narrows columns to the width of the terminal: the widest first, never below what can be recognised; when that is
    /// not enough, leaves out columns in the middle. Gives the columns to show, -1 for the place of those left out.
    /// </summary>
    private static List<int> Fit(IReadOnlyList<Field> fields, int[] widths, int terminal)
    {
        List<int> columns = [.. Enumerable.Range(0, widths.Length)];
        while (Needed() > terminal)
        {
            int widest = columns.Where(IsElastic)
                .OrderByDescending(column => widths[column]).FirstOrDefault(-1);
            if (widest >= 0 && widths[widest] > NarrowestText)
            {
                // All at once down to the next widest, not cell by cell.
                int next = columns.Where(column => column != widest && IsElastic(column))
                    .Select(column => widths[column]).Append(NarrowestText).Max();
                int wanted = widths[widest] - (Needed() - terminal);
                widths[widest] = Math.Max(NarrowestText, Math.Max(wanted, Math.Min(next, widths[widest] - 1)));
                continue;
            }
            if (columns.Count <= 2) break;
            int gap = columns.IndexOf(-1);
            if (gap < 0) columns[columns.Count / 2] = -1;
            else if (gap >= columns.Count - gap - 1) columns.RemoveAt(gap - 1);
            else columns.RemoveAt(gap + 1);
        }
        return columns;

        // Half a number or date is worse than none.
        bool IsElastic(int column) =>
            column >= 0 && (fields[column].Type.Physical == PhysicalType.Utf8 || fields[column].Type.IsNested);

        int Needed() => OuterCells + columns.Sum(column => (column < 0 ? 1 : widths[column]) + CellsPerColumn);
    }
}
