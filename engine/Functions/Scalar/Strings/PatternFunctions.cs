using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Patterns;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>Patterns that a call has compiled; the same one for as long as its texts stay.</summary>
internal sealed class PatternCache
{
    private byte[]? _text;
    private byte[] _letters = [];
    private PatternDialect _dialect;
    private bool _isWhole;
    private Pattern? _pattern;

    /// <summary>The pattern with options in letters.</summary>
    public Pattern Of(PatternDialect dialect, ReadOnlySpan<byte> text, ReadOnlySpan<byte> letters, bool isWhole = false)
    {
        bool isKnown = _text is not null && dialect == _dialect && isWhole == _isWhole && text.SequenceEqual(_text) &&
            letters.SequenceEqual(_letters);
        if (isKnown) return _pattern!;
        PatternOptions options = PatternOptions.Parse(dialect, letters);
        _pattern = isWhole ? Pattern.CompileWhole(text, options) : Pattern.Compile(text, options);
        (_text, _letters, _dialect, _isWhole) = (text.ToArray(), letters.ToArray(), dialect, isWhole);
        return _pattern;
    }
}

/// <summary>Whether a text matches: the operators ~, ~*, !~, !~* and the functions of that meaning.</summary>
internal static class PatternTests
{
    private const FunctionFlags Flags = FunctionFlags.CanThrow;

    private static readonly FunctionInfo s_match =
        Info("~", "True when the text has a match of the regular expression.", "'hits' ~ 'h.t'", "true");
    private static readonly FunctionInfo s_matchAnyCase =
        Info("~*", "As ~, without regard to case.", "'HITS' ~* 'h.t'", "true");
    private static readonly FunctionInfo s_noMatch =
        Info("!~", "True when the text has no match of the regular expression.", "'hits' !~ '^t'", "true");
    private static readonly FunctionInfo s_noMatchAnyCase =
        Info("!~*", "As !~, without regard to case.", "'hits' !~* '^T'", "true");
    private static readonly FunctionInfo s_like = Info(
        "regexp_like", "True when the text has a match of the regular expression, with options.",
            "regexp_like('Hello', 'hell', 'i')", "true");
    private static readonly FunctionInfo s_matches = Info(
        "regexp_matches", "True when the text has a match of the regular expression, as in DuckDB.",
            "regexp_matches('anabanana', '(an)+')", "true");
    private static readonly FunctionInfo s_full = Info(
        "regexp_full_match", "True when the regular expression matches the whole text.",
            "regexp_full_match('anabanana', '(an)*')", "false");
    private static readonly FunctionInfo s_similar = Info(
        "similar_to",
            "True when an SQL pattern of % _ | * + ? ( ) [ ] matches the whole text; what SIMILAR TO becomes.",
                "'abc' SIMILAR TO '%(b|d)%'", "true");
    private static readonly FunctionInfo s_glob = Info(
        "glob_match", "True when a pattern of * ? [ ] matches the whole text; what GLOB becomes.",
            "'best.csv' GLOB 'b*.c?v'", "true");

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Of(s_match, new(PatternDialect.Postgres, ""u8.ToArray(), false)),
            Of(s_matchAnyCase, new(PatternDialect.Postgres, "i"u8.ToArray(), false)),
        Of(s_noMatch, new(PatternDialect.Postgres, ""u8.ToArray(), true)),
            Of(s_noMatchAnyCase, new(PatternDialect.Postgres, "i"u8.ToArray(), true)),
        .. WithOptions(s_like, new(PatternDialect.Postgres, [], false)),
            .. WithOptions(s_matches, new(PatternDialect.Perl, [], false)),
        .. WithOptions(s_full, new(PatternDialect.Perl, [], false, isWhole: true)),
        Bound(s_similar, 2, new SimilarKernel()), Bound(s_similar, 3, new SimilarKernel()),
            Bound(s_glob, 2, new GlobKernel()),
    ];

    private static FunctionInfo Info(string name, string description, string example, string returns) =>
        new(name, description)
    {
        Category = "Patterns", Example = example, Returns = returns, Flags = Flags,
    };

    private static ScalarOverload Of(FunctionInfo info, MatchKernel kernel) => Bound(info, 2, kernel);

    private static ScalarOverload[] WithOptions(FunctionInfo info, MatchKernel kernel) =>
        [Bound(info, 2, kernel), Bound(info, 3, kernel)];

    private static ScalarOverload Bound<TKernel>(FunctionInfo info, int count, TKernel kernel) where TKernel
        : struct, IRowKernel<bool> =>
        FunctionEntries.Bound(
            info, [.. Enumerable.Repeat((ParameterPattern)LogicalType.Varchar, count)],
            types => new RowFunction<TKernel, bool>(info, types, LogicalType.Boolean, kernel));

    private readonly struct MatchKernel(PatternDialect dialect, byte[] letters, bool isNegated, bool isWhole =
        false) : IRowKernel<bool>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
        {
            ReadOnlySpan<byte> options = arguments.Has(2) ? arguments.Get<ReadOnlySpan<byte>>(2, row) : letters;
            Pattern pattern = context.GetState<PatternCache>()
                .Of(dialect, arguments.Get<ReadOnlySpan<byte>>(1, row), options, isWhole);
            result = pattern.IsMatch(arguments.Get<ReadOnlySpan<byte>>(0, row)) != isNegated;
            return true;
        }
    }

    private readonly struct SimilarKernel : IRowKernel<bool>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
        {
            ReadOnlySpan<byte> escape = arguments.Has(2) ? arguments.Get<ReadOnlySpan<byte>>(2, row) : "\\"u8;
            string regular = context.GetState<TranslationCache>()
                .Of(arguments.Get<ReadOnlySpan<byte>>(1, row), escape, PatternTranslation.OfSimilar);
            Span<byte> bytes = System.Text.Encoding.UTF8.GetBytes(regular);
            Pattern pattern =
                context.GetState<PatternCache>().Of(PatternDialect.Postgres, bytes, default, isWhole: true);
            result = pattern.IsMatch(arguments.Get<ReadOnlySpan<byte>>(0, row));
            return true;
        }
    }

    private readonly struct GlobKernel : IRowKernel<bool>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
        {
            string regular = context.GetState<TranslationCache>()
                .Of(arguments.Get<ReadOnlySpan<byte>>(1, row), default, (text, _) => PatternTranslation.OfGlob(text));
            Span<byte> bytes = System.Text.Encoding.UTF8.GetBytes(regular);
            Pattern pattern =
                context.GetState<PatternCache>().Of(PatternDialect.Postgres, bytes, default, isWhole: true);
            result = pattern.IsMatch(arguments.Get<ReadOnlySpan<byte>>(0, row));
            return true;
        }
    }

    /// <summary>The translation made last.</summary>
    private sealed class TranslationCache
    {
        private byte[]? _text;
        private byte[] _escape = [];
        private string _regular = "";

        public string Of(ReadOnlySpan<byte> text, ReadOnlySpan<byte> escape, Func<string, string, string> translate)
        {
            if (_text is not null && text.SequenceEqual(_text) && escape.SequenceEqual(_escape)) return _regular;
            _regular =
                translate(System.Text.Encoding.UTF8.GetString(text), System.Text.Encoding.UTF8.GetString(escape));
            (_text, _escape) = (text.ToArray(), escape.ToArray());
            return _regular;
        }
    }
}
