using System.Globalization;
using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>
/// The edited text as rows of a screen, wrapped where it is too wide, and where the cursor is among them.
/// </summary>
sealed class EditorLayout
{
    private readonly List<string> _rows = [];
    private readonly List<int> _widths = [];
    private readonly StringBuilder _row = new();
    private readonly int _columns;
    private readonly bool _useColor;
    private int _width;
    private TextStyle _style;

    private EditorLayout(int columns, bool useColor)
    {
        _columns = Math.Max(columns, 2);
        _useColor = useColor;
    }

    /// <summary>Text and colour sequences of each row, none wider than the screen.</summary>
    public IReadOnlyList<string> Rows => _rows;

    /// <summary>Cells that each row takes.</summary>
    public IReadOnlyList<int> Widths => _widths;

    public int CursorRow { get; private set; }

    public int CursorColumn { get; private set; }

    /// <summary>Lays out a prompt and a text; later lines of the text stand behind the other prompt.</summary>
    public static EditorLayout Of(
        string prompt, string continuationPrompt, string text, int cursor, IReadOnlyList<StyledSpan> spans, int columns,
        bool useColor)
    {
        EditorLayout layout = new(columns, useColor);
        layout.Append(prompt, TextStyle.Prompt);
        int span = 0;
        for (int at = 0; ;)
        {
            if (at == cursor) layout.PlaceCursor();
            if (at >= text.Length) break;
            if (text[at] == '\n')
            {
                layout.EndRow();
                layout.Append(continuationPrompt, TextStyle.Faint);
                at++;
                continue;
            }
            while (span < spans.Count && at >= spans[span].Start + spans[span].Length) span++;
            TextStyle style = span < spans.Count && at >= spans[span].Start ? spans[span].Style : TextStyle.Plain;
            int length = StringInfo.GetNextTextElementLength(text.AsSpan(at));
            layout.AppendElement(text.AsSpan(at, length), style);
            at += length;
        }
        layout.EndRow();
        return layout;
    }

    /// <summary>Adds a row below the text, for a menu or a search; cut where it is too wide.</summary>
    public void AddRow(string text, TextStyle style = TextStyle.Plain)
    {
        Append(CellWidth.Truncate(text, _columns - 1), style);
        EndRow();
    }

    /// <summary>Adds a row of differently styled pieces, which fit.</summary>
    public void AddRow(IEnumerable<(string Text, TextStyle Style)> pieces)
    {
        foreach ((string text, TextStyle style) in pieces) Append(text, style);
        EndRow();
    }

    private void Append(string text, TextStyle style)
    {
        for (int at = 0; at < text.Length;)
        {
            int length = StringInfo.GetNextTextElementLength(text.AsSpan(at));
            AppendElement(text.AsSpan(at, length), style);
            at += length;
        }
    }

    private void AppendElement(ReadOnlySpan<char> element, TextStyle style)
    {
        // A tab or a control character inside a pasted text shows as one cell; the text itself keeps it.
        bool isControl = element.Length == 1 && char.IsControl(element[0]);
        ReadOnlySpan<char> shown = !isControl ? element : element[0] == '\t' ? " " : "·";
        int width = CellWidth.OfElement(shown);
        if (_width + width > _columns) EndRow();
        if (style != _style && _useColor)
        {
            if (_style != TextStyle.Plain) _row.Append(TextStyles.Reset);
            _row.Append(TextStyles.Sequence(style));
            _style = style;
        }
        _row.Append(shown);
        _width += width;
    }

    private void PlaceCursor()
    {
        // Behind the last cell of a row there is none to stand on.
        if (_width == _columns) EndRow();
        CursorRow = _rows.Count;
        CursorColumn = _width;
    }

    private void EndRow()
    {
        if (_style != TextStyle.Plain)
        {
            _row.Append(TextStyles.Reset);
            _style = TextStyle.Plain;
        }
        _rows.Add(_row.ToString());
        _widths.Add(_width);
        _row.Clear();
        _width = 0;
    }
}
