using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>
/// The <c>options</c> of a start-up message: words of a command line, <c>-c name=value</c> or <c>--name=value</c>,
/// where
/// a backslash keeps a space.
/// </summary>
internal static class PostgresStartupOptions
{
    /// <summary>Adds the settings that the text names.</summary>
    public static void Read(string text, Dictionary<string, string> settings)
    {
        List<string> words = Words(text);
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            string setting =
                word == "-c" && i + 1 < words.Count ? words[++i]
                : word.StartsWith("-c", StringComparison.Ordinal) ? word[2..]
                : word.StartsWith("--", StringComparison.Ordinal) ? word[2..]
                : throw Invalid(word);
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw Invalid(setting);
            settings[setting[..equals].Replace('-', '_')] = setting[(equals + 1)..];
        }
    }

    private static List<string> Words(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) word.Append(text[++i]);
            else if (!char.IsWhiteSpace(text[i])) word.Append(text[i]);
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        if (word.Length > 0) words.Add(word.ToString());
        return words;
    }

    private static QueryException Invalid(string word) => new(
        SqlStates.InvalidParameterValue, $"Invalid option in the start-up message: {word}",
        hint: "Write -c name=value.");
}
