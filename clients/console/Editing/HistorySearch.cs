namespace ColFrag.Console.Editing;

/// <summary>A search backwards through the history for entries that contain what is typed.</summary>
sealed class HistorySearch(History history, string before)
{
    private string _wanted = "";
    private int _index = history.Entries.Count;
    private bool _isMissing;

    /// <summary>The text before the search.</summary>
    public string Before { get; } = before;

    /// <summary>The entry found last, or null.</summary>
    public string? Found => _index < history.Entries.Count ? history.Entries[_index] : null;

    /// <summary>Looks for a longer text, from the entry found so far.</summary>
    public void Narrow(string more)
    {
        _wanted += more;
        Find(_index + 1);
    }

    /// <summary>Looks for a shorter text, from the newest entry.</summary>
    public void Widen()
    {
        if (_wanted.Length > 0) _wanted = _wanted[..^1];
        Find(history.Entries.Count);
    }

    /// <summary>Looks for an older entry.</summary>
    public void Older() => Find(_index);

    /// <summary>Adds the row that shows the search.</summary>
    public void AddTo(EditorLayout layout) => layout.AddRow(
        $"{(_isMissing ? "not found" : "search")}: {_wanted}", _isMissing ? TextStyle.Error : TextStyle.Faint);

    private void Find(int from)
    {
        if (_wanted.Length == 0) return;
        int found = history.FindBackward(_wanted, from);
        _isMissing = found < 0;
        if (found >= 0) _index = found;
    }
}
