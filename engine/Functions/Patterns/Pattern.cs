using System.Text;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>
/// A compiled regular expression over UTF-8, matched in time linear in the text. A literal that every match has is
/// looked for first; whether a text matches is decided by an automaton; where, and with which captures, by another, or
/// by a search where conditions or the number of states are too much for that. For one thread.
/// </summary>
internal sealed class Pattern
{
    private readonly PatternProgram _program;
    private readonly PatternSearch _search;
    private readonly PatternPreference _preference;
    private readonly byte[] _prefix;
    private readonly byte[] _literal;
    private readonly bool _isAnchored;
    private readonly bool _endsWithText;
    private readonly int[] _slots;
    private readonly StraightPattern? _straight;
    private CaptureAutomaton? _captures;
    private PatternAutomaton? _anywhere;
    private PatternAutomaton? _anchored;

    private Pattern(PatternNode node, PatternParser parser, PatternOptions options)
    {
        Options = options;
        _program = PatternProgram.Compile(node);
        CaptureCount = parser.CaptureCount;
        CaptureNames = parser.CaptureNames;
        _search = new PatternSearch(_program, CaptureCount);
        _preference =
            options.Dialect == PatternDialect.Postgres ? PatternFacts.PreferenceOf(node) : PatternPreference.First;
        _isAnchored = PatternFacts.IsAnchored(node);
        _endsWithText = PatternFacts.EndsWithText(node);
        (_prefix, _literal) = PatternFacts.LiteralsOf(node);
        _slots = new int[2 * (CaptureCount + 1)];
        if (!_program.HasInnerPlaces && CaptureCount <= CaptureAutomaton.MaxCaptures)
        {
            _captures = new CaptureAutomaton(_program, CaptureCount, _isAnchored);
            _straight = StraightPattern.TryCompile(node, CaptureCount);
        }
    }

    public PatternOptions Options { get; }

    public int CaptureCount { get; }

    /// <summary>Names of the captures from 1; empty where one has none.</summary>
    public IReadOnlyList<string> CaptureNames { get; }

    /// <summary>Begin and end of the match found last, and of each capture; -1 where one took no part.</summary>
    public ReadOnlySpan<int> Slots => _slots;

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="Errors.QueryException">2201B: it is wrong.</exception>
    public static Pattern Compile(ReadOnlySpan<byte> text, PatternOptions options)
    {
        (PatternNode node, PatternParser parser) = PatternParser.Parse(Encoding.UTF8.GetString(text), options);
        return new Pattern(node, parser, options);
    }

    /// <summary>Compiles an expression that must match whole texts.</summary>
    public static Pattern CompileWhole(ReadOnlySpan<byte> text, PatternOptions options)
    {
        (PatternNode node, PatternParser parser) = PatternParser.Parse(Encoding.UTF8.GetString(text), options);
        return new Pattern(
            new SequenceNode([new PlaceNode(PlaceKind.TextStart), node, new PlaceNode(PlaceKind.TextEnd)]), parser,
                options);
    }

    /// <summary>True when the text has a match.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        int start = StartOf(text, 0);
        if (start < 0) return false;
        if (_program.HasInnerPlaces) return _search.Find(text, start, isAnchored: false);
        // Where the text must begin the match, states die at the first byte that does not fit.
        return _isAnchored ? Anchored.IsMatch(text, start) : Anywhere.IsMatch(text, start);
    }

    /// <summary>Finds the first match from a place on; <see cref="Slots"/> has where.</summary>
    public bool Find(ReadOnlySpan<byte> text, int from)
    {
        if (_isAnchored && from > 0) return false;
        // Where the beginning decides, the automaton sees sooner than a search for a literal that there is no match.
        int start = _isAnchored && _captures is not null ? from : StartOf(text, from);
        if (start < 0 || !FindFirst(text, start)) return false;
        if (_preference == PatternPreference.First || _program.HasInnerPlaces || _endsWithText) return true;
        // That is the leftmost match; PostgreSQL wants the longest, or shortest, that begins there.
        (int begin, int found) = (Slots[0], Slots[1]);
        int end = Anchored.FindEnd(text, begin, _preference == PatternPreference.Longest);
        return end == found || Search(text, begin, isAnchored: true, end);
    }

    /// <summary>Finds by the search alone: the plain twin, which says what <see cref="Find"/> must give.</summary>
    internal bool FindBySearch(ReadOnlySpan<byte> text, int from)
    {
        CaptureAutomaton? captures = _captures;
        _captures = null;
        bool isFound = Find(text, from);
        _captures = captures;
        return isFound;
    }

    private bool FindFirst(ReadOnlySpan<byte> text, int start)
    {
        // Of an empty text the beginning is the end, which the automaton does not know.
        if (_captures is not null && start < text.Length)
        {
            if (start == 0 && _straight is not null && _straight.TryFind(text, _slots)) return true;
            bool isFound = _captures.Find(text, start, _slots);
            if (!_captures.IsTooLarge) return isFound;
            _captures = null;
        }
        return Search(text, start, _isAnchored);
    }

    private bool Search(ReadOnlySpan<byte> text, int start, bool isAnchored, int end = -1)
    {
        if (!_search.Find(text, start, isAnchored, end)) return false;
        _search.Slots.CopyTo(_slots);
        return true;
    }

    private PatternAutomaton Anywhere => _anywhere ??= new PatternAutomaton(_program, isAnchored: false);

    private PatternAutomaton Anchored => _anchored ??= new PatternAutomaton(_program, isAnchored: true);

    /// <summary>Where a match can begin at the earliest; -1 where the text cannot have one.</summary>
    private int StartOf(ReadOnlySpan<byte> text, int from)
    {
        if (_prefix.Length > 0 && !_isAnchored)
        {
            int at = text[from..].IndexOf(_prefix);
            return at < 0 ? -1 : from + at;
        }
        return _literal.Length > 1 && text[from..].IndexOf(_literal) < 0 ? -1 : from;
    }
}

