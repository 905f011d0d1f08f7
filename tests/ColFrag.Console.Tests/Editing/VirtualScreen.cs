using System.Globalization;
using System.Text;
using ColFrag.Console.Editing;

namespace ColFrag.Console.Tests.Editing;

/// <summary>
/// A terminal in memory: keys come from a list, and what is written is drawn as xterm would, with the wrap at the right
/// edge that waits for the next character. Understands exactly the sequences that the editor may send.
/// </summary>
sealed class VirtualScreen : ITerminal
{
    private readonly Queue<Key> _keys = new();
    private readonly List<char[]> _rows = [];
    private int _row;
    private int _column;
    private bool _isWrapDue;

    public VirtualScreen(int columns = 40, int rows = 12)
    {
        (Columns, Rows) = (columns, rows);
        for (int i = 0; i < rows; i++) _rows.Add(Blank());
    }

    public int Columns { get; }

    public int Rows { get; }

    public (int Row, int Column) Cursor => (_row, _column);

    /// <summary>Rows that scrolled away at the top.</summary>
    public List<string> Scrolled { get; } = [];

    /// <summary>What the screen shows, without blanks at the end of rows and empty rows at the bottom.</summary>
    public string Text =>
        string.Join('\n', _rows.Select(row => new string(row).Replace("\0", "").TrimEnd())).TrimEnd('\n');

    /// <summary>Called before each key is read, with the keys read so far.</summary>
    public Action<int>? BeforeKey { get; set; }

    private int _keysRead;

    public VirtualScreen Type(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            _keys.Enqueue(rune.Value == '\n' ? new Key(KeyCode.Enter) : Key.Of(rune));
        }
        return this;
    }

    public VirtualScreen Press(params Key[] keys)
    {
        foreach (Key key in keys) _keys.Enqueue(key);
        return this;
    }

    public VirtualScreen Press(KeyCode code) => Press(new Key(code));

    public IDisposable BeginKeys() => new StringReader("");

    public Key ReadKey()
    {
        BeforeKey?.Invoke(_keysRead++);
        return _keys.TryDequeue(out Key key) ? key : new Key(KeyCode.EndOfInput);
    }

    public void Write(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            switch (text[at])
            {
                case '\e':
                    at = Sequence(text, at);
                    break;
                case '\r':
                    _column = 0;
                    _isWrapDue = false;
                    at++;
                    break;
                case '\n':
                    LineFeed();
                    at++;
                    break;
                default:
                    int length = StringInfo.GetNextTextElementLength(text.AsSpan(at));
                    Put(text.Substring(at, length));
                    at += length;
                    break;
            }
        }
    }

    private void Put(string element)
    {
        int width = CellWidth.OfElement(element);
        if (_isWrapDue || _column + width > Columns)
        {
            _column = 0;
            LineFeed();
        }
        // Cells hold a character each here; what is behind the first of an element is kept beside it as nothing.
        _rows[_row][_column] = element[0];
        for (int i = 1; i < width; i++) _rows[_row][_column + i] = '\0';
        _column += width;
        if (_column == Columns)
        {
            _column--;
            _isWrapDue = true;
        }
    }

    private void LineFeed()
    {
        _isWrapDue = false;
        if (++_row < Rows) return;
        Scrolled.Add(new string(_rows[0]).TrimEnd());
        _rows.RemoveAt(0);
        _rows.Add(Blank());
        _row = Rows - 1;
    }

    private int Sequence(string text, int at)
    {
        Assert.Equal('[', text[at + 1]);
        int end = at + 2;
        while (text[end] is (>= '0' and <= '9') or ';' or '?') end++;
        string parameters = text[(at + 2)..end];
        int count = int.TryParse(parameters, out int number) ? number : 1;
        switch (text[end])
        {
            case 'A':
                Assert.True(count <= _row, "The cursor left the screen at the top.");
                _row -= count;
                break;
            case 'B':
                Assert.True(_row + count < Rows, "The cursor left the screen at the bottom.");
                _row += count;
                break;
            case 'C':
                _column = Math.Min(Columns - 1, _column + count);
                break;
            case 'H':
                (_row, _column) = (0, 0);
                break;
            case 'J':
                int first = parameters == "2" ? 0 : _row;
                if (parameters != "2") Array.Fill(_rows[_row], ' ', _column, Columns - _column);
                for (int row = parameters == "2" ? 0 : first + 1; row < Rows; row++) _rows[row] = Blank();
                break;
            case 'm' or 'h' or 'l':
                return end + 1;
            default:
                Assert.Fail($"Unknown sequence: {text[at..(end + 1)].Replace("\e", "ESC")}");
                break;
        }
        _isWrapDue = false;
        return end + 1;
    }

    private char[] Blank() => [.. Enumerable.Repeat(' ', Columns)];
}
