namespace ColFrag.Console.Editing;

/// <summary>What the line editor must know of the language that is typed.</summary>
interface IEditorLanguage
{
    /// <summary>True when Enter shall hand the text over; else it starts another line.</summary>
    bool IsComplete(string text);

    /// <summary>Styles of parts of the text, in order, not overlapping.</summary>
    IReadOnlyList<StyledSpan> Highlight(string text);

    /// <summary>What could stand at the cursor.</summary>
    Completions Complete(string text, int cursor);
}

/// <summary>Words that could replace the text from an offset up to the cursor.</summary>
readonly record struct Completions(int Start, IReadOnlyList<Completion> Words)
{
    public static Completions None { get; } = new(0, []);
}

/// <summary>A word that fits, and what it is.</summary>
readonly record struct Completion(string Text, TextStyle Style = TextStyle.Plain);
