using ColFrag.Engine.Formats.Output;

namespace ColFrag.Datasets.Generators.Hits;

/// <summary>Addresses, titles and phrases: each a function of a page's, a phrase's or a row's number.</summary>
internal sealed class HitTexts(Scrambling random)
{
    private const long PagesPerSite = 100_000_000;

    private static readonly byte[][] s_domains =
        [.. new[] { ".ru", ".com", ".ru", ".net", ".ua", ".ru", ".org" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    private static readonly byte[][] s_searches =
    [
        "http://yandex.ru/yandsearch?text="u8.ToArray(), "http://www.google.ru/search?q="u8.ToArray(),
        "http://go.mail.ru/search?rf="u8.ToArray(), "http://yandex.ru/yandsearch?clid="u8.ToArray(),
    ];

    private readonly TextOutput _text = new();

    /// <summary>What was made last.</summary>
    public ReadOnlySpan<byte> Text => _text.Written.Span;

    /// <summary>A Latin word; small numbers of words are the frequent ones.</summary>
    public byte[] Latin(long row, int purpose) => WordOf(HitWords.Latin, row, purpose);

    /// <summary>A Cyrillic word.</summary>
    public byte[] Cyrillic(long row, int purpose) => WordOf(HitWords.Cyrillic, row, purpose);

    /// <summary>The address of a page.</summary>
    public ReadOnlySpan<byte> Address(long page)
    {
        _text.Clear();
        AppendAddress(page);
        return Text;
    }

    /// <summary>The address of a page with a hash of the row behind.</summary>
    public ReadOnlySpan<byte> AddressWithHash(long page, long row)
    {
        _text.Clear();
        AppendAddress(page);
        _text.Append("&cHash="u8);
        _text.Append(random.Below(row, 136, 1_000_000));
        return Text;
    }

    /// <summary>Where a hit was referred from.</summary>
    public ReadOnlySpan<byte> Referer(in Hit hit)
    {
        _text.Clear();
        switch (hit.Referral)
        {
            case Referral.Direct:
                break;
            case Referral.SameSite:
                AppendAddress(hit.ReferringPageKey);
                break;
            case Referral.SearchEngine:
                _text.Append(s_searches[(int)(4 * Math.Pow(random.Unit(hit.Row, 15), 1.5))]);
                _text.Append(Latin(hit.Phrase, 16));
                _text.Append((byte)'+');
                _text.Append(Latin(hit.Phrase, 17));
                _text.Append("&lr="u8);
                _text.Append(random.Below(hit.Session.User, 18, 300));
                break;
            default:
                _text.Append("http://"u8);
                _text.Append(HitWords.Sites[(int)(410 * Math.Pow(random.Unit(hit.Row, 19), 3))]);
                _text.Append((byte)'/');
                _text.Append(Latin(hit.Row, 22));
                _text.Append((byte)'/');
                _text.Append(random.Below(hit.Row, 23, 100_000));
                break;
        }
        return Text;
    }

    /// <summary>The title of a page.</summary>
    public ReadOnlySpan<byte> Title(long page)
    {
        _text.Clear();
        long site = page / PagesPerSite;
        int kind = random.Below(page, 20, 1000);
        switch (kind)
        {
            case >= 3 and <= 40:
                break;
            case >= 41 and <= 43:
                AppendWords(page, HitWords.Cyrillic, 60, 61);
                _text.Append(" Google "u8);
                _text.Append(Cyrillic(page, 62));
                break;
            case >= 44 and <= 300:
                AppendWords(page, HitWords.Latin, 60, 61, 62);
                _text.Append(" - "u8);
                AppendWords(site, HitWords.Latin, 63, 64);
                break;
            default:
                AppendWords(page, HitWords.Cyrillic, 60, 61, 62);
                if (kind % 2 == 0)
                {
                    _text.Append(", "u8);
                    AppendWords(page, HitWords.Cyrillic, 65, 66);
                }
                _text.Append(" - "u8);
                AppendWords(site, HitWords.Cyrillic, 63, 64);
                break;
        }
        return Text;
    }

    /// <summary>What was searched for; empty without a phrase.</summary>
    public ReadOnlySpan<byte> Phrase(int phrase)
    {
        _text.Clear();
        if (phrase < 0) return Text;
        bool isCyrillic = random.Below(phrase, 70, 10) < 7;
        AppendWords(phrase, isCyrillic ? HitWords.Cyrillic : HitWords.Latin, 71, 72);
        if (phrase % 3 > 0)
        {
            _text.Append((byte)' ');
            _text.Append(Cyrillic(phrase, 73));
        }
        if (isCyrillic && phrase % 5 > 2)
        {
            _text.Append((byte)' ');
            _text.Append(Cyrillic(phrase, 74));
        }
        if (!isCyrillic && phrase % 7 == 0)
        {
            _text.Append((byte)' ');
            _text.Append(1990 + random.Below(phrase, 75, 24));
        }
        return Text;
    }

    private void AppendAddress(long page)
    {
        (long site, long number) = Math.DivRem(page, PagesPerSite);
        int kind = random.Below(page, 20, 1000);
        if (kind == 0 && number % 3 == 0)
        {
            _text.Append("http://maps.google.ru/maps?q="u8);
            _text.Append(Latin(page, 40));
            _text.Append("&hl=ru&sll="u8);
            _text.Append(random.Below(page, 41, 100_000));
            return;
        }
        _text.Append(site % 11 == 0 ? "https://"u8 : "http://"u8);
        AppendDomain(site);
        _text.Append((byte)'/');
        HitPaths.Append(_text, this, random, site, page, number);
        switch (kind)
        {
            case 1 or 2:
                _text.Append("?utm_source=google&utm_medium=cpc"u8);
                break;
            case >= 900:
                _text.Append("&retpath="u8);
                _text.Append(Latin(page, 51));
                _text.Append("%2F"u8);
                _text.Append(Latin(page, 52));
                _text.Append("%2F"u8);
                _text.Append(random.Below(page, 53, 100_000_000));
                _text.Append("&ref="u8);
                _text.Append(Latin(page, 54));
                _text.Append("&sid="u8);
                _text.Append(random.Below(page, 55, 1_000_000_000));
                break;
        }
    }

    private void AppendDomain(long site)
    {
        if (site % 4 == 0) _text.Append("www."u8);
        _text.Append(HitWords.Latin[random.Below(site, 30, 600)]);
        if (site % 3 == 0)
        {
            _text.Append((byte)'-');
            _text.Append(HitWords.Latin[random.Below(site, 31, 600)]);
        }
        _text.Append(s_domains[random.Below(site, 32, 7)]);
    }

    private void AppendWords(long row, byte[][] words, params ReadOnlySpan<int> purposes)
    {
        for (int i = 0; i < purposes.Length; i++)
        {
            if (i > 0) _text.Append((byte)' ');
            _text.Append(WordOf(words, row, purposes[i]));
        }
    }

    private byte[] WordOf(byte[][] words, long row, int purpose) =>
        words[(int)(words.Length * random.Unit(row, purpose) * random.Unit(row, purpose + 200))];
}
