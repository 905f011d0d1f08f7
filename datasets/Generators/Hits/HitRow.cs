using System.Text.Unicode;
using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Hits;

/// <summary>
/// The 105 columns of a hit, from the left, in the order of ClickBench's table. Each number behind a row, user or
/// session is the purpose that its random bits are drawn for; the same purpose gives the same bits.
/// </summary>
internal sealed class HitRow(RowBlock rows, Scrambling random)
{
    private const long SecondMicroseconds = 1_000_000;
    private const long DaySeconds = 86_400;

    /// <summary>1 July 2013.</summary>
    private const long FirstDay = 15_887;

    private static readonly int[] s_widths =
        [1366, 1920, 1280, 1280, 1600, 1440, 1024, 1680, 1638, 1996, 1368, 2560, 320, 768, 1750];

    private static readonly int[] s_heights =
        [768, 1080, 1024, 800, 900, 900, 768, 1050, 1658, 1781, 662, 1440, 480, 1024, 890];

    private readonly HitTexts _texts = new(random);
    private Hit _hit;
    private long _row;
    private long _user;
    private long _session;
    private long _site;
    private bool _isFirst;
    private bool _isMobile;

    /// <summary>Appends the row of a hit.</summary>
    public void Append(in Hit hit)
    {
        _hit = hit;
        _row = hit.Row;
        _user = hit.Session.User;
        _session = hit.Session.Id;
        _site = hit.Session.Site;
        _isFirst = hit.Place == 0;
        _isMobile = random.Below(_user, 100, 1_000) < 60;
        long seconds = ((FirstDay + hit.Session.Day) * DaySeconds) + hit.Second;
        AppendEvent(seconds);
        AppendPages();
        AppendBrowser();
        AppendSource();
        AppendWindow(seconds);
        AppendPerson(seconds);
        AppendTimings();
        AppendCampaigns();
        rows.EndRow();
    }

    // WatchID to UserAgent
    private void AppendEvent(long seconds)
    {
        rows.Integer(random.Positive(_row, 80));
        Flag(random.Below(_user, 81, 10) < 7);
        rows.Text(_texts.Title(_hit.PageKey));
        rows.Integer(1);
        rows.Integer(seconds * SecondMicroseconds);
        rows.Integer(FirstDay + _hit.Session.Day);
        rows.Integer(_hit.Session.Counter);
        rows.Integer(random.Int32(Network(), 82));
        rows.Integer(random.Below(_user, 83, 100) < 14
            ? 229 : 1 + (random.Zipf(_user, 84, 9_000) * 7_919L % 90_001));
        // A user and two pages that the queries know.
        rows.Integer(_user == 1_000 ? 435_090_932_899_640_449 : random.Positive(_user, 85));
        Flag(random.Below(_hit.Session.Counter, 86, 10) >= 8);
        rows.Integer(_isMobile ? 90 + random.Below(_user, 87, 12) : Choose(_user, 88, 44, 44, 44, 2, 2, 47, 1, 3));
        rows.Integer(random.Below(_user, 89, 100) < 70
            ? Choose(_user, 90, 3, 7, 82, 5) : random.Zipf(_user, 91, 100));
    }

    // URL to URLRegionID
    private void AppendPages()
    {
        rows.Text(_texts.Address(_hit.PageKey));
        rows.Text(_texts.Referer(_hit));
        Flag(random.Below(_row, 92, 100) < 12);
        bool isDirect = _hit.Referral == Referral.Direct;
        rows.Integer(isDirect ? 0 : random.Zipf(_hit.ReferringPageKey, 93, 12_000) - 1);
        rows.Integer(isDirect ? 0 : random.Below(_hit.ReferringPageKey / 1_000, 94, 300));
        rows.Integer(random.Zipf(_site, 95, 12_000) - 1);
        rows.Integer(_site % 2 == 0 ? 0 : random.Below(_site, 96, 300));
    }

    // ResolutionWidth to IPNetworkID
    private void AppendBrowser()
    {
        int resolution = (int)(s_widths.Length * random.Unit(_user, 97) * random.Unit(_user, 98));
        rows.Integer(s_widths[resolution]);
        rows.Integer(s_heights[resolution]);
        rows.Integer(random.Below(_user, 99, 100) switch { < 55 => 23, < 95 => 31, _ => 15 });
        rows.Integer(_isMobile ? 0 : 8 + random.Below(_user, 102, 5));
        rows.Integer(_isMobile ? 0 : random.Below(_user, 103, 8));
        if (_isMobile) rows.Text(default);
        else Number(100 * random.Below(_user, 104, 9));
        int net = random.Below(_user, 105, 10);
        rows.Integer(net < 7 ? 0 : 1 + random.Below(_user, 106, 4));
        rows.Integer(net < 8 ? 0 : 5);
        rows.Integer(3 + random.Below(_user, 107, 25));
        rows.Text(random.Below(_user, 108, 7) switch
        {
            0 => "D"u8, 1 => "0"u8, 2 => "5"u8, 3 => "OD"u8, 4 => "1"u8, 5 => "16"u8, _ => "9"u8,
        });
        Flag(random.Below(_user, 109, 1_000) < 992);
        Flag(random.Below(_user, 110, 1_000) < 985);
        Flag(_isMobile);
        rows.Integer(_isMobile ? 1 + random.Below(_user, 111, 100) : 0);
        rows.Text(_isMobile
            ? HitWords.Phones[(int)(HitWords.Phones.Length * Math.Pow(random.Unit(_user, 112), 3))] : default);
        AppendParameters();
        rows.Integer(random.Below(_user * 5 / 8, 116, 4_000_000));
    }

