using System.Globalization;

namespace ColFrag.Console.Editing;

/// <summary>
/// The text under edit and the cursor in it. Moves and deletes by what a reader sees as one character; remembers
/// earlier states for undo, and what was cut last for pasting.
/// </summary>
sealed class EditBuffer
{
    private const int UndoDepth = 500;

    private readonly List<State> _undo = [];
    private readonly List<State> _redo = [];
    private bool _isTyping;
    private int _goalColumn = -1;

    private readonly record struct State(string Text, int Cursor);

    public string Text { get; private set; } = "";

    /// <summary>UTF-16 offset in the text, at the border of a character.</summary>
    public int Cursor { get; private set; }

    /// <summary>What was cut last.</summary>
    public string Cut { get; private set; } = "";

    public bool IsEmpty => Text.Length == 0;

    /// <summary>True on the first of several lines, and of one.</summary>
    public bool IsOnFirstLine => Text.AsSpan(0, Cursor).IndexOf('\n') < 0;

    /// <summary>True on the last of several lines, and of one.</summary>
    public bool IsOnLastLine => Text.AsSpan(Cursor).IndexOf('\n') < 0;

    /// <summary>Starts anew with a text, the cursor behind it; nothing to undo.</summary>
    public void Reset(string text = "")
    {
        Text = text;
        Cursor = text.Length;
        _undo.Clear();
        _redo.Clear();
        _isTyping = false;
        _goalColumn = -1;
    }

    /// <summary>Replaces everything, as one step for undo.</summary>
    public void Replace(string text, int cursor)
    {
        Remember();
        Text = text;
        Cursor = cursor;
    }

    /// <summary>Puts text at the cursor. Letters typed in a row are one step for undo.</summary>
    public void Insert(string text)
    {
        bool continues = _isTyping && text.Length == 1 && !char.IsWhiteSpace(text[0]);
        if (!continues) Remember();
        _isTyping = true;
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
        _goalColumn = -1;
    }

