using System.Text;
using System.Text.RegularExpressions;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>text ~ pattern: whether a regular expression matches somewhere in the text.</summary>
internal readonly struct RegexMatches : IBinarySessionFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => RegexOperator.Describe("~", "matches", "'abc' ~ '^a.c$'", "true");

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, FunctionContext context) =>
        context.GetState<RegexOperator>().IsMatch(text, pattern, ignoresCase: false);
}

/// <summary>text ~* pattern: as ~, without regard to case.</summary>
internal readonly struct RegexMatchesAnyCase : IBinarySessionFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => RegexOperator.Describe("~*", "matches in any case", "'ABC' ~* 'b'", "true");

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, FunctionContext context) =>
        context.GetState<RegexOperator>().IsMatch(text, pattern, ignoresCase: true);
}

/// <summary>text !~ pattern: whether a regular expression matches nowhere in the text.</summary>
internal readonly struct RegexDiffers : IBinarySessionFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => RegexOperator.Describe("!~", "does not match", "'abc' !~ 'x'", "true");

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, FunctionContext context) =>
        !context.GetState<RegexOperator>().IsMatch(text, pattern, ignoresCase: false);
}

/// <summary>text !~* pattern: as !~, without regard to case.</summary>
internal readonly struct RegexDiffersAnyCase : IBinarySessionFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info =>
        RegexOperator.Describe("!~*", "does not match in any case", "'ABC' !~* 'x'", "true");

    public static bool Apply(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, FunctionContext context) =>
        !context.GetState<RegexOperator>().IsMatch(text, pattern, ignoresCase: true);
}

/// <summary>
/// The pattern of one call, compiled when it changes. Matching takes time linear in the text: no pattern can hold a
/// thread up.
/// </summary>
internal sealed class RegexOperator
{
    private byte[] _pattern = [];
    private bool _ignoresCase;
    private Regex? _regex;

    /// <summary>Whether the pattern matches somewhere.</summary>
    /// <exception cref="QueryException">2201B: the pattern is none, or needs backtracking.</exception>
    public bool IsMatch(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, bool ignoresCase)
    {
        if (_regex is null || ignoresCase != _ignoresCase || !pattern.SequenceEqual(_pattern))
        {
            _regex = Compile(Encoding.UTF8.GetString(pattern), ignoresCase);
            _pattern = pattern.ToArray();
            _ignoresCase = ignoresCase;
        }
        return _regex.IsMatch(Encoding.UTF8.GetString(text));
    }

    internal static FunctionInfo Describe(string name, string what, string example, string returns) =>
        new(name, $"Whether a regular expression {what}.")
        {
            Category = "Text", Example = example, Returns = returns, Flags = FunctionFlags.CanThrow,
        };

    private static Regex Compile(string pattern, bool ignoresCase)
    {
        RegexOptions options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
        if (ignoresCase) options |= RegexOptions.IgnoreCase;
        try
        {
            return new Regex(pattern, options);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new QueryException(
                SqlStates.InvalidRegularExpression, $"Invalid regular expression: {error.Message}", inner: error);
        }
    }
}
