namespace ColFrag.Engine.Functions.Patterns;

/// <summary>A part of a regular expression.</summary>
internal abstract record PatternNode;

/// <summary>One character of a set.</summary>
internal sealed record CharacterNode(RuneSet Set) : PatternNode;

/// <summary>Parts one after another; none for the empty pattern.</summary>
internal sealed record SequenceNode(IReadOnlyList<PatternNode> Parts) : PatternNode;

/// <summary>One of several, the earlier ones preferred.</summary>
internal sealed record ChoiceNode(IReadOnlyList<PatternNode> Branches) : PatternNode;

/// <summary>Min to Max times (-1 = without limit), as often as possible or as seldom.</summary>
internal sealed record RepeatNode(PatternNode Part, int Min, int Max, bool IsGreedy) : PatternNode;

/// <summary>A part whose place is remembered.</summary>
internal sealed record CaptureNode(PatternNode Part, int Number) : PatternNode;

/// <summary>A condition on a place.</summary>
internal sealed record PlaceNode(PlaceKind Kind) : PatternNode;

/// <summary>Conditions on a place between two characters.</summary>
internal enum PlaceKind : byte
{
    /// <summary>The beginning of the text.</summary>
    TextStart,
    /// <summary>The end of the text.</summary>
    TextEnd,
    /// <summary>The beginning of a line.</summary>
    LineStart,
    /// <summary>The end of a line.</summary>
    LineEnd,
    /// <summary>Between a word character and another.</summary>
    WordBoundary,
    /// <summary>Not between a word character and another.</summary>
    NotWordBoundary,
    /// <summary>Where a word begins.</summary>
    WordStart,
    /// <summary>Where a word ends.</summary>
    WordEnd,
}
