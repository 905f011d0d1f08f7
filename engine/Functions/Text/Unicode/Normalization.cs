using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Text.Unicode;

/// <summary>The forms of Unicode Standard Annex 15.</summary>
internal enum UnicodeForm
{
    /// <summary>NFC: composed.</summary>
    Composed,
    /// <summary>NFD: decomposed.</summary>
    Decomposed,
    /// <summary>NFKC: composed, of compatible characters.</summary>
    CompatibleComposed,
    /// <summary>NFKD: decomposed into compatible characters.</summary>
    CompatibleDecomposed,
}

/// <summary>
/// Normal forms of texts after Unicode Standard Annex 15, from a table of our own, since the platform has none where it
/// works without cultures. normalization.txt says how it is written.
/// </summary>
internal static class Normalization
{
    private const int HangulStart = 0xAC00, HangulCount = 11_172;
    private const int LeadStart = 0x1100, LeadCount = 19;
    private const int VowelStart = 0x1161, VowelCount = 21;
    private const int TailStart = 0x11A7, TailCount = 28;

    private static readonly Lazy<Tables> s_tables = new(Tables.Load);

    /// <summary>The form of a name; the names are those of the standard, in any case.</summary>
    /// <exception cref="QueryException">22023: there is none.</exception>
    public static UnicodeForm FormOf(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name).ToUpperInvariant() switch
    {
        "NFC" => UnicodeForm.Composed,
        "NFD" => UnicodeForm.Decomposed,
        "NFKC" => UnicodeForm.CompatibleComposed,
        "NFKD" => UnicodeForm.CompatibleDecomposed,
        var other => throw new QueryException(
            SqlStates.InvalidParameterValue, $"Invalid normalization form: {other}",
            hint: "The forms are NFC, NFD, NFKC and NFKD."),
    };

    /// <summary>A text in a form.</summary>
    public static string Normalize(string text, UnicodeForm form)
    {
        if (System.Text.Ascii.IsValid(text)) return text;
        bool isCompatible = form is UnicodeForm.CompatibleComposed or UnicodeForm.CompatibleDecomposed;
        List<int> runes = Decompose(text, isCompatible);
        if (form is UnicodeForm.Composed or UnicodeForm.CompatibleComposed) Compose(runes);
        return ToText(runes);
    }

    /// <summary>A text without accents and other marks that combine with the character before them.</summary>
    public static string WithoutMarks(string text)
    {
        if (System.Text.Ascii.IsValid(text)) return text;
        List<int> runes = Decompose(text, isCompatible: false);
        runes.RemoveAll(r => Rune.GetUnicodeCategory(new Rune(r)) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark);
        Compose(runes);
        return ToText(runes);
    }

    private static List<int> Decompose(string text, bool isCompatible)
    {
        List<int> runes = [];
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, isCompatible, runes);
        // Marks of one character are put in the order of their classes; equal ones keep theirs.
        for (int i = 0; i < runes.Count;)
        {
            int end = i;
            while (end < runes.Count && ClassOf(runes[end]) != 0) end++;
            if (end - i > 1)
            {
                int[] ordered = [.. runes[i..end].OrderBy(ClassOf)];
                for (int k = 0; k < ordered.Length; k++) runes[i + k] = ordered[k];
            }
            i = Math.Max(end, i + 1);
        }
        return runes;
    }

    private static void Decompose(int rune, bool isCompatible, List<int> target)
    {
        int syllable = rune - HangulStart;
        if (syllable is >= 0 and < HangulCount)
        {
            target.Add(LeadStart + (syllable / (VowelCount * TailCount)));
            target.Add(VowelStart + (syllable % (VowelCount * TailCount) / TailCount));
            if (syllable % TailCount != 0) target.Add(TailStart + (syllable % TailCount));
            return;
        }
        Tables tables = s_tables.Value;
        bool isThere = tables.Canonical.TryGetValue(rune, out int[]? parts)
            || (isCompatible && tables.Compatible.TryGetValue(rune, out parts));
        if (!isThere)
        {
            target.Add(rune);
            return;
        }
        foreach (int part in parts!) Decompose(part, isCompatible, target);
    }

    private static void Compose(List<int> runes)
    {
        int written = 0, starter = -1, lastClass = 0;
        foreach (int rune in runes.ToArray())
        {
            int own = ClassOf(rune);
            // A mark of a lower class, or of the same, between it and its character is in the way.
            bool isBlocked = starter >= 0 && written - 1 != starter && lastClass >= own;
            if (starter >= 0 && !isBlocked && Composed(runes[starter], rune) is { } whole)
            {
                runes[starter] = whole;
                continue;
            }
            if (own == 0) starter = written;
            lastClass = own;
            runes[written++] = rune;
        }
        runes.RemoveRange(written, runes.Count - written);
    }

    private static int? Composed(int first, int second)
    {
        if (first - LeadStart is >= 0 and < LeadCount && second - VowelStart is >= 0 and < VowelCount)
            return HangulStart + ((((first - LeadStart) * VowelCount) + second - VowelStart) * TailCount);
        bool isOpenSyllable = first - HangulStart is >= 0 and < HangulCount && (first - HangulStart) % TailCount == 0;
        if (isOpenSyllable && second - TailStart is > 0 and < TailCount) return first + second - TailStart;
        return s_tables.Value.Composed.TryGetValue(((long)first << 32) | (uint)second, out int whole) ? whole : null;
    }

    private static int ClassOf(int rune) => rune < 0x300 ? 0 : s_tables.Value.Classes.GetValueOrDefault(rune);

    private static string ToText(List<int> runes)
    {
        StringBuilder text = new(runes.Count);
        foreach (int rune in runes) text.Append(new Rune(rune));
        return text.ToString();
    }

    private sealed record Tables(
        FrozenDictionary<int, int[]> Canonical, FrozenDictionary<int, int[]> Compatible,
        FrozenDictionary<int, int> Classes, FrozenDictionary<long, int> Composed)
    {
        private const string Resource = "ColFrag.Engine.Normalization";

        public static Tables Load()
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
                ?? throw Invariant.Unreachable($"no resource {Resource}");
            using StreamReader lines = new(stream);
            Dictionary<int, int[]> canonical = [], compatible = [];
            Dictionary<int, int> classes = [];
            HashSet<int> excluded = [];
            while (lines.ReadLine() is { } line)
            {
                string[] words = line[1..].Split(' ');
                switch (line[0])
                {
                    case '=': canonical.Add(Hex(words[0]), [.. words[1..].Select(Hex)]); break;
                    case '~': compatible.Add(Hex(words[0]), [.. words[1..].Select(Hex)]); break;
                    case '!': excluded.Add(Hex(words[0])); break;
                    case '.':
                        int[] range = [.. words[0].Split('-').Select(Hex)];
                        int own = int.Parse(words[1], CultureInfo.InvariantCulture);
                        for (int rune = range[0]; rune <= range[^1]; rune++) classes.Add(rune, own);
                        break;
                }
            }
            return new Tables(
                canonical.ToFrozenDictionary(), compatible.ToFrozenDictionary(), classes.ToFrozenDictionary(),
                canonical.Where(c => c.Value.Length == 2 && !excluded.Contains(c.Key)).ToFrozenDictionary(
                    c => ((long)c.Value[0] << 32) | (uint)c.Value[1], c => c.Key));
        }

        private static int Hex(string text) =>
            int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