    /// <summary>Replaces the characters from an offset up to the cursor.</summary>
    public void ReplaceBeforeCursor(int start, string text)
    {
        Remember();
        Text = string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(Cursor));
        Cursor = start + text.Length;
    }

    public void DeleteBackward() => Delete(PreviousElement(Cursor), Cursor);

    public void DeleteForward() => Delete(Cursor, NextElement(Cursor));

    public void CutToLineEnd()
    {
        int end = LineEnd(Cursor);
        // At the end of a line, the line break itself.
        DeleteAndKeep(Cursor, end == Cursor && end < Text.Length ? end + 1 : end);
    }

    public void CutToLineStart() => DeleteAndKeep(LineStart(Cursor), Cursor);

    public void CutWordBackward() => DeleteAndKeep(WordStartBefore(Cursor), Cursor);

    public void CutWordForward() => DeleteAndKeep(Cursor, WordEndAfter(Cursor));

    /// <summary>Back to white space, as a shell's Control-W does.</summary>
    public void CutBackwardToBlank()
    {
        int start = Cursor;
        while (start > 0 && char.IsWhiteSpace(Text[start - 1])) start--;
        while (start > 0 && !char.IsWhiteSpace(Text[start - 1])) start--;
        DeleteAndKeep(start, Cursor);
    }

    public void PasteCut()
    {
        if (Cut.Length == 0) return;
        Remember();
        Text = Text.Insert(Cursor, Cut);
        Cursor += Cut.Length;
    }

    /// <summary>Exchanges the characters around the cursor and moves past them.</summary>
    public void Transpose()
    {
        int right = Cursor == Text.Length ? PreviousElement(Cursor) : Cursor;
        int left = PreviousElement(right);
        int end = NextElement(right);
        if (left == right || Text.AsSpan(left, end - left).Contains('\n')) return;
        Remember();
        Text = string.Concat(
            Text.AsSpan(0, left), Text.AsSpan(right, end - right), Text.AsSpan(left, right - left)) + Text[end..];
        Cursor = end;
    }

    public void MoveLeft() => MoveTo(PreviousElement(Cursor));

    public void MoveRight() => MoveTo(NextElement(Cursor));

    public void MoveWordLeft() => MoveTo(WordStartBefore(Cursor));

    public void MoveWordRight() => MoveTo(WordEndAfter(Cursor));

    public void MoveToLineStart() => MoveTo(LineStart(Cursor));

    public void MoveToLineEnd() => MoveTo(LineEnd(Cursor));

    public void MoveToStart() => MoveTo(0);

    public void MoveToEnd() => MoveTo(Text.Length);

    /// <summary>One line up at the same column, as far as that line reaches. False on the first line.</summary>
    public bool MoveUp()
    {
        int start = LineStart(Cursor);
        if (start == 0) return false;
        MoveToColumnOf(LineStart(start - 1), start);
        return true;
    }

    /// <summary>One line down at the same column. False on the last line.</summary>
    public bool MoveDown()
    {
        int end = LineEnd(Cursor);
        if (end == Text.Length) return false;
        MoveToColumnOf(end + 1, LineStart(Cursor));
        return true;
    }

    public void Undo() => Step(_undo, _redo);

    public void Redo() => Step(_redo, _undo);

    private void Step(List<State> from, List<State> to)
    {
        if (from.Count == 0) return;
        to.Add(new State(Text, Cursor));
        (Text, Cursor) = from[^1];
        from.RemoveAt(from.Count - 1);
        _isTyping = false;
    }

    private void Remember()
    {
        _isTyping = false;
        _goalColumn = -1;
        _redo.Clear();
        if (_undo.Count == UndoDepth) _undo.RemoveAt(0);
        _undo.Add(new State(Text, Cursor));
    }

    private void Delete(int start, int end)
    {
        if (start == end) return;
        Remember();
        Text = Text.Remove(start, end - start);
        Cursor = start;
    }

    private void DeleteAndKeep(int start, int end)
    {
        if (start == end) return;
        Cut = Text[start..end];
        Delete(start, end);
    }

    private void MoveTo(int offset)
    {
        Cursor = offset;
        _isTyping = false;
        _goalColumn = -1;
    }

    private void MoveToColumnOf(int targetLine, int currentLine)
    {
        // The column wished for survives shorter lines in between.
        int goal = _goalColumn >= 0 ? _goalColumn : Cursor - currentLine;
        int length = LineEnd(targetLine) - targetLine;
        int offset = targetLine;
        while (offset - targetLine < Math.Min(goal, length)) offset = NextElement(offset);
        MoveTo(offset);
        _goalColumn = goal;
    }

    private int LineStart(int offset) => Text.LastIndexOf('\n', Math.Max(offset - 1, 0), offset) + 1;

    private int LineEnd(int offset) => Text.IndexOf('\n', offset) is >= 0 and int end ? end : Text.Length;

    private int NextElement(int offset) =>
        offset == Text.Length ? offset : offset + StringInfo.GetNextTextElementLength(Text.AsSpan(offset));

    private int PreviousElement(int offset)
    {
        if (offset == 0) return 0;
        // Elements can only be found forwards; a line break is always a border.
        int start = Math.Min(LineStart(offset), offset - 1);
        for (int next = NextElement(start); next < offset; next = NextElement(start)) start = next;
        return start;
    }

    private int WordStartBefore(int offset)
    {
        while (offset > 0 && !IsWord(Text[offset - 1])) offset--;
        while (offset > 0 && IsWord(Text[offset - 1])) offset--;
        return offset;
    }

    private int WordEndAfter(int offset)
    {
        while (offset < Text.Length && !IsWord(Text[offset])) offset++;
        while (offset < Text.Length && IsWord(Text[offset])) offset++;
        return offset;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
