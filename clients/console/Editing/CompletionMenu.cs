namespace ColFrag.Console.Editing;

/// <summary>The words that fit at the cursor, below the text, one of them selected once Tab is pressed again.</summary>
sealed class CompletionMenu(Completions completions, int endOfWord)
{
    private const int MostRows = 8;

    /// <summary>-1 while none is selected.</summary>
    public int Selected { get; private set; } = -1;

    public int Start => completions.Start;

    /// <summary>Where the word ends that stands in the text now.</summary>
    public int End { get; private set; } = endOfWord;

    /// <summary>Selects the next or previous word, round and round.</summary>
    public string Step(int by)
    {
        int count = completions.Words.Count;
        Selected = Selected < 0 && by < 0 ? count - 1 : (Selected + by + count) % count;
        string word = completions.Words[Selected].Text;
        End = Start + word.Length;
        return word;
    }

    /// <summary>The longest text with which all words begin, whatever their case.</summary>
    public static string CommonPrefix(IReadOnlyList<Completion> words)
    {
        string first = words[0].Text;
        int length = first.Length;
        foreach (Completion word in words)
        {
            int same = 0;
            while (same < Math.Min(length, word.Text.Length) &&
                char.ToLowerInvariant(first[same]) == char.ToLowerInvariant(word.Text[same]))
            {
                same++;
            }
            length = same;
        }
        return first[..length];
    }

    /// <summary>Adds the words in columns, read downwards; the page with the selected word.</summary>
    public void AddTo(EditorLayout layout, int columns)
    {
        IReadOnlyList<Completion> words = completions.Words;
        int width = Math.Min(words.Max(word => CellWidth.Of(word.Text)) + 2, columns - 1);
        int perRow = Math.Max(1, (columns - 1) / width);
        int rows = Math.Min(MostRows, (words.Count + perRow - 1) / perRow);
        int pageSize = rows * perRow;
        int page = Math.Max(Selected, 0) / pageSize * pageSize;
        for (int row = 0; row < rows; row++)
        {
            List<(string, TextStyle)> pieces = [];
            for (int index = page + row; index < Math.Min(page + pageSize, words.Count); index += rows)
            {
                string text = CellWidth.Truncate(words[index].Text, width - 2);
                pieces.Add((text, index == Selected ? TextStyle.Selected : words[index].Style));
                pieces.Add((new string(' ', width - CellWidth.Of(text)), TextStyle.Plain));
            }
            layout.AddRow(pieces);
        }
        if (words.Count <= pageSize) return;
        layout.AddRow($"{page + 1}-{Math.Min(page + pageSize, words.Count)} of {words.Count}", TextStyle.Faint);
    }
}
