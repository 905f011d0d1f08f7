using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Patterns;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>What a regular expression finds: regexp_extract, regexp_substr, regexp_match and their like.</summary>
internal static class PatternExtract
{
    private const FunctionFlags Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull;
    private static readonly LogicalType s_texts = LogicalType.List(LogicalType.Varchar);

    private static readonly FunctionInfo s_extract = Info(
        "regexp_extract", "The first match, or a capture of it by its number; empty where there is none.",
            "regexp_extract('ab12', '([a-z]+)(\\d+)', 2)", "12");
    private static readonly FunctionInfo s_extractAll = Info(
        "regexp_extract_all", "Every match, or a capture of each.", "regexp_extract_all('a1 b2', '([a-z])\\d', 1)",
            "[a, b]");
    private static readonly FunctionInfo s_substr = Info(
        "regexp_substr", "The n-th (1) match from a place (1) on, or a capture of it; NULL where there is none.",
            "regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2)", "EF");
    private static readonly FunctionInfo s_instr = Info(
        "regexp_instr",
            "Where the n-th (1) match from a place (1) on begins, or ends if the fifth argument is 1; else 0.",
            "regexp_instr('number of your street', '[^ ]+', 1, 3)", "11");
    private static readonly FunctionInfo s_count = Info(
        "regexp_count", "Number of matches from a place (1) on.", "regexp_count('123456789012', '\\d\\d\\d', 2)", "3");
    private static readonly FunctionInfo s_match = Info(
        "regexp_match", "The captures of the first match, or the match where there are none; NULL without a match.",
            "regexp_match('foobarbequebaz', '(bar)(beque)')", "[bar, beque]");
    private static readonly FunctionInfo s_split = Info(
        "regexp_split_to_array", "The pieces of a text between matches.",
            "regexp_split_to_array('hello world', '\\s+')", "[hello, world]",
                ["string_split_regex", "str_split_regex", "regexp_split_to_list"]);
    private static readonly FunctionInfo s_escape = Info(
        "regexp_escape", "The text with a backslash before what would mean something in a regular expression.",
            "regexp_escape('a.b')", "a\\.b");

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Text(s_extract, 2), Text(s_extract, 2, LogicalType.Integer),
            Text(s_extract, 2, LogicalType.Integer, LogicalType.Varchar),
        ExtractAll(), ExtractAll(LogicalType.Integer), ExtractAll(LogicalType.Integer, LogicalType.Varchar),
        Substr(), Substr(LogicalType.Integer), Substr(LogicalType.Integer, LogicalType.Integer),
        Substr(LogicalType.Integer, LogicalType.Integer, LogicalType.Varchar),
        Substr(LogicalType.Integer, LogicalType.Integer, LogicalType.Varchar, LogicalType.Integer),
        Instr(), Instr(LogicalType.Integer), Instr(LogicalType.Integer, LogicalType.Integer),
        Instr(LogicalType.Integer, LogicalType.Integer, LogicalType.Integer),
        Instr(LogicalType.Integer, LogicalType.Integer, LogicalType.Integer, LogicalType.Varchar),
        Instr(LogicalType.Integer, LogicalType.Integer, LogicalType.Integer, LogicalType.Varchar, LogicalType.Integer),
        Count(), Count(LogicalType.Integer), Count(LogicalType.Integer, LogicalType.Varchar),
        Lists(s_match, Match), Lists(s_match, Match, LogicalType.Varchar),
        Lists(s_split, Split), Lists(s_split, Split, LogicalType.Varchar),
        FunctionEntries.Bound(
            s_escape, [LogicalType.Varchar],
            t => new RowFunction<EscapeKernel, ReadOnlySpan<byte>>(s_escape, t, LogicalType.Varchar, default)),
    ];

    private static FunctionInfo Info(
        string name, string description, string example, string returns, string[]? aliases = null) =>
        new(name, description) { Category =
            "Patterns", Example = example, Returns = returns, Flags = Flags, Aliases = aliases ?? [] };

    private static ParameterPattern[] Parameters(LogicalType[] more) =>
        [LogicalType.Varchar, LogicalType.Varchar, .. more.Select(t => (ParameterPattern)t)];

    private static ScalarOverload Text(FunctionInfo info, int numberAt, params LogicalType[] more) =>
        FunctionEntries.Bound(
        info, Parameters(more),
        types => new RowFunction<ExtractKernel, ReadOnlySpan<byte>>(info, types, LogicalType.Varchar, new(numberAt)));

    private static ScalarOverload Substr(params LogicalType[] more) => FunctionEntries.Bound(
        s_substr, Parameters(more),
        types => new RowFunction<SubstrKernel, ReadOnlySpan<byte>>(s_substr, types, LogicalType.Varchar, default));

    private static ScalarOverload Instr(params LogicalType[] more) => FunctionEntries.Bound(
        s_instr, Parameters(more), types =>
            new RowFunction<InstrKernel, int>(s_instr, types, LogicalType.Integer, default));

    private static ScalarOverload Count(params LogicalType[] more) => FunctionEntries.Bound(
        s_count, Parameters(more), types =>
            new RowFunction<CountKernel, int>(s_count, types, LogicalType.Integer, default));

    private static ScalarOverload ExtractAll(params LogicalType[] more) => ValueFunction.Overload(
        s_extractAll, Parameters(more), _ => s_texts, _ => (a, context) =>
        {
            Pattern pattern = context.GetState<PatternCache>()
                .Of(PatternDialect.Perl, a[1].AsBytes, a.Length > 3 ? a[3].AsBytes : default);
            int capture = a.Length > 2 ? (int)a[2].AsInteger : 0;
            CheckCapture(pattern, capture);
            byte[] text = a[0].AsBytes.ToArray();
            List<Value> found = [];
            for (int at = 0; at <= text.Length && pattern.Find(text, at);)
            {
                found.Add(CaptureOf(text, pattern, capture) ?? Value.Null(LogicalType.Varchar));
                at = PatternPlaces.After(text, pattern.Slots[0], pattern.Slots[1]);
            }
            return Value.Nested(s_texts, [.. found]);
        });

    private static ScalarOverload Lists(
        FunctionInfo info, Func<Pattern, byte[], Value?> body, params LogicalType[] more) => ValueFunction.Overload(
            info, Parameters(more), _ => s_texts, _ => (a, context) => body(
                context.GetState<PatternCache>().Of(
                    PatternDialect.Postgres, a[1].AsBytes, a.Length > 2 ? a[2].AsBytes : default),
                a[0].AsBytes.ToArray()));

    private static Value? Match(Pattern pattern, byte[] text)
    {
        if (!pattern.Find(text, 0)) return null;
        IEnumerable<int> captures = pattern.CaptureCount == 0 ? [0] : Enumerable.Range(1, pattern.CaptureCount);
        return Value.Nested(s_texts, [.. captures.Select(c =>
            CaptureOf(text, pattern, c) ?? Value.Null(LogicalType.Varchar))]);
    }

    private static Value Split(Pattern pattern, byte[] text)
    {
        List<Value> pieces = [];
        int copied = 0;
        for (int at = 0; at <= text.Length && pattern.Find(text, at);)
        {
            (int begin, int end) = (pattern.Slots[0], pattern.Slots[1]);
            // An empty match at the end, or right behind a piece's begin, parts nothing.
            bool parts = end > begin || (begin > copied && begin < text.Length);
            if (parts)
            {
                pieces.Add(Value.Bytes(LogicalType.Varchar, text[copied..begin]));
                copied = end;
            }
            at = PatternPlaces.After(text, begin, end);
        }
        pieces.Add(Value.Bytes(LogicalType.Varchar, text[copied..]));
        return Value.Nested(s_texts, [.. pieces]);
    }

    private static Value? CaptureOf(byte[] text, Pattern pattern, int capture)
    {
        (int begin, int end) = (pattern.Slots[2 * capture], pattern.Slots[(2 * capture) + 1]);
        return begin < 0 || end < 0 ? null : Value.Bytes(LogicalType.Varchar, text[begin..end]);
    }

    private static void CheckCapture(Pattern pattern, int capture)
    {
        if (capture >= 0 && capture <= pattern.CaptureCount) return;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Regular expression has {pattern.CaptureCount} captures, not {capture}");
    }

    /// <summary>Finds the n-th match from a character on.</summary>
    private static bool FindNumber(Pattern pattern, ReadOnlySpan<byte> text, int start, int number)
    {
        if (number < 1) throw new QueryException(
            SqlStates.InvalidParameterValue, "Number of the match must be 1 or more");
        for (int at = PatternPlaces.StartOf(text, start); at <= text.Length && pattern.Find(text, at);)
        {
            if (--number == 0) return true;
            at = PatternPlaces.After(text, pattern.Slots[0], pattern.Slots[1]);
        }
        return false;
    }

    private static Pattern PatternOf(
        in RowArguments arguments, int row, int optionsAt, PatternDialect dialect, FunctionContext context)
    {
        ReadOnlySpan<byte> letters =
            arguments.Has(optionsAt) ? arguments.Get<ReadOnlySpan<byte>>(optionsAt, row) : default;
        return context.GetState<PatternCache>().Of(dialect, arguments.Get<ReadOnlySpan<byte>>(1, row), letters);
    }

    private readonly struct ExtractKernel(int numberAt) : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
            Pattern pattern = PatternOf(arguments, row, numberAt + 1, PatternDialect.Perl, context);
            int capture = arguments.Has(numberAt) ? arguments.Get<int>(numberAt, row) : 0;
            CheckCapture(pattern, capture);
            result = default;
            if (!pattern.Find(text, 0)) return true;
            (int begin, int end) = (pattern.Slots[2 * capture], pattern.Slots[(2 * capture) + 1]);
            if (begin >= 0 && end >= 0) result = text[begin..end];
            return true;
        }
    }

    private readonly struct SubstrKernel : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
            Pattern pattern = PatternOf(arguments, row, 4, PatternDialect.Postgres, context);
            int start = arguments.Has(2) ? arguments.Get<int>(2, row) : 1;
            int number = arguments.Has(3) ? arguments.Get<int>(3, row) : 1;
            int capture = arguments.Has(5) ? arguments.Get<int>(5, row) : 0;
            result = default;
            if (capture < 0) throw new QueryException(
                SqlStates.InvalidParameterValue, "Number of the capture must not be negative");
            if (capture > pattern.CaptureCount || !FindNumber(pattern, text, start, number)) return false;
            (int begin, int end) = (pattern.Slots[2 * capture], pattern.Slots[(2 * capture) + 1]);
            if (begin < 0 || end < 0) return false;
            result = text[begin..end];
            return true;
        }
    }

    private readonly struct InstrKernel : IRowKernel<int>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out int result)
        {
            ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
            Pattern pattern = PatternOf(arguments, row, 5, PatternDialect.Postgres, context);
            int start = arguments.Has(2) ? arguments.Get<int>(2, row) : 1;
            int number = arguments.Has(3) ? arguments.Get<int>(3, row) : 1;
            bool givesEnd = arguments.Has(4) && arguments.Get<int>(4, row) == 1;
            int capture = arguments.Has(6) ? arguments.Get<int>(6, row) : 0;
            result = 0;
            if (capture < 0 || capture > pattern.CaptureCount || !FindNumber(pattern, text, start, number)) return true;
            int place = pattern.Slots[(2 * capture) + (givesEnd ? 1 : 0)];
            if (place >= 0) result = Functions.Text.Utf8.Count(text[..place]) + 1;
            return true;
        }
    }

    private readonly struct CountKernel : IRowKernel<int>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out int result)
        {
            ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
            Pattern pattern = PatternOf(arguments, row, 3, PatternDialect.Postgres, context);
            result = 0;
            int start = arguments.Has(2) ? arguments.Get<int>(2, row) : 1;
            for (int at = PatternPlaces.StartOf(text, start); at <= text.Length && pattern.Find(text, at); result++)
            {
                at = PatternPlaces.After(text, pattern.Slots[0], pattern.Slots[1]);
            }
            return true;
        }
    }

    private readonly struct EscapeKernel : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            Utf8Writer target = new(context.Text);
            foreach (byte b in arguments.Get<ReadOnlySpan<byte>>(0, row))
            {
                bool isPlain =
                    b >= 0x80 || b == '_' || Functions.Text.Ascii.IsLetter(b) || Functions.Text.Ascii.IsDigit(b);
                if (!isPlain) target.Append((byte)'\\');
                target.Append(b);
            }
            result = target.End();
            return true;
        }
    }
}
