using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>Reads a regular expression into a tree. What needs more than linear time is refused by name.</summary>
internal sealed class PatternParser
{
    private const int MaxRepeat = 1000;
    private const int MaxDepth = 200;
    private readonly Rune[] _text;
    private PatternOptions _options;
    private int _at;
    private int _depth;

    private PatternParser(string text, PatternOptions options)
    {
        _text = [.. text.EnumerateRunes()];
        _options = options;
    }

    /// <summary>Number of captures.</summary>
    public int CaptureCount { get; private set; }

    /// <summary>Names of captures by number; empty where a capture has none.</summary>
    public List<string> CaptureNames { get; } = [];

    /// <summary>The tree of a pattern, and the parser that knows its captures.</summary>
    /// <exception cref="QueryException">2201B: the pattern is wrong.</exception>
    public static (PatternNode Node, PatternParser Parser) Parse(string text, PatternOptions options)
    {
        PatternParser parser = new(text, options);
        if (options.IsLiteral) return (new SequenceNode([.. parser._text.Select(r =>
            parser.Character(r.Value))]), parser);
        PatternNode node = parser.ParseChoice();
        if (parser._at < parser._text.Length) throw parser.Wrong("parentheses () not balanced");
        return (node, parser);
    }

    private bool IsAtEnd => _at >= _text.Length;

    private int Peek => IsAtEnd ? -1 : _text[_at].Value;

    private bool IsPostgres => _options.Dialect == PatternDialect.Postgres;

    private PatternNode ParseChoice()
    {
        if (++_depth > MaxDepth) throw Wrong("nested too deeply");
        List<PatternNode> branches = [ParseSequence()];
        while (Peek == '|')
        {
            _at++;
            branches.Add(ParseSequence());
        }
        _depth--;
        return branches.Count == 1 ? branches[0] : new ChoiceNode(branches);
    }

    private SequenceNode ParseSequence()
    {
        List<PatternNode> parts = [];
        while (!IsAtEnd && Peek is not ('|' or ')'))
        {
            if (_options.IsExtended && SkipExtended()) continue;
            PatternNode? atom = ParseAtom();
            if (atom is not null) parts.Add(ParseRepeats(atom));
        }
        return new SequenceNode(parts);
    }

    private bool SkipExtended()
    {
        if (Rune.IsWhiteSpace(_text[_at]))
        {
            _at++;
            return true;
        }
        if (Peek != '#') return false;
        while (!IsAtEnd && Peek != '\n') _at++;
        return true;
    }

    private PatternNode ParseRepeats(PatternNode atom)
    {
        while (true)
        {
            (int min, int max) = (0, -1);
            switch (Peek)
            {
                case '*': _at++; break;
                case '+': (min, _at) = (1, _at + 1); break;
                case '?': (max, _at) = (1, _at + 1); break;
                case '{' when TryBounds(out min, out max): break;
                default: return atom;
            }
            bool isGreedy = Peek != '?';
            if (!isGreedy) _at++;
            atom = new RepeatNode(atom, min, max, isGreedy);
        }
    }

    // {2}, {2,} and {2,5}; anything else in braces is text, as in RE2, and an error in PostgreSQL.
    private bool TryBounds(out int min, out int max)
    {
        int start = _at++;
        (min, max) = (0, -1);
        bool isRead = TryNumber(out min);
        max = min;
        if (isRead && Peek == ',')
        {
            _at++;
            max = TryNumber(out int upper) ? upper : -1;
        }
        if (!isRead || Peek != '}')
        {
            if (IsPostgres && isRead) throw Wrong("invalid repetition count(s)");
            _at = start;
            return false;
        }
        _at++;
        if (min > MaxRepeat || max > MaxRepeat || (max >= 0 && max < min)) throw Wrong("invalid repetition count(s)");
        return true;
    }

    private bool TryNumber(out int number)
    {
        number = 0;
        int start = _at;
        for (; Peek is >= '0' and <= '9'; _at++) number = Math.Min((number * 10) + (Peek - '0'), MaxRepeat + 1);
        return _at > start;
    }

