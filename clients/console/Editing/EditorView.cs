using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>
/// Keeps the rows of the editor on the screen up to date: rewrites from the first row that changed, and moves relative
/// to where the cursor is, so that whatever was printed above stays.
/// </summary>
sealed class EditorView(ITerminal terminal)
{
    private string[] _shown = [];
    private int[] _shownWidths = [];
    private int _cursorRow;
    private int _cursorColumn;

    /// <summary>Shows a layout in place of the one before.</summary>
    public void Show(EditorLayout layout)
    {
        // A text taller than the screen shows the part around the cursor.
        int height = Math.Max(1, terminal.Rows - 1);
        int first = Math.Clamp(layout.CursorRow - height + 1, 0, Math.Max(0, layout.Rows.Count - height));
        string[] rows = [.. layout.Rows.Skip(first).Take(height)];
        int cursorRow = layout.CursorRow - first;

        int same = 0;
        while (same < Math.Min(rows.Length, _shown.Length) && rows[same] == _shown[same]) same++;

        StringBuilder output = new("\e[?25l");
        int at = _cursorRow;
        if (same < Math.Max(rows.Length, _shown.Length))
        {
            // Starts at a row that is on the screen already, and clears before it writes: clearing behind a full row
            // would take its last cell.
            int start = Math.Clamp(Math.Min(same, _shown.Length - 1), 0, rows.Length - 1);
            MoveRows(output, start - at);
            output.Append("\r\e[J").AppendJoin("\r\n", rows.Skip(start));
            at = rows.Length - 1;
        }
        MoveRows(output, cursorRow - at);
        output.Append('\r');
        if (layout.CursorColumn > 0) output.Append("\e[").Append(layout.CursorColumn).Append('C');
        output.Append("\e[?25h");
        terminal.Write(output.ToString());
        _shown = rows;
        _shownWidths = [.. layout.Widths.Skip(first).Take(height)];
        (_cursorRow, _cursorColumn) = (cursorRow, layout.CursorColumn);
    }

    /// <summary>Forgets what is on the screen; the next rows are drawn where the cursor stands.</summary>
    public void Forget()
    {
        (_shown, _shownWidths) = ([], []);
        (_cursorRow, _cursorColumn) = (0, 0);
    }

    /// <summary>
    /// After a change of the window's width: clears what was drawn. A narrower terminal has wrapped rows that became
    /// too long; a wider one has left them as they were.
    /// </summary>
    public void ClearAfterResize()
    {
        int columns = terminal.Columns;
        int up = (_cursorColumn / columns) +
            _shownWidths.Take(_cursorRow).Sum(width => Math.Max(1, (width + columns - 1) / columns));
        terminal.Write($"\r{(up > 0 ? $"\e[{up}A" : "")}\e[J");
        Forget();
    }

    /// <summary>Leaves the rows as they are and goes below them.</summary>
    public void Leave()
    {
        StringBuilder output = new();
        MoveRows(output, _shown.Length - 1 - _cursorRow);
        terminal.Write(output.Append("\r\n").ToString());
        Forget();
    }

    /// <summary>Empties the screen; the next rows are drawn at its top.</summary>
    public void ClearScreen()
    {
        terminal.Write("\e[H\e[2J");
        Forget();
    }

    private static void MoveRows(StringBuilder output, int rows)
    {
        if (rows > 0) output.Append("\e[").Append(rows).Append('B');
        else if (rows < 0) output.Append("\e[").Append(-rows).Append('A');
    }
}
