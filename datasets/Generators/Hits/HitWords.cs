using System.Text;

namespace ColFrag.Datasets.Generators.Hits;

/// <summary>Invented words, telephones and sites, the same ones each time: texts are put together from them.</summary>
internal static class HitWords
{
    private static readonly Syllables s_random = new();

    /// <summary>Words in Latin letters.</summary>
    public static byte[][] Latin { get; } = Utf8(s_random.Words(600, 2, 4, (
        "ka lo mi re to sa ne vi du po la shi no ra te gu be ro ma li den tor sel mar fin ver con pro est ing al ar")
        .Split(' ')));

    /// <summary>Words in Cyrillic letters.</summary>
    public static byte[][] Cyrillic { get; } = Utf8(s_random.Words(900, 2, 5, (
        "ка ло ми ре то са не ви ду по ла ши но ра те гу бе ро ма ли ден тор сел мар фин вер кон про ест инг ал ска " +
        "ние ный ать").Split(' ')));

    /// <summary>Models of telephones.</summary>
    public static byte[][] Phones { get; } = Utf8([
        "iPad", "iPhone 2", "iPhone 3", "iPhone 4", "iPhone 5", "GT-I9500", "GT-N7000", "A500", "A1-810", "N8-00",
        "Lumia 520", "Lumia 920", "One X", "Desire", "Nexus 4", "Nexus 7", "Xperia Z", "Xperia U", "Optimus G",
        "Galaxy Tab",
        .. Enumerable.Range(0, 146).Select(i =>
            s_random.Pick("GT-", "LG-", "ST", "HTC ", "N", "MT") + s_random.Pick("I", "S", "P", "E", "X") +
            (1000 + (i * 37))),
    ]);

    /// <summary>Sites that visitors come from.</summary>
    public static byte[][] Sites { get; } = Utf8([
        "yandex.ru", "www.google.ru", "go.mail.ru", "vk.com", "www.google.com", "odnoklassniki.ru", "nova.rambler.ru",
        "www.bing.com", "irr.ru", "www.facebook.com",
        .. Latin.Take(400).Select((word, i) =>
            (i % 3 != 0 ? "" : "www.") + Encoding.UTF8.GetString(word) +
            s_random.Pick(".ru", ".com", ".net", ".org", ".ua", ".kz")),
    ]);

    private static byte[][] Utf8(IEnumerable<string> words) => [.. words.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Draws from lists by a small generator (mulberry32).</summary>
    private sealed class Syllables
    {
        private uint _state = 0x9E37_79B9 ^ 2_654_435_761;

        public string Pick(params string[] choices) => choices[(int)(Next() * choices.Length)];

        /// <summary>Different words of so many syllables.</summary>
        public IReadOnlyList<string> Words(int count, int shortest, int longest, string[] syllables)
        {
            HashSet<string> seen = [];
            List<string> words = [];
            while (words.Count < count)
            {
                int length = shortest + (int)(Next() * (longest - shortest + 1));
                StringBuilder word = new();
                for (int i = 0; i < length; i++) word.Append(Pick(syllables));
                if (seen.Add(word.ToString())) words.Add(word.ToString());
            }
            return words;
        }

        private double Next()
        {
            _state += 0x6D2B_79F5;
            uint x = _state;
            x = (x ^ (x >> 15)) * (x | 1);
            x ^= x + ((x ^ (x >> 7)) * (x | 61));
            return (x ^ (x >> 14)) / 4_294_967_296.0;
        }
    }
}