    private PatternNode? ParseAtom()
    {
        int c = Peek;
        _at++;
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                return ParseClass();
            case '.':
                return new CharacterNode(_options.DotStopsAtNewline ? RuneSet.Of('\n').Negate() : RuneSet.All);
            case '^':
                return new PlaceNode(_options.AnchorsAtLines ? PlaceKind.LineStart : PlaceKind.TextStart);
            case '$':
                return new PlaceNode(_options.AnchorsAtLines ? PlaceKind.LineEnd : PlaceKind.TextEnd);
            case '\\':
                return ParseEscape();
            case '*' or '+' or '?':
                throw Wrong("quantifier operand invalid");
            case '{' when IsPostgres && Peek is >= '0' and <= '9':
                throw Wrong("quantifier operand invalid");
            default:
                return Character(c);
        }
    }

    private CharacterNode Character(int rune) => new(Fold(RuneSet.Of(rune)));

    private RuneSet Fold(RuneSet set) => _options.IgnoresCase ? set.FoldCase() : set;

    private PatternNode? ParseGroup()
    {
        PatternOptions outer = _options;
        int capture = -1;
        if (Peek == '?')
        {
            _at++;
            if (Peek is '=' or '!' || (Peek == '<' && _at + 1 < _text.Length && _text[_at + 1].Value is '=' or '!'))
            {
                throw NotLinear("Lookahead and lookbehind");
            }
            if (Peek == 'P' && _at + 1 < _text.Length && _text[_at + 1].Value == '<') _at++;
            if (Peek == '<')
            {
                _at++;
                capture = NewCapture(ReadUntil('>'));
            }
            else if (Peek == '#')
            {
                ReadUntil(')');
                return null;
            }
            else if (!ReadFlags())
            {
                // (?i) without a colon holds to the end of the group around it.
                return null;
            }
        }
        else
        {
            capture = NewCapture("");
        }
        PatternNode inner = ParseChoice();
        if (Peek != ')') throw Wrong("parentheses () not balanced");
        _at++;
        _options = outer;
        return capture < 0 ? inner : new CaptureNode(inner, capture);
    }

    private int NewCapture(string name)
    {
        CaptureNames.Add(name);
        return ++CaptureCount;
    }

    /// <summary>Reads flags; true where a colon opens a group, false where a parenthesis ends the flags.</summary>
    private bool ReadFlags()
    {
        bool isOn = true;
        while (!IsAtEnd)
        {
            int c = Peek;
            _at++;
            switch (c)
            {
                case ':': return true;
                case ')': return false;
                case '-': isOn = false; break;
                case 'i': _options = _options with { IgnoresCase = isOn }; break;
                case 's': _options = _options with { DotStopsAtNewline = !isOn }; break;
                case 'm': _options = _options with { AnchorsAtLines = isOn }; break;
                case 'n' when IsPostgres: _options =
                    _options with { AnchorsAtLines = isOn, DotStopsAtNewline = isOn }; break;
                case 'x': _options = _options with { IsExtended = isOn }; break;
                case 'c' when IsPostgres: _options = _options with { IgnoresCase = !isOn }; break;
                default: throw Wrong("invalid embedded option");
            }
        }
        throw Wrong("parentheses () not balanced");
    }

    private PatternNode ParseEscape()
    {
        if (IsAtEnd) throw Wrong("invalid escape \\ sequence");
        int c = Peek;
        if (TryClassEscape() is { } set) return new CharacterNode(Fold(set));
        switch (c)
        {
            case 'A': _at++; return new PlaceNode(PlaceKind.TextStart);
            case 'Z' or 'z': _at++; return new PlaceNode(PlaceKind.TextEnd);
            case 'm' when IsPostgres: _at++; return new PlaceNode(PlaceKind.WordStart);
            case 'M' when IsPostgres: _at++; return new PlaceNode(PlaceKind.WordEnd);
            case 'y' when IsPostgres: _at++; return new PlaceNode(PlaceKind.WordBoundary);
            case 'Y' when IsPostgres: _at++; return new PlaceNode(PlaceKind.NotWordBoundary);
            case 'b' when !IsPostgres: _at++; return new PlaceNode(PlaceKind.WordBoundary);
            case 'B' when !IsPostgres: _at++; return new PlaceNode(PlaceKind.NotWordBoundary);
            case >= '1' and <= '9': throw NotLinear("Back references");
            case 'Q' when !IsPostgres:
                _at++;
                return ParseQuoted();
        }
        return Character(ParseCharacterEscape());
    }

    private SequenceNode ParseQuoted()
    {
        List<PatternNode> characters = [];
        while (!IsAtEnd && !(Peek == '\\' && _at + 1 < _text.Length && _text[_at + 1].Value == 'E'))
        {
            characters.Add(Character(Peek));
            _at++;
        }
        _at = Math.Min(_at + 2, _text.Length);
        return new SequenceNode(characters);
    }

    private RuneSet? TryClassEscape()
    {
        RuneSet? set = Peek switch
        {
            'd' => RuneSet.Digit,
            'D' => RuneSet.Digit.Negate(),
            's' => RuneSet.Space,
            'S' => RuneSet.Space.Negate(),
            'w' => RuneSet.Word,
            'W' => RuneSet.Word.Negate(),
            _ => null,
        };
        if (set is not null)
        {
            _at++;
            return set;
        }
        if (Peek is not ('p' or 'P') || IsPostgres) return null;
        bool isNegated = Peek == 'P';
        _at++;
        string name = Peek.ToString(CultureInfo.InvariantCulture);
        if (Peek == '{')
        {
            _at++;
            name = ReadUntil('}');
        }
        else
        {
            name = _text[_at].ToString();
            _at++;
        }
        if (name.StartsWith('^')) (isNegated, name) = (!isNegated, name[1..]);
        set = RuneSet.Category(name) ?? throw Wrong($"invalid character class: {name}");
        return isNegated ? set.Negate() : set;
    }

    private int ParseCharacterEscape()
    {
        int c = Peek;
        _at++;
        switch (c)
        {
            case 'a': return 7;
            case 'b': return 8;
            case 'e': return 27;
            case 'f': return 12;
            case 'n': return 10;
            case 'r': return 13;
            case 't': return 9;
            case 'v': return 11;
            case 'B' when IsPostgres: return '\\';
            case '0': return ParseDigits(2, 8);
            case 'x' when Peek == '{':
                _at++;
                string hex = ReadUntil('}');
                bool isHex = int.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int rune) &&
                    Rune.IsValid(rune);
                return isHex ? rune : throw Wrong("invalid escape \\ sequence");
            case 'x': return ParseDigits(IsPostgres ? 8 : 2, 16);
            case 'u': return ParseDigits(4, 16);
            case 'U': return ParseDigits(8, 16);
            case 'c' when IsPostgres && !IsAtEnd:
                _at++;
                return _text[_at - 1].Value & 31;
        }
        bool isLetter = c is >= 'a' and <= 'z' or >= 'A' and <= 'Z';
        return isLetter ? throw Wrong("invalid escape \\ sequence") : c;
    }

    private int ParseDigits(int count, int numberBase)
    {
        int value = 0;
        for (int i = 0; i < count && !IsAtEnd &&
            Text.BlobText.HexValue((byte)Math.Min(Peek, 255)) is >= 0 and var digit && digit < numberBase; i++)
        {
            value = (value * numberBase) + digit;
            _at++;
        }
        return Rune.IsValid(value) ? value : throw Wrong("invalid escape \\ sequence");
    }

    private CharacterNode ParseClass()
    {
        RuneSet set = new();
        bool isNegated = Peek == '^';
        if (isNegated) _at++;
        bool isFirst = true;
        while (IsAtEnd || Peek != ']' || isFirst)
        {
            if (IsAtEnd) throw Wrong("brackets [] not balanced");
            isFirst = false;
            if (TryNamedClass() is { } named)
            {
                set.Add(named);
                continue;
            }
            int low = ClassCharacter(out RuneSet? escaped);
            if (escaped is not null)
            {
                set.Add(escaped);
                continue;
            }
            int high = low;
            if (Peek == '-' && _at + 1 < _text.Length && _text[_at + 1].Value != ']')
            {
                _at++;
                high = ClassCharacter(out escaped);
                if (escaped is not null || high < low) throw Wrong("invalid character range");
            }
            set.Add(low, high);
        }
        _at++;
        if (_options.IgnoresCase) set = set.FoldCase();
        if (isNegated) set = _options.DotStopsAtNewline && IsPostgres ? set.Add('\n', '\n').Negate() : set.Negate();
        return new CharacterNode(set);
    }

    private RuneSet? TryNamedClass()
    {
        if (Peek != '[' || _at + 1 >= _text.Length || _text[_at + 1].Value != ':') return null;
        int start = _at;
        _at += 2;
        string name = ReadUntil(':');
        if (Peek != ']')
        {
            _at = start;
            return null;
        }
        _at++;
        bool isNegated = name.StartsWith('^');
        RuneSet set = RuneSet.Named(isNegated ? name[1..] : name) ?? throw Wrong("invalid character class");
        return isNegated ? set.Negate() : set;
    }

    private int ClassCharacter(out RuneSet? escaped)
    {
        escaped = null;
        // [.x.] and [=x=] stand for the character itself.
        bool isCollating = Peek == '[' && _at + 1 < _text.Length && _text[_at + 1].Value is '.' or '=';
        if (isCollating)
        {
            char end = (char)_text[_at + 1].Value;
            _at += 2;
            Rune[] name = [.. ReadUntil(end).EnumerateRunes()];
            if (name.Length != 1 || Peek != ']') throw Wrong("invalid collating element");
            _at++;
            return name[0].Value;
        }
        int c = Peek;
        _at++;
        if (c != '\\') return c;
        if (IsAtEnd) throw Wrong("invalid escape \\ sequence");
        escaped = TryClassEscape();
        return escaped is null ? ParseCharacterEscape() : 0;
    }

    private string ReadUntil(char end)
    {
        StringBuilder text = new();
        while (!IsAtEnd && Peek != end)
        {
            text.Append(_text[_at]);
            _at++;
        }
        if (IsAtEnd) throw Wrong($"missing {end}");
        _at++;
        return text.ToString();
    }

    private QueryException Wrong(string what) => new(
        SqlStates.InvalidRegularExpression, $"Invalid regular expression: {what}: {string.Concat(_text)}",
        hint: $"It is at character {Math.Min(_at + 1, _text.Length)} of the pattern.");

    private static QueryException NotLinear(string what) => new(
        SqlStates.InvalidRegularExpression, $"Invalid regular expression: {what} are not supported",
        hint: "Matching takes time linear in the text, which they do not allow.");
}
