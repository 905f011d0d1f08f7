using System.Text;

namespace ColFrag.Console.Editing;

/// <summary>How an edit ended.</summary>
enum EditEnd
{
    /// <summary>With a text to be run.</summary>
    Entered,

    /// <summary>Control-C: the text was given up.</summary>
    Interrupted,

    /// <summary>Control-D on an empty line, or no more input.</summary>
    EndOfInput,
}

/// <summary>What was typed.</summary>
readonly record struct EditResult(EditEnd End, string Text);

/// <summary>
/// Lets a user type a statement of one or more lines: emacs keys, history, search, completion, colours. Draws with
/// sequences that every terminal of the last decades knows.
/// </summary>
sealed class LineEditor(ITerminal terminal, History history, IEditorLanguage language, bool useColor)
{
    private readonly EditBuffer _buffer = new();
    private readonly EditorView _view = new(terminal);
    private string _prompt = "";
    private string _continuation = "";
    private int _historyIndex;
    private string _draft = "";
    private CompletionMenu? _menu;
    private HistorySearch? _search;

    /// <summary>Reads one text. The continuation prompt stands before its second and later lines.</summary>
    public EditResult Read(string prompt, string continuationPrompt)
    {
        (_prompt, _continuation) = (prompt, continuationPrompt);
        _buffer.Reset();
        _historyIndex = history.Entries.Count;
        _draft = "";
        _menu = null;
        _search = null;
        _view.Forget();
        using IDisposable keys = terminal.BeginKeys();
        while (true)
        {
            _view.Show(Layout());
            Key key = terminal.ReadKey();
            if (key.Code == KeyCode.Resize)
            {
                _view.ClearAfterResize();
                continue;
            }
            EditEnd? end = _search is not null ? SearchKey(key) : _menu is not null ? MenuKey(key) : EditKey(key);
            if (end is EditEnd how) return Finish(how);
        }
    }

    private EditResult Finish(EditEnd how)
    {
        _menu = null;
        _search = null;
        string text = how == EditEnd.Entered ? _buffer.Text : "";
        if (how == EditEnd.Entered) _buffer.MoveToEnd();
        _view.Show(Layout());
        if (how == EditEnd.Interrupted) terminal.Write("^C");
        _view.Leave();
        if (how == EditEnd.Entered) history.Add(text.Trim());
        return new EditResult(how, text);
    }

    private EditorLayout Layout()
    {
        IReadOnlyList<StyledSpan> spans = language.Highlight(_buffer.Text);
        EditorLayout layout = EditorLayout.Of(
            _prompt, _continuation, _buffer.Text, _buffer.Cursor, spans, terminal.Columns, useColor);
        _menu?.AddTo(layout, terminal.Columns);
        _search?.AddTo(layout);
        return layout;
    }

    private EditEnd? EditKey(Key key)
    {
        switch (key.Code)
        {
            case KeyCode.Enter when key.HasAlt:
                NewLine();
                break;
            case KeyCode.Enter:
                if (language.IsComplete(_buffer.Text)) return EditEnd.Entered;
                NewLine();
                break;
            case KeyCode.Tab:
                Complete();
                break;
            case KeyCode.Paste:
                // A line break at its end would only be an empty line to go on with.
                _buffer.Insert(key.Text.TrimEnd('\n'));
                break;
            case KeyCode.Backspace when key.HasAlt || key.HasControl:
                _buffer.CutWordBackward();
                break;
            case KeyCode.Backspace:
                _buffer.DeleteBackward();
                break;
            case KeyCode.Delete:
                _buffer.DeleteForward();
                break;
            case KeyCode.Left when key.HasControl || key.HasAlt:
                _buffer.MoveWordLeft();
                break;
            case KeyCode.Right when key.HasControl || key.HasAlt:
                _buffer.MoveWordRight();
                break;
            case KeyCode.Left:
                _buffer.MoveLeft();
                break;
            case KeyCode.Right:
                _buffer.MoveRight();
                break;
            case KeyCode.Up:
                if (!_buffer.MoveUp()) ShowHistory(_historyIndex - 1);
                break;
            case KeyCode.Down:
                if (!_buffer.MoveDown()) ShowHistory(_historyIndex + 1);
                break;
            case KeyCode.PageUp:
                ShowHistory(_historyIndex - 1);
                break;
            case KeyCode.PageDown:
                ShowHistory(_historyIndex + 1);
                break;
            case KeyCode.Home:
                _buffer.MoveToLineStart();
                break;
            case KeyCode.End:
                _buffer.MoveToLineEnd();
                break;
            case KeyCode.EndOfInput:
                return EditEnd.EndOfInput;
            case KeyCode.Character when key.HasControl:
                return ControlKey(key.Character);
            case KeyCode.Character when key.HasAlt:
                AltKey(key.Character);
                break;
            case KeyCode.Character:
                _buffer.Insert(key.Character.ToString());
                break;
        }
        return null;
    }

