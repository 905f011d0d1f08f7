using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Patterns;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Strings;

/// <summary>regexp_replace(text, pattern, replacement[, start[, n]][, options]): the first match, the n-th, or with
/// 'g' every one.</summary>
internal readonly struct RegexpReplace(bool hasStart, bool hasNumber, bool hasOptions) : IRowKernel<ReadOnlySpan<byte>>
{
    private static readonly FunctionInfo s_info = new(
        "regexp_replace",
        "The first match, or with option g every one, replaced; \\1 to \\9 in the replacement are captures.")
    {
        Category = "Patterns", Example = "regexp_replace('Thomas', '.[mN]a.', 'M')", Returns = "ThM",
        Flags = FunctionFlags.CanThrow,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Of(new(false, false, false)), Of(new(false, false, true), LogicalType.Varchar),
            Of(new(true, false, false), LogicalType.Integer),
        Of(new(true, true, false), LogicalType.Integer, LogicalType.Integer),
        Of(new(true, true, true), LogicalType.Integer, LogicalType.Integer, LogicalType.Varchar),
    ];

    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        ReadOnlySpan<byte> replacement = arguments.Get<ReadOnlySpan<byte>>(2, row);
        int optionsAt = 3 + (hasStart ? 1 : 0) + (hasNumber ? 1 : 0);
        ReadOnlySpan<byte> letters = hasOptions ? arguments.Get<ReadOnlySpan<byte>>(optionsAt, row) : default;
        Pattern pattern = context.GetState<PatternCache>().Of(
            PatternDialect.Postgres, arguments.Get<ReadOnlySpan<byte>>(1, row), letters);
        int from = hasStart ? PatternPlaces.StartOf(text, arguments.Get<int>(3, row)) : 0;
        // 0 stands for every match; without a number, the options say whether it is every one.
        int number = hasNumber ? arguments.Get<int>(4, row) : pattern.Options.IsGlobal ? 0 : 1;
        if (number < 0) throw new QueryException(
            SqlStates.InvalidParameterValue, "Number of the match must not be negative");
        result = text;
        Utf8Writer target = default;
        bool isChanged = false;
        int copied = 0;
        int count = 0;
        for (int at = from; at <= text.Length && pattern.Find(text, at);)
        {
            (int begin, int end) = (pattern.Slots[0], pattern.Slots[1]);
            if (begin == 0 && end == text.Length && from == 0 && number <= 1 && end > 0 &&
                TryCapture(replacement, pattern.Slots, out int first, out int length))
            {
                // A capture takes the place of the whole text: it is a part of it, and nothing is copied.
                result = text.Slice(first, length);
                return true;
            }
            if (number == 0 || ++count == number)
            {
                if (!isChanged) target = new Utf8Writer(context.Text, text.Length + 16);
                isChanged = true;
                target.Append(text[copied..begin]);
                AppendReplacement(ref target, replacement, text, pattern.Slots);
                copied = end;
                if (number != 0) break;
            }
            at = PatternPlaces.After(text, begin, end);
        }
        if (!isChanged) return true;
        target.Append(text[copied..]);
        result = target.End();
        return true;
    }

    /// <summary>Where the capture is that is all of a replacement.</summary>
    private static bool TryCapture(
        ReadOnlySpan<byte> replacement, ReadOnlySpan<int> slots, out int first, out int length)
    {
        (first, length) = (0, 0);
        if (replacement.Length != 2 || replacement[0] != '\\' || !Text.Ascii.IsDigit(replacement[1])) return false;
        int slot = 2 * (replacement[1] - '0');
        if (slot + 1 < slots.Length && slots[slot] >= 0 && slots[slot + 1] >= 0)
            (first, length) = (slots[slot], slots[slot + 1] - slots[slot]);
        return true;
    }

    private static void AppendReplacement(
        ref Utf8Writer target, ReadOnlySpan<byte> replacement, ReadOnlySpan<byte> text, ReadOnlySpan<int> slots)
    {
        while (!replacement.IsEmpty)
        {
            int at = replacement.IndexOf((byte)'\\');
            if (at < 0 || at + 1 >= replacement.Length)
            {
                target.Append(replacement);
                return;
            }
            target.Append(replacement[..at]);
            byte next = replacement[at + 1];
            if (Text.Ascii.IsDigit(next) || next == '&')
            {
                int capture = next == '&' ? 0 : next - '0';
                bool isThere =
                    (2 * capture) + 1 < slots.Length && slots[2 * capture] >= 0 && slots[(2 * capture) + 1] >= 0;
                if (isThere) target.Append(text[slots[2 * capture]..slots[(2 * capture) + 1]]);
            }
            else if (next == '\\')
            {
                target.Append((byte)'\\');
            }
            else
            {
                target.Append(replacement.Slice(at, 2));
            }
            replacement = replacement[(at + 2)..];
        }
    }

    private static ScalarOverload Of(RegexpReplace kernel, params LogicalType[] more) => FunctionEntries.Bound(
        s_info, [LogicalType.Varchar, LogicalType.Varchar, LogicalType.Varchar, .. more.Select(t =>
            (ParameterPattern)t)],
        types => new RowFunction<RegexpReplace, ReadOnlySpan<byte>>(s_info, types, LogicalType.Varchar, kernel));
}

/// <summary>Places in texts where searches begin and go on.</summary>
internal static class PatternPlaces
{
    /// <summary>The byte of a character from 1; past the end where there are fewer.</summary>
    public static int StartOf(ReadOnlySpan<byte> text, int character)
    {
        if (character < 1) throw new QueryException(
            SqlStates.InvalidParameterValue, "Start of a search must be 1 or more");
        return character - 1 > Text.Utf8.Count(text) ? text.Length + 1 : Text.Utf8.OffsetOf(text, character - 1);
    }

    /// <summary>Where the search for the next match begins: behind this one, or a character on where it is
    /// empty.</summary>
    public static int After(ReadOnlySpan<byte> text, int begin, int end)
    {
        if (end > begin) return end;
        return end < text.Length ? end + Math.Min(Text.Utf8.CharacterLength(text[end]), text.Length - end)
            : text.Length + 1;
    }
}