    private void AppendParameters()
    {
        Span<byte> text = stackalloc byte[64];
        int length = 0;
        if (random.Below(_row, 113, 1_000) < 4)
        {
            "{\""u8.CopyTo(text);
            byte[] name = _texts.Latin(_row, 114);
            name.CopyTo(text[2..]);
            Utf8.TryWrite(text[(2 + name.Length)..], $"\":{random.Below(_row, 115, 1_000)}}}", out length);
            length += 2 + name.Length;
        }
        rows.Text(text[..length]);
    }

    // TraficSourceID to IsArtifical
    private void AppendSource()
    {
        rows.Integer(!_isFirst ? -1 : _hit.Referral switch
        {
            Referral.SearchEngine => 2,
            Referral.Direct => 0,
            Referral.OtherSite => Choose(_row, 117, 1, 1, 1, 6, 8),
            _ => -1,
        });
        rows.Integer(_hit.Phrase >= 0 ? Choose(_row, 118, 2, 2, 2, 3, 3, 13, 30, 4, 1, 8) : 0);
        rows.Text(_texts.Phrase(_hit.Phrase));
        bool isAdvertised = _isFirst && random.Below(_row, 101, 1_000) < 20;
        ReadOnlySpan<int> engines = [2, 2, 2, 2, 27, 13, 45, 44, 3, 62];
        rows.Integer(isAdvertised ? engines[(int)(10 * random.Unit(_row, 119))] : 0);
        Flag(random.Below(_row, 120, 1_000) < 2);
    }

    // WindowClientWidth to HitColor
    private void AppendWindow(long seconds)
    {
        rows.Integer(780 + random.Below(_row, 121, 1_140));
        rows.Integer(380 + random.Below(_row, 122, 700));
        rows.Integer(Choose(_user, 123, 240, 240, 240, 240, 180, 300, 360, 420, 135));
        int off = random.Below(_user, 124, 10) < 7
            ? random.Below(_user, 125, 60) - 30 : random.Below(_user, 126, 86_400) - 43_200;
        rows.Integer((seconds + off) * SecondMicroseconds);
        bool hasSilverlight = random.Below(_user, 127, 10) >= 6;
        rows.Integer(hasSilverlight ? 5 : 0);
        Flag(hasSilverlight);
        rows.Integer(hasSilverlight ? Choose(_user, 128, 20_125, 20_513, 10_411, 50_907) : 0);
        rows.Integer(0);
        rows.Text(random.Below(_site, 129, 10) switch { < 6 => "utf-8"u8, < 9 => "windows-1251;charset"u8, _ => ""u8 });
        rows.Integer(Choose(_site, 130, 1_601, 1_600, 1_601, 291, 1_532));
        Flag(random.Below(_row, 131, 100) < 5);
        Flag(random.Below(_row, 132, 1_000) < 4);
        Flag(!_isFirst);
        rows.Integer(random.Below(_user, 133, 10) < 3 ? 0 : random.Positive(_user, 134));
        rows.Text(random.Below(_site, 135, 100) < 12 ? _texts.AddressWithHash(_hit.PageKey, _row) : default);
        rows.Integer(random.Below(_row, 137, 1 << 30));
        rows.Integer(0);
        Flag(random.Below(_row, 138, 1_000) < 30);
        rows.Integer(0);
        Flag(random.Below(_row, 139, 100) < 6);
        Flag(random.Below(_row, 140, 100) < 4);
        rows.Text(random.Below(_row, 141, 5) switch { 1 => "E"u8, 2 => "T"u8, _ => "5"u8 });
    }

    // LocalEventTime to HTTPError
    private void AppendPerson(long seconds)
    {
        rows.Integer((seconds + (4 * 3_600)) * SecondMicroseconds);
        rows.Integer(Choose(_user, 142, 0, 22, 26, 39, 50, 0, 0, 31, 31, 16));
        rows.Integer(random.Below(_user, 143, 3));
        rows.Integer(random.Below(_user, 144, 4));
        rows.Integer(random.Below(_user, 145, 10) < 4 ? 0 : random.Below(_user, 146, 16_384));
        rows.Integer(random.Below(_user, 147, 1_000) < 12 ? 1 + random.Below(_user, 148, 12) : 0);
        rows.Integer(random.Int32(Network(), 149));
        rows.Integer(random.Below(_session, 151, 100) < 60 ? -1 : random.Below(_session, 152, 10_000));
        rows.Integer(random.Below(_session, 153, 100) < 75 ? -1 : random.Below(_session, 154, 10_000));
        rows.Integer(Math.Min(40, _hit.Place + random.Below(_session, 155, 12) - 1));
        rows.Text(random.Below(_user, 156, 7) switch
        {
            < 3 => "S0"u8, 3 => "g"u8, 4 => "ru"u8, 5 => "en"u8, _ => "uk"u8,
        });
        rows.Text(random.Below(_user, 157, 6) switch
        {
            < 2 => "h1"u8, 2 => "RU"u8, 3 => "UA"u8, 4 => "nD"u8, _ => "KZ"u8,
        });
        bool isLiked = random.Below(_row, 158, 10_000) < 4;
        rows.Text(isLiked ? "vkontakte"u8 : default);
        rows.Text(isLiked ? "like"u8 : default);
        rows.Integer(0);
    }