    private EditEnd? ControlKey(Rune letter)
    {
        switch (letter.Value)
        {
            case 'a':
                _buffer.MoveToLineStart();
                break;
            case 'b':
                _buffer.MoveLeft();
                break;
            case 'c':
                return EditEnd.Interrupted;
            case 'd':
                if (_buffer.IsEmpty) return EditEnd.EndOfInput;
                _buffer.DeleteForward();
                break;
            case 'e':
                _buffer.MoveToLineEnd();
                break;
            case 'f':
                _buffer.MoveRight();
                break;
            case 'k':
                _buffer.CutToLineEnd();
                break;
            case 'l':
                _view.ClearScreen();
                break;
            case 'n':
                if (!_buffer.MoveDown()) ShowHistory(_historyIndex + 1);
                break;
            case 'p':
                if (!_buffer.MoveUp()) ShowHistory(_historyIndex - 1);
                break;
            case 'r':
                _search = new HistorySearch(history, _buffer.Text);
                break;
            case 't':
                _buffer.Transpose();
                break;
            case 'u':
                _buffer.CutToLineStart();
                break;
            case 'w':
                _buffer.CutBackwardToBlank();
                break;
            case 'y':
                _buffer.PasteCut();
                break;
            case 'z' or '_':
                _buffer.Undo();
                break;
        }
        return null;
    }

    private void AltKey(Rune letter)
    {
        switch (letter.Value)
        {
            case 'b':
                _buffer.MoveWordLeft();
                break;
            case 'd':
                _buffer.CutWordForward();
                break;
            case 'f':
                _buffer.MoveWordRight();
                break;
            case 'z':
                _buffer.Redo();
                break;
            case '<':
                _buffer.MoveToStart();
                break;
            case '>':
                _buffer.MoveToEnd();
                break;
        }
    }

    /// <summary>A new line starts below the first letter of the one above.</summary>
    private void NewLine()
    {
        int start = _buffer.Text.LastIndexOf('\n', Math.Max(_buffer.Cursor - 1, 0), _buffer.Cursor) + 1;
        int indentation = start;
        while (indentation < _buffer.Cursor && _buffer.Text[indentation] == ' ') indentation++;
        _buffer.Insert("\n" + _buffer.Text[start..indentation]);
    }

    private void ShowHistory(int index)
    {
        if (index < 0 || index > history.Entries.Count) return;
        if (_historyIndex == history.Entries.Count) _draft = _buffer.Text;
        _historyIndex = index;
        _buffer.Reset(index == history.Entries.Count ? _draft : history.Entries[index]);
    }

    private void Complete()
    {
        Completions completions = language.Complete(_buffer.Text, _buffer.Cursor);
        if (completions.Words.Count == 0)
        {
            // At the start of a line Tab indents, as it does in every editor.
            int lineStart = _buffer.Text.LastIndexOf('\n', Math.Max(_buffer.Cursor - 1, 0), _buffer.Cursor) + 1;
            if (string.IsNullOrWhiteSpace(_buffer.Text[lineStart.._buffer.Cursor])) _buffer.Insert("  ");
            return;
        }
        string common = CompletionMenu.CommonPrefix(completions.Words);
        if (common.Length > _buffer.Cursor - completions.Start || completions.Words.Count == 1)
        {
            _buffer.ReplaceBeforeCursor(completions.Start, common);
        }
        if (completions.Words.Count > 1) _menu = new CompletionMenu(completions, _buffer.Cursor);
    }

    /// <summary>Tab and arrows move in the menu; any other key closes it and means what it always does.</summary>
    private EditEnd? MenuKey(Key key)
    {
        CompletionMenu menu = _menu!;
        bool isSelecting = menu.Selected >= 0;
        int step = key.Code switch
        {
            KeyCode.Tab when (key.Modifiers & KeyModifiers.Shift) != 0 => -1,
            KeyCode.Tab => 1,
            KeyCode.Down or KeyCode.Right when isSelecting => 1,
            KeyCode.Up or KeyCode.Left when isSelecting => -1,
            _ => 0,
        };
        if (step != 0)
        {
            _buffer.ReplaceBeforeCursor(menu.Start, menu.Step(step));
            return null;
        }
        _menu = null;
        // Enter and Escape only take the word.
        bool isTaken = key.Code is KeyCode.Escape || (key.Code == KeyCode.Enter && isSelecting);
        return isTaken ? null : EditKey(key);
    }

    /// <summary>Letters narrow the search; Enter runs what was found, other keys edit it, Control-G gives up.</summary>
    private EditEnd? SearchKey(Key key)
    {
        HistorySearch search = _search!;
        switch (key.Code)
        {
            case KeyCode.Character when key.HasControl && key.Character.Value == 'r':
                search.Older();
                break;
            case KeyCode.Character when key.HasControl && key.Character.Value is 'g' or 'c':
                _buffer.Reset(search.Before);
                _search = null;
                return null;
            case KeyCode.Character when !key.HasControl && !key.HasAlt:
                search.Narrow(key.Character.ToString());
                break;
            case KeyCode.Paste:
                search.Narrow(key.Text);
                break;
            case KeyCode.Backspace:
                search.Widen();
                break;
            case KeyCode.Escape:
                _search = null;
                return null;
            default:
                _search = null;
                return EditKey(key);
        }
        if (search.Found is string found) _buffer.Reset(found);
        return null;
    }
}
