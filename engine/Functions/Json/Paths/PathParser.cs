using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Patterns;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <summary>
/// Reads a path of SQL/JSON. From loose to tight: <c>||</c>, <c>&amp;&amp;</c>, <c>!</c>, comparisons, sums, products,
/// signs, accessors.
/// </summary>
internal sealed class PathParser(string text)
{
    private const int MaxDepth = 256;

    private static readonly HashSet<string> s_methods =
        ["type", "size", "double", "ceiling", "floor", "abs", "keyvalue"];

    private readonly List<PathToken> _tokens = PathLexer.Read(text);
    private int _at;
    private int _depth;
    private int _filters;
    private int _subscripts;

    private PathToken Current => _tokens[_at];

    public SqlJsonPath Parse()
    {
        bool isStrict = Accept("strict");
        if (!isStrict) Accept("lax");
        PathNode root = ParseOr();
        if (Current.Kind != PathTokenKind.End) throw Wrong();
        return new SqlJsonPath(root, isStrict);
    }

    private void Enter()
    {
        if (++_depth <= MaxDepth) return;
        throw new QueryException(SqlStates.StatementTooComplex, "A jsonpath is nested too deep");
    }

    private PathNode ParseOr()
    {
        Enter();
        PathNode left = ParseAnd();
        while (AcceptSign("||")) left = new LogicalNode(false, Predicate(left), Predicate(ParseAnd()));
        _depth--;
        return left;
    }

    private PathNode ParseAnd()
    {
        PathNode left = ParseNot();
        while (AcceptSign("&&")) left = new LogicalNode(true, Predicate(left), Predicate(ParseNot()));
        return left;
    }

    private PathNode ParseNot()
    {
        if (!AcceptSign("!")) return ParseComparison();
        bool isDelimited = Current.IsSign("(") || Current.IsWord("exists");
        if (!isDelimited) throw Wrong();
        return new NotNode(Predicate(ParsePrimary()));
    }

    private PathNode ParseComparison()
    {
        PathNode left = ParseSum();
        if (Current is { Kind: PathTokenKind.Sign, Text: "==" or "=" or "!=" or "<>" or "<" or "<=" or ">" or ">=" })
        {
            string sign = _tokens[_at++].Text switch { "=" => "==", "<>" => "!=", var other => other };
            return new ComparisonNode(sign, Value(left), Value(ParseSum()));
        }
        if (Accept("starts"))
        {
            if (!Accept("with")) throw Wrong();
            PathToken prefix = _tokens[_at];
            if (prefix.Kind is not (PathTokenKind.Text or PathTokenKind.Variable)) throw Wrong();
            return new StartsWithNode(Value(left), ParsePrimary());
        }
        return Accept("like_regex") ? ParseLikeRegex(Value(left)) : left;
    }

    private LikeRegexNode ParseLikeRegex(PathNode left)
    {
        string pattern = ExpectText();
        string flags = Accept("flag") ? ExpectText() : "";
        foreach (char flag in flags)
        {
            if (flag == 'x')
            {
                throw new QueryException(
                    SqlStates.FeatureNotSupported,
                    "XQuery \"x\" flag (expanded regular expressions) is not implemented");
            }
            if (!"ismq".Contains(flag, StringComparison.Ordinal))
            {
                throw new QueryException(
                    SqlStates.SyntaxError, $"Unrecognized flag character \"{flag}\" in LIKE_REGEX predicate");
            }
        }
        bool crossesLines = flags.Contains('s', StringComparison.Ordinal);
        string letters = flags.Contains('q', StringComparison.Ordinal) ? "q"
            : (crossesLines, flags.Contains('m', StringComparison.Ordinal)) switch
            {
                (false, false) => "p", (false, true) => "n", (true, true) => "w", _ => "",
            };
        if (flags.Contains('i', StringComparison.Ordinal)) letters += "i";
        PatternOptions options = PatternOptions.Parse(PatternDialect.Postgres, Encoding.UTF8.GetBytes(letters));
        return new LikeRegexNode(left, Pattern.Compile(Encoding.UTF8.GetBytes(pattern), options));
    }

    private PathNode ParseSum()
    {
        PathNode left = ParseProduct();
        while (Current.IsSign("+") || Current.IsSign("-"))
        {
            char sign = _tokens[_at++].Text[0];
            left = new ArithmeticNode(sign, Value(left), Value(ParseProduct()));
        }
        return left;
    }

    private PathNode ParseProduct()
    {
        PathNode left = ParseSign();
        while (Current.IsSign("*") || Current.IsSign("/") || Current.IsSign("%"))
        {
            char sign = _tokens[_at++].Text[0];
            left = new ArithmeticNode(sign, Value(left), Value(ParseSign()));
        }
        return left;
    }

    private PathNode ParseSign()
    {
        if (!Current.IsSign("+") && !Current.IsSign("-")) return ParseAccessors();
        Enter();
        SignNode sign = new(_tokens[_at++].Text[0], Value(ParseSign()));
        _depth--;
        return sign;
    }

    private PathNode ParseAccessors()
    {
        PathNode node = ParsePrimary();
        while (true)
        {
            if (AcceptSign(".")) node = ParseMember(node);
            else if (AcceptSign("[")) node = ParseElements(node);
            else if (AcceptSign("?")) node = ParseFilter(node);
            else return node;
        }
    }