/// <summary>Which of the matches that begin at one place is taken.</summary>
internal enum PatternPreference : byte
{
    /// <summary>The first that the search meets.</summary>
    First,
    /// <summary>The longest.</summary>
    Longest,
    /// <summary>The shortest.</summary>
    Shortest,
}

/// <summary>What can be told of a pattern without running it.</summary>
internal static class PatternFacts
{
    /// <summary>
    /// PostgreSQL's rule: the first quantified part of a sequence that has a preference decides, and a choice is always
    /// greedy (its manual, 9.7.3.5).
    /// </summary>
    public static PatternPreference PreferenceOf(PatternNode node) => Find(node) ?? PatternPreference.Longest;

    /// <summary>True when every match begins where the text does.</summary>
    public static bool IsAnchored(PatternNode node) => node switch
    {
        PlaceNode { Kind: PlaceKind.TextStart } => true,
        CaptureNode capture => IsAnchored(capture.Part),
        SequenceNode { Parts: [var first, ..] } => IsAnchored(first),
        ChoiceNode choice => choice.Branches.All(IsAnchored),
        _ => false,
    };

    /// <summary>True when every match ends where the text does.</summary>
    public static bool EndsWithText(PatternNode node) => node switch
    {
        PlaceNode { Kind: PlaceKind.TextEnd } => true,
        CaptureNode capture => EndsWithText(capture.Part),
        SequenceNode { Parts: [.., var last] } => EndsWithText(last),
        ChoiceNode choice => choice.Branches.All(EndsWithText),
        _ => false,
    };

    /// <summary>Bytes that every match begins with, and the longest run of bytes that every match has.</summary>
    public static (byte[] Prefix, byte[] Literal) LiteralsOf(PatternNode node)
    {
        List<byte[]> runs = [];
        List<byte> open = [];
        bool isPrefixOpen = true;
        byte[] prefix = [];
        void Close()
        {
            if (isPrefixOpen) prefix = [.. open];
            isPrefixOpen = false;
            if (open.Count > 0) runs.Add([.. open]);
            open.Clear();
        }
        void Visit(PatternNode part)
        {
            switch (part)
            {
                case CharacterNode { Set.Single: >= 0 and var rune }:
                    if (System.Text.Rune.IsValid(rune)) open.AddRange(
                        Encoding.UTF8.GetBytes(new Rune(rune).ToString()));
                    break;
                case SequenceNode sequence:
                    foreach (PatternNode inner in sequence.Parts) Visit(inner);
                    break;
                case CaptureNode capture:
                    Visit(capture.Part);
                    break;
                case RepeatNode { Min: >= 1 } repeat:
                    Visit(repeat.Part);
                    Close();
                    break;
                case PlaceNode { Kind: PlaceKind.TextEnd }:
                    break;
                default:
                    Close();
                    break;
            }
        }
        Visit(node);
        Close();
        return (prefix, runs.MaxBy(r => r.Length) ?? []);
    }

    private static PatternPreference? Find(PatternNode node) => node switch
    {
        ChoiceNode => PatternPreference.Longest,
        CaptureNode capture => Find(capture.Part),
        RepeatNode { Min: var min, Max: var max } repeat when min == max => Find(repeat.Part),
        RepeatNode repeat => repeat.IsGreedy ? PatternPreference.Longest : PatternPreference.Shortest,
        SequenceNode sequence => sequence.Parts.Select(Find).FirstOrDefault(p => p is not null),
        _ => null,
    };
}
