using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Words to choose from, some more often than others (words.txt).</summary>
internal sealed class WordList
{
    private static readonly FrozenDictionary<string, WordList> s_lists = Read();

    private WordList(IReadOnlyList<(string Word, int Weight)> entries)
    {
        Words = [.. entries.Select(e => Encoding.ASCII.GetBytes(e.Word))];
        Weights = [.. entries.Select(e => e.Weight)];
        ByWeight = [.. Enumerable.Range(0, Words.Length).SelectMany(i => Enumerable.Repeat(Words[i], Weights[i]))];
    }

    /// <summary>The words in order.</summary>
    public byte[][] Words { get; }

    public int[] Weights { get; }

    /// <summary>Each word as often as it weighs.</summary>
    public byte[][] ByWeight { get; }

    public static WordList Named(string name) => s_lists[name];

    /// <summary>Words of equal weight.</summary>
    public static WordList Of(IEnumerable<string> words) => new([.. words.Select(w => (w, 1))]);

    private static FrozenDictionary<string, WordList> Read()
    {
        Dictionary<string, StringBuilder> texts = [];
        string name = "";
        using Stream stream =
            typeof(WordList).Assembly.GetManifestResourceStream("ColFrag.Datasets.Tpch.words.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            if (line.StartsWith(' ')) texts[name].Append(line.Trim()).Append(' ');
            else texts[name = line] = new StringBuilder();
        }
        return texts.ToFrozenDictionary(
            t => t.Key, t => new WordList([.. t.Value.ToString().Split('|').Select(Entry)]));
    }

    private static (string, int) Entry(string text)
    {
        string[] parts = text.Trim().Split('*');
        return (parts[0], parts.Length == 1 ? 1 : int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
