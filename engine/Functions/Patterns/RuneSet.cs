using System.Text;

namespace ColFrag.Engine.Functions.Patterns;

/// <summary>A set of characters as ranges of code points.</summary>
internal sealed class RuneSet
{
    private const int MaxRune = 0x10FFFF;
    private static readonly Lazy<(int Rune, int Other)[]> s_cases = new(FindCases);
    private readonly List<(int Low, int High)> _ranges = [];

    /// <summary>Every character.</summary>
    public static RuneSet All => new RuneSet().Add(0, MaxRune);

    /// <summary>Letters, digits and the underscore of ASCII, as in PostgreSQL's C locale.</summary>
    public static RuneSet Word => new RuneSet().Add('0', '9').Add('A', 'Z').Add('_', '_').Add('a', 'z');

    /// <summary>The digits of ASCII.</summary>
    public static RuneSet Digit => new RuneSet().Add('0', '9');

    /// <summary>White space of ASCII.</summary>
    public static RuneSet Space => new RuneSet().Add('\t', '\r').Add(' ', ' ');

    public static RuneSet Of(int rune) => new RuneSet().Add(rune, rune);

    /// <summary>The ranges in order, none touching the next.</summary>
    public IReadOnlyList<(int Low, int High)> Ranges => _ranges;

    /// <summary>The only character, or -1 where there are none or several.</summary>
    public int Single => _ranges is [var (low, high)] && low == high ? low : -1;

    /// <summary>Adds a range.</summary>
    public RuneSet Add(int low, int high)
    {
        _ranges.Add((low, high));
        Normalize();
        return this;
    }

    /// <summary>Adds another set.</summary>
    public RuneSet Add(RuneSet other)
    {
        _ranges.AddRange(other._ranges);
        Normalize();
        return this;
    }

    /// <summary>The characters that are not in this set.</summary>
    public RuneSet Negate()
    {
        RuneSet result = new();
        int next = 0;
        foreach ((int low, int high) in _ranges)
        {
            if (low > next) result._ranges.Add((next, low - 1));
            next = high + 1;
        }
        if (next <= MaxRune) result._ranges.Add((next, MaxRune));
        return result;
    }

    /// <summary>This set with the other case of every character in it.</summary>
    public RuneSet FoldCase()
    {
        RuneSet result = new();
        result._ranges.AddRange(_ranges);
        foreach ((int rune, int other) in s_cases.Value)
        {
            if (Contains(rune)) result._ranges.Add((other, other));
        }
        result.Normalize();
        return result;
    }

    public bool Contains(int rune)
    {
        foreach ((int low, int high) in _ranges)
        {
            if (rune <= high) return rune >= low;
        }
        return false;
    }

    /// <summary>A class by its POSIX name; null where there is none.</summary>
    public static RuneSet? Named(string name) => name switch
    {
        "alnum" => new RuneSet().Add('0', '9').Add('A', 'Z').Add('a', 'z'),
        "alpha" => new RuneSet().Add('A', 'Z').Add('a', 'z'),
        "ascii" => new RuneSet().Add(0, 127),
        "blank" => new RuneSet().Add('\t', '\t').Add(' ', ' '),
        "cntrl" => new RuneSet().Add(0, 31).Add(127, 127),
        "digit" => Digit,
        "graph" => new RuneSet().Add('!', '~'),
        "lower" => new RuneSet().Add('a', 'z'),
        "print" => new RuneSet().Add(' ', '~'),
        "punct" => new RuneSet().Add('!', '/').Add(':', '@').Add('[', '`').Add('{', '~'),
        "space" => Space,
        "upper" => new RuneSet().Add('A', 'Z'),
        "word" => Word,
        "xdigit" => new RuneSet().Add('0', '9').Add('A', 'F').Add('a', 'f'),
        _ => null,
    };

    /// <summary>A Unicode category by its short name, such as L or Lu; null where there is none.</summary>
    public static RuneSet? Category(string name)
    {
        if (name.Length is < 1 or > 2) return null;
        RuneSet result = new();
        int start = -1;
        for (int rune = 0; rune <= MaxRune + 1; rune++)
        {
            bool isIn = Rune.IsValid(rune) &&
                ShortName(Rune.GetUnicodeCategory(new Rune(rune))).StartsWith(name, StringComparison.Ordinal);
            if (isIn && start < 0) start = rune;
            if (isIn || start < 0) continue;
            result._ranges.Add((start, rune - 1));
            start = -1;
        }
        return result._ranges.Count == 0 ? null : result;
    }

    private static string ShortName(System.Globalization.UnicodeCategory category) =>
        "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSoCn".Substring((int)category * 2, 2);

    private static (int Rune, int Other)[] FindCases()
    {
        List<(int, int)> cases = [];
        for (int rune = 0; rune < 0x1F000; rune++)
        {
            if (!Rune.IsValid(rune)) continue;
            Rune one = new(rune);
            foreach (Rune other in new[] { Rune.ToLowerInvariant(one), Rune.ToUpperInvariant(one) })
            {
                if (other == one) continue;
                cases.Add((rune, other.Value));
                cases.Add((other.Value, rune));
            }
        }
        return [.. cases.Distinct()];
    }

    private void Normalize()
    {
        _ranges.Sort();
        int last = 0;
        for (int i = 1; i < _ranges.Count; i++)
        {
            if (_ranges[i].Low <= _ranges[last].High + 1)
            {
                _ranges[last] = (_ranges[last].Low, Math.Max(_ranges[last].High, _ranges[i].High));
                continue;
            }
            _ranges[++last] = _ranges[i];
        }
        if (_ranges.Count > 0) _ranges.RemoveRange(last + 1, _ranges.Count - last - 1);
    }
}