    // SendTiming to ParamCurrencyID
    private void AppendTimings()
    {
        Timing(160, 60, 3_000);
        Timing(162, 80, 400);
        Timing(164, 70, 900);
        Timing(166, 50, 5_000);
        Timing(168, 50, 8_000);
        Timing(170, 40, 10_000);
        bool isSocial = random.Below(_row, 172, 1_000) < 5;
        rows.Integer(isSocial ? 1 + random.Below(_row, 173, 5) : 0);
        byte[] source = isSocial ? [.. "http://vk.com/"u8, .. _texts.Latin(_row, 174)] : [];
        rows.Text(source);
        bool isOrder = random.Below(_row, 175, 1_000) < 3;
        rows.Integer(isOrder ? random.Below(_row, 176, 100_000) : 0);
        if (isOrder) Number(random.Below(_row, 177, 10_000_000));
        else rows.Text(default);
        rows.Text(isOrder ? "RUB"u8 : "NH"u8);
        rows.Integer(isOrder ? 643 : 0);
    }

    // OpenstatServiceName to CLID
    private void AppendCampaigns()
    {
        if (_isFirst && random.Below(_session, 178, 1_000) < 8)
        {
            rows.Text("direct.yandex.ru"u8);
            Number(random.Below(_site, 179, 10_000_000));
            Number(random.Below(_session, 180, 100_000_000));
            rows.Text("yandex.ru:guarantee"u8);
        }
        else Empty(4);
        if (_isFirst && random.Below(_session, 150, 100) < 3) AppendUtm();
        else Empty(5);
        rows.Text(random.Below(_session, 187, 1_000) < 4 ? _texts.Latin(_session, 188) : default);
        Flag(_isFirst && random.Below(_session, 189, 1_000) < 9);
        rows.Integer(RefererHash());
        rows.Integer(_site == 2 && _hit.Page == 0 ? 2_868_770_270_353_813_622 : random.Positive(_hit.PageKey, 191));
        rows.Integer(random.Below(_user, 192, 100) < 4 ? random.Below(_user, 193, 2_000_000) : 0);
    }

    private void AppendUtm()
    {
        rows.Text(random.Below(_session, 181, 4) switch
        {
            0 => "yandex"u8, 1 => "mail"u8, 2 => "vk"u8, _ => "direct"u8,
        });
        rows.Text(random.Below(_session, 182, 3) switch { 0 => "cpc"u8, 1 => "cpm"u8, _ => "email"u8 });
        Span<byte> campaign = stackalloc byte[64];
        byte[] name = _texts.Latin(_site, 183);
        name.CopyTo(campaign);
        Utf8.TryWrite(campaign[name.Length..], $"-{random.Below(_session, 184, 100)}", out int length);
        rows.Text(campaign[..(name.Length + length)]);
        Number(random.Below(_session, 185, 1_000_000));
        rows.Text(_texts.Cyrillic(_session, 186));
    }

    private long RefererHash()
    {
        if (_site == 2 && _hit.Referral == Referral.SameSite && _hit.ReferringPage < 4)
            return 3_594_120_000_172_545_465;
        ReadOnlySpan<byte> referer = _texts.Referer(_hit);
        if (referer.IsEmpty) return 0;
        // FNV-1a
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte b in referer) hash = (hash ^ b) * 0x0000_0100_0000_01B3;
        return random.Positive((long)(hash >> 24), 190);
    }

    // An address is a household's; every fifth session goes over another one.
    private long Network() => _session % 5 == 0 ? _session : _user * 5 / 8;

    private void Timing(int purpose, int zeroPercent, int limit) => rows.Integer(
        random.Below(_row, purpose, 100) < zeroPercent ? 0 : 1 + random.Below(_row, purpose + 1, limit));

    private int Choose(long row, int purpose, params ReadOnlySpan<int> choices) =>
        choices[random.Below(row, purpose, choices.Length)];

    private void Flag(bool value) => rows.Integer(value ? 1 : 0);

    private void Number(int value)
    {
        Span<byte> text = stackalloc byte[12];
        value.TryFormat(text, out int length);
        rows.Text(text[..length]);
    }

    private void Empty(int columns)
    {
        for (int i = 0; i < columns; i++) rows.Text(default);
    }
}
