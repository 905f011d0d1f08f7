namespace ColFrag.Datasets.Generators.Hits;

/// <summary>
/// A visit: one user on one site, 1 to 8 hits in a row. Hits come in blocks of 16, cut into visits of 1, 1, 2, 4 and 8.
/// </summary>
/// <param name="Id">Number of the session.</param>
/// <param name="Site">Number of the site, from 1; the smaller, the more hits.</param>
/// <param name="User">Number of the user.</param>
/// <param name="Day">Day of the month, from 1.</param>
/// <param name="Second">Second of the day at the first hit; may lie a little before the day.</param>
/// <param name="Origin">Where the visitor came from, in percent.</param>
internal readonly record struct HitSession(long Id, int Site, long User, int Day, int Second, int Origin)
{
    public const int BlockHits = 16;
    public const int PerBlock = 5;

    private static readonly int[] s_starts = [0, 1, 2, 4, 8, 16];

    /// <summary>The counter's number; that of the second site is well known to the queries.</summary>
    public int Counter => Site == 2 ? 62 : 100 + (int)(Site * 48_271L % 200_003);

    /// <summary>The first hit of a session, and the one after its last.</summary>
    public static (long First, long End) HitsOf(long session)
    {
        (long block, long number) = Math.DivRem(session, PerBlock);
        return ((block * BlockHits) + s_starts[number], (block * BlockHits) + s_starts[number + 1]);
    }

    /// <summary>The session of a hit.</summary>
    public static long IdOf(long hit)
    {
        int place = (int)(hit % BlockHits);
        int number = place switch { 0 => 0, 1 => 1, < 4 => 2, < 8 => 3, _ => 4 };
        return (hit / BlockHits * PerBlock) + number;
    }

    public static HitSession Of(long id, HitScale scale, Scrambling random)
    {
        double user = random.Unit(id, 2);
        double late = (random.Unit(id, 5) + random.Unit(id, 6)) / 2;
        double spread = (random.Unit(id, 7) - 0.5) * (random.Unit(id, 8) < 0.2 ? 4 : 1);
        int day = (int)((30 * random.Unit(id, 3)) + (random.Unit(id, 4) < 0.1 ? 1 : 0));
        return new HitSession(
            id, random.Zipf(id, 1, HitScale.Counters), (long)(scale.Users * (user * user)), 1 + Math.Min(29, day),
            (int)Math.Floor(86_399 * (0.25 + (0.75 * late) + (0.25 * spread))), random.Below(id, 9, 100));
    }
}
