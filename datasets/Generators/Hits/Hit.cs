namespace ColFrag.Datasets.Generators.Hits;

/// <summary>Where a hit was referred from.</summary>
internal enum Referral
{
    Direct,
    SameSite,
    SearchEngine,
    OtherSite,
}

/// <summary>What is behind the columns of one row.</summary>
/// <param name="Row">Number of the hit.</param>
/// <param name="Session">The visit that it is part of.</param>
/// <param name="Place">Its place in the visit, from 0.</param>
/// <param name="Second">Second of the day.</param>
/// <param name="Page">Number of the page on the site.</param>
/// <param name="ReferringPage">Number of the page that referred, where it was one of the same site.</param>
/// <param name="Referral">Where the hit was referred from.</param>
/// <param name="Phrase">What was searched for, or -1.</param>
internal readonly record struct Hit(
    long Row, HitSession Session, int Place, int Second, int Page, int ReferringPage, Referral Referral, int Phrase)
{
    private const long PagesPerSite = 100_000_000;

    /// <summary>Number of the page over all sites.</summary>
    public long PageKey => PageKeyOf(Page);

    public long ReferringPageKey => PageKeyOf(ReferringPage);

    public static Hit Of(long row, HitScale scale, Scrambling random)
    {
        HitSession session = HitSession.Of(HitSession.IdOf(row), scale, random);
        int place = (int)(row - HitSession.HitsOf(session.Id).First);
        double pages = scale.PagesOf(session.Site);
        bool isFront = session.Site == 2 && random.Unit(row, 11) < 0.14;
        int page = isFront ? 0 : (int)(pages * Math.Pow(random.Unit(row, 12), 2.2));
        int referring = (int)(pages * Math.Pow(random.Unit(row, 13), 2.6));
        Referral referral = place > 0 ? Referral.SameSite : session.Origin switch
        {
            < 42 => Referral.SearchEngine,
            < 58 => Referral.Direct,
            < 74 => Referral.OtherSite,
            _ => Referral.SameSite,
        };
        int phrase = referral == Referral.SearchEngine
            ? (int)(scale.Phrases * Math.Pow(random.Unit(row, 14), 1.7)) : -1;
        return new Hit(row, session, place, SecondOf(row, session, place, random), page, referring, referral, phrase);
    }

    /// <summary>The second of the day of a hit.</summary>
    public static int SecondOf(long row, in HitSession session, int place, Scrambling random) =>
        Math.Min(86_399,
            Math.Max(0, session.Second) + (place * 41) + (place == 0 ? 0 : random.Below(row, 10, 35)));

    private long PageKeyOf(int page) => (Session.Site * PagesPerSite) + page;
}