    private PathNode ParseMember(PathNode input)
    {
        if (AcceptSign("*")) return new MemberNode(input, null);
        if (AcceptSign("**")) return ParseDescendants(input);
        PathToken name = _tokens[_at++];
        bool isCall = name.Kind == PathTokenKind.Name && Current.IsSign("(");
        if (!isCall)
        {
            return name.Kind is PathTokenKind.Name or PathTokenKind.Text
                ? new MemberNode(input, name.Text) : throw Wrong(-1);
        }
        if (name.Text == "datetime")
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "The jsonpath method .datetime() is not supported",
                hint: "Take the text out with jsonb_path_query and cast it.");
        }
        if (!s_methods.Contains(name.Text)) throw Wrong();
        _at++;
        if (!AcceptSign(")")) throw Wrong();
        return new MethodNode(input, name.Text);
    }

    private DescendantsNode ParseDescendants(PathNode input)
    {
        if (!AcceptSign("{")) return new DescendantsNode(input, 0, uint.MaxValue);
        uint first = ParseLevel();
        uint last = Accept("to") ? ParseLevel() : first;
        if (!AcceptSign("}")) throw Wrong();
        return new DescendantsNode(input, first, last);
    }

    private uint ParseLevel()
    {
        if (Accept("last")) return uint.MaxValue;
        PathToken number = _tokens[_at++];
        return number.Kind == PathTokenKind.Number &&
            uint.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out uint level)
            ? level : throw Wrong(-1);
    }

    private PathNode ParseElements(PathNode input)
    {
        if (Current.IsSign("*") && _tokens[_at + 1].IsSign("]"))
        {
            _at += 2;
            return new AllElementsNode(input);
        }
        List<(PathNode From, PathNode? To)> places = [];
        _subscripts++;
        do
        {
            PathNode from = Value(ParseSum());
            places.Add((from, Accept("to") ? Value(ParseSum()) : null));
        }
        while (AcceptSign(","));
        _subscripts--;
        if (!AcceptSign("]")) throw Wrong();
        return new ElementsNode(input, [.. places]);
    }

    private FilterNode ParseFilter(PathNode input)
    {
        if (!AcceptSign("(")) throw Wrong();
        _filters++;
        PathNode condition = Predicate(ParseOr());
        _filters--;
        if (!AcceptSign(")")) throw Wrong();
        return new FilterNode(input, condition);
    }

    private PathNode ParsePrimary()
    {
        PathToken token = _tokens[_at];
        if (token.Kind != PathTokenKind.End) _at++;
        switch (token.Kind)
        {
            case PathTokenKind.Text:
                return new LiteralNode(PathItems.OfText(token.Text));
            case PathTokenKind.Number:
                return new LiteralNode(JsonText.Parse(Encoding.UTF8.GetBytes(token.Text)));
            case PathTokenKind.Variable:
                return new VariableNode(token.Text);
            case PathTokenKind.Name when token.Text is "true" or "false" or "null":
                return new LiteralNode(JsonText.Parse(Encoding.UTF8.GetBytes(token.Text)));
            case PathTokenKind.Name when token.Text == "last":
                return _subscripts > 0 ? new LastNode() : throw new QueryException(
                    SqlStates.SyntaxError, "LAST is allowed only in array subscripts");
            case PathTokenKind.Name when token.Text == "exists":
                if (!AcceptSign("(")) throw Wrong();
                PathNode path = Value(ParseOr());
                if (!AcceptSign(")")) throw Wrong();
                return new ExistsNode(path);
        }
        switch (token.Text)
        {
            case "$":
                return new RootNode();
            case "@":
                return _filters > 0 ? new CurrentNode() : throw new QueryException(
                    SqlStates.SyntaxError, "@ is not allowed in root expressions");
            case "(":
                PathNode inner = ParseOr();
                if (!AcceptSign(")")) throw Wrong();
                if (!inner.IsPredicate || !Accept("is")) return inner;
                return Accept("unknown") ? new IsUnknownNode(inner) : throw Wrong();
            default:
                throw Wrong(token.Kind == PathTokenKind.End ? 0 : -1);
        }
    }

    private string ExpectText() =>
        _tokens[_at] is { Kind: PathTokenKind.Text } token ? Taken(token.Text) : throw Wrong();

    private string Taken(string value)
    {
        _at++;
        return value;
    }

    private PathNode Predicate(PathNode node) => node.IsPredicate ? node : throw Wrong();

    private PathNode Value(PathNode node) => node.IsPredicate ? throw Wrong() : node;

    private bool Accept(string word)
    {
        if (!Current.IsWord(word)) return false;
        _at++;
        return true;
    }

    private bool AcceptSign(string sign)
    {
        if (!Current.IsSign(sign)) return false;
        _at++;
        return true;
    }

    private QueryException Wrong(int from = 0)
    {
        PathToken token = _tokens[_at + from];
        return new QueryException(
            SqlStates.SyntaxError, token.Kind == PathTokenKind.End
                ? "Syntax error at end of jsonpath input"
                : $"Syntax error at or near \"{token.Text}\" of jsonpath input",
            hint: "A path looks like $.name[*] ? (@.price > 10).");
    }
}
