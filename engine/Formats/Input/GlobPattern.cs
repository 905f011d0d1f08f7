using System.IO.Enumeration;

namespace ColFrag.Engine.Formats.Input;

/// <summary>
/// Paths with wildcards: <c>*</c> and <c>?</c> within a name, <c>[a-z]</c> and <c>[!a-z]</c> one character,
/// <c>{a,b}</c>
/// one of some texts, <c>**</c> any number of folders. Names that begin with <c>_</c> or <c>.</c>, such as
/// <c>_SUCCESS</c> and <c>.part.crc</c>, match only when the pattern begins so too.
/// </summary>
internal static class GlobPattern
{
    /// <summary>The most texts that braces may stand for.</summary>
    private const int MaxAlternatives = 10_000;

    public static bool HasWildcards(string path) => path.AsSpan().ContainsAny("*?[{");

    /// <summary>The files that match, each once, in byte order.</summary>
    public static List<string> Find(string pattern)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (string alternative in ExpandBraces(pattern))
        {
            string[] parts = alternative.Split('/', StringSplitOptions.RemoveEmptyEntries);
            string root = alternative.StartsWith('/') ? "/" : "";
            // Braces may stand for no name at all, and no file has a NUL in its name.
            if (parts.Length > 0 && !alternative.Contains('\0', StringComparison.Ordinal)) Walk(root, parts, 0, found);
        }
        return [.. found];
    }

    /// <summary>True when one name (no slashes) matches one part of a pattern.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (name.Length > 0 && name[0] is '_' or '.' && (pattern.IsEmpty || pattern[0] != name[0])) return false;
        return MatchesRest(pattern, name);
    }

    /// <summary>Writes out <c>{a,b}</c>: one pattern for each text.</summary>
    public static IReadOnlyList<string> ExpandBraces(string pattern)
    {
        List<string> done = [];
        Stack<string> open = new([pattern]);
        while (open.Count > 0 && done.Count < MaxAlternatives)
        {
            string next = open.Pop();
            int start = next.IndexOf('{', StringComparison.Ordinal);
            int end = start < 0 ? -1 : ClosingBrace(next, start);
            if (end < 0)
            {
                done.Add(next);
                continue;
            }
            foreach (string choice in SplitTopLevel(next[(start + 1)..end]))
            {
                if (open.Count < MaxAlternatives) open.Push(next[..start] + choice + next[(end + 1)..]);
            }
        }
        return done;
    }

    private static void Walk(string folder, string[] parts, int index, SortedSet<string> found)
    {
        string part = parts[index];
        bool isLast = index == parts.Length - 1;
        if (part == "**")
        {
            if (isLast)
            {
                foreach (string file in List(folder, wantsFolders: false, "*")) found.Add(file);
            }
            else
            {
                Walk(folder, parts, index + 1, found);
            }
            foreach (string inner in List(folder, wantsFolders: true, "*")) Walk(inner, parts, index, found);
            return;
        }
        if (!part.AsSpan().ContainsAny("*?["))
        {
            string path = Join(folder, part);
            if (!isLast) Walk(path, parts, index + 1, found);
            else if (File.Exists(path)) found.Add(path);
            return;
        }
        foreach (string path in List(folder, wantsFolders: !isLast, part))
        {
            if (isLast) found.Add(path);
            else Walk(path, parts, index + 1, found);
        }
    }

    private static List<string> List(string folder, bool wantsFolders, string part)
    {
        string searched = folder.Length == 0 ? "." : folder;
        if (!Directory.Exists(searched)) return [];
        FileSystemEnumerable<string> names = new(
            searched,
            (ref FileSystemEntry entry) => entry.FileName.ToString(),
            new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 })
        {
            // A folder that is a symbolic link is not followed by **, which therefore ends.
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                entry.IsDirectory == wantsFolders && Matches(part, entry.FileName) &&
                !(entry.IsDirectory && part == "*" && entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
        };
        return [.. names.Select(name => Join(folder, name)).Order(StringComparer.Ordinal)];
    }

    private static string Join(string folder, string name) =>
        folder.Length == 0 ? name : folder.EndsWith('/') ? folder + name : folder + "/" + name;

    // Greedy with one remembered star: linear in practice, quadratic at worst.
    private static bool MatchesRest(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, starPattern = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starName = n;
            }
            else if (p < pattern.Length && MatchesOne(pattern[p..], name[n], out int length))
            {
                p += length;
                n++;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }
        return pattern[p..].Trim('*').IsEmpty;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, char c, out int length)
    {
        length = 1;
        if (pattern[0] == '?') return true;
        int end = pattern[0] == '[' ? pattern[1..].IndexOf(']') + 1 : 0;
        if (end <= 1) return pattern[0] == c;
        length = end + 1;
        ReadOnlySpan<char> set = pattern[1..end];
        bool isNegated = set[0] == '!';
        if (isNegated) set = set[1..];
        bool isMember = false;
        for (int i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                isMember |= c >= set[i] && c <= set[i + 2];
                i += 2;
            }
            else
            {
                isMember |= c == set[i];
            }
        }
        return isMember != isNegated;
    }

    private static int ClosingBrace(string text, int start)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            if (text[i] == '}' && --depth == 0) return i;
        }
        return -1;
    }

    private static IEnumerable<string> SplitTopLevel(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            if (text[i] == '}') depth--;
            if (text[i] != ',' || depth != 0) continue;
            yield return text[start..i];
            start = i + 1;
        }
        yield return text[start..];
    }
}
