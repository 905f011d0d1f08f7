using System.Buffers;
using System.Collections.Concurrent;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Time;

/// <summary>
/// How far a zone's clocks are from UTC, and since when. Where clocks jump ahead, a time that does not exist is read
/// with the offset before the jump; where they fall back, a time that exists twice is the one before, as PostgreSQL
/// does it.
/// </summary>
internal sealed class TimeZoneRules
{
    private const long Second = DateTimeText.MicrosecondsPerSecond;
    private static readonly SearchValues<char> s_letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly ConcurrentDictionary<string, TimeZoneRules> s_zones = new(StringComparer.OrdinalIgnoreCase);

    private readonly long[] _transitions;
    private readonly int[] _offsets;
    private readonly DaylightRule? _rule;

    /// <summary>Makes a zone from its history.</summary>
    /// <param name="name">The name.</param>
    /// <param name="transitions">Seconds since 1970 UTC at which the offset changes, ascending.</param>
    /// <param name="offsets">Seconds east of Greenwich: before the first transition, and after each.</param>
    /// <param name="rule">What holds after the last transition; null when nothing changes any more.</param>
    internal TimeZoneRules(string name, long[] transitions, int[] offsets, DaylightRule? rule)
    {
        Name = name;
        _transitions = transitions;
        _offsets = offsets;
        _rule = rule;
    }

    public string Name { get; }

    /// <summary>UTC itself.</summary>
    public static TimeZoneRules Utc { get; } = new("UTC", [], [0], null);

    /// <summary>True when the offset never changes.</summary>
    public bool IsFixed => _transitions.Length == 0 && _rule is null;

    /// <summary>A zone by an IANA name or an offset such as +02 or -03:30.</summary>
    /// <exception cref="QueryException">22023: no such zone.</exception>
    public static TimeZoneRules Find(string name) => TryFind(name) ?? throw new QueryException(
        SqlStates.InvalidParameterValue, $"Time zone does not exist: {name}",
        hint: Suggestion.Nearest(name, ZoneArchive.BuiltIn.Names) is { } nearest
            ? $"Did you mean {nearest}?" : "Names are IANA's, such as Europe/Berlin.");

    /// <summary>
    /// A zone as AT TIME ZONE takes it, where a bare offset and one behind a name count to the west: POSIX's way, which
    /// PostgreSQL follows there and not in SET timezone.
    /// </summary>
    /// <exception cref="QueryException">22023: no such zone.</exception>
    public static TimeZoneRules FindPosix(string name)
    {
        bool isBare = name.AsSpan().IndexOfAny('+', '-') == 0;
        return (isBare ? FindWest(name, 0) : FindNamedOffset(name)) ?? Find(name);
    }

    /// <summary>A zone that lies a fixed time east of Greenwich.</summary>
    public static TimeZoneRules OfOffset(int secondsEast) => new("", [], [secondsEast], null);

    /// <summary>
    /// A zone as it stands behind a time, where abbreviations come first: in CET there it is never summer. Null for
    /// none.
    /// </summary>
    public static TimeZoneRules? TryFindBehindTime(ReadOnlySpan<byte> name)
    {
        string text = System.Text.Encoding.UTF8.GetString(name);
        return ZoneAbbreviations.Find(text) ?? TryFind(text);
    }

    /// <summary>A zone by name or offset, or null.</summary>
    public static TimeZoneRules? TryFind(string name)
    {
        if (s_zones.TryGetValue(name, out TimeZoneRules? known)) return known;
        TimeZoneRules? found = FindOffset(name) ?? ZoneArchive.BuiltIn.Find(name) ?? FindNamedOffset(name)
            ?? ZoneAbbreviations.Find(name) ?? PosixZone.Find(name);
        if (found is not null) s_zones.TryAdd(name, found);
        return found;
    }

    /// <summary>How a session in this zone prints dates and times in a style.</summary>
    public Types.MomentText TextOf(Types.DateStyle style) => new(style, ReferenceEquals(this, Utc) ? null : OffsetAt);

    /// <summary>Seconds east of Greenwich at a moment in UTC.</summary>
    public int OffsetAt(long utcMicroseconds)
    {
        if (IsFixed) return _offsets[0];
        long seconds = FloorSeconds(utcMicroseconds);
        return OffsetAtSecond(seconds);
    }

    /// <summary>The local time of a moment in UTC; infinity stays.</summary>
    public long ToLocal(long utcMicroseconds) =>
        utcMicroseconds is long.MaxValue or long.MinValue
            ? utcMicroseconds
            : utcMicroseconds + (OffsetAt(utcMicroseconds) * Second);

    /// <summary>The moment in UTC of a local time; infinity stays.</summary>
    public long ToUtc(long localMicroseconds)
    {
        if (localMicroseconds is long.MaxValue or long.MinValue) return localMicroseconds;
        if (IsFixed) return localMicroseconds - (_offsets[0] * Second);
        long local = FloorSeconds(localMicroseconds);
        // The offset in force a day before; right unless a change lies between, which the second look settles.
        int before = OffsetAtSecond(local - 86_400);
        int after = OffsetAtSecond(local + 86_400);
        int offset = before;
        if (before != after && OffsetAtSecond(local - before) != before)
        {
            // Past the change, as clocks before it count; in a gap the offset before the jump holds.
            bool exists = OffsetAtSecond(local - after) == after;
            offset = exists ? after : before;
        }
        return localMicroseconds - (offset * Second);
    }

    private int OffsetAtSecond(long seconds)
    {
        if (_rule is not null && (_transitions.Length == 0 || seconds >= _transitions[^1]))
            return _rule.OffsetAt(seconds);
        int next = Array.BinarySearch(_transitions, seconds);
        next = next < 0 ? ~next : next + 1;
        return _offsets[next];
    }

    private static long FloorSeconds(long microseconds) => (long)Math.Floor(microseconds / (decimal)Second);

    /// <summary>An offset behind a name, as in GMT-3, which counts to the west everywhere.</summary>
    private static TimeZoneRules? FindNamedOffset(string name)
    {
        int sign = name.AsSpan().IndexOfAny('+', '-');
        bool isNamed = sign >= 3 && !name.AsSpan(0, sign).ContainsAnyExcept(s_letters);
        return isNamed ? FindWest(name, sign) : null;
    }

    private static TimeZoneRules? FindWest(string name, int offsetStart) =>
        FindOffset(name[offsetStart..]) is { } east
            ? new TimeZoneRules(name, [], [-east._offsets[0]], null)
            : null;

    private static TimeZoneRules? FindOffset(string name)
    {
        if (name.Equals("UTC", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Z", StringComparison.OrdinalIgnoreCase)) return Utc;
        byte[] text = System.Text.Encoding.UTF8.GetBytes(name);
        int at = 0;
        bool isOffset = DateTimeParser.TryParseOffset(text, ref at, out int seconds) && at == text.Length;
        return isOffset ? new TimeZoneRules(name, [], [seconds], null) : null;
    }
}

/// <summary>The two changes of a year that go on for ever, from the last line of a zone's file (POSIX TZ).</summary>
/// <param name="Standard">Offset in winter, seconds east of Greenwich.</param>
/// <param name="Daylight">Offset in summer.</param>
/// <param name="Start">When summer begins, in standard time.</param>
/// <param name="End">When it ends, in daylight time.</param>
internal sealed record DaylightRule(int Standard, int Daylight, DaylightChange Start, DaylightChange End)
{
    /// <summary>The offset at a moment in UTC.</summary>
    public int OffsetAt(long utcSeconds)
    {
        (long year, _, _) = Types.Calendar.FromDays((long)Math.Floor((utcSeconds + Standard) / 86_400.0));
        long start = Start.SecondsIn(year) - Standard;
        long end = End.SecondsIn(year) - Daylight;
        bool isDaylight = start < end
            ? utcSeconds >= start && utcSeconds < end
            : utcSeconds >= start || utcSeconds < end;
        return isDaylight ? Daylight : Standard;
    }
}

/// <summary>A day of the year and a time: the n-th weekday of a month (5 = last), or a day number.</summary>
/// <param name="Month">1 to 12, or 0 where <paramref name="Day"/> is a day of the year.</param>
/// <param name="Week">1 to 5, 5 for the last; for days of the year 1 where 29 February never counts.</param>
/// <param name="Day">Weekday from 0 = Sunday, or day of the year.</param>
/// <param name="Seconds">Local time of day; may be negative or beyond a day.</param>
internal readonly record struct DaylightChange(int Month, int Week, int Day, int Seconds)
{
    /// <summary>Local seconds since 1970 in a year.</summary>
    public long SecondsIn(long year)
    {
        if (Month == 0)
        {
            int leap = Week == 1 && Day >= 60 && Types.Calendar.IsLeapYear(year) ? 1 : 0;
            return ((Types.Calendar.ToDays(year, 1, 1) + Day - Week + leap) * 86_400) + Seconds;
        }
        long first = Types.Calendar.ToDays(year, Month, 1);
        int weekday = (int)((((first + 4) % 7) + 7) % 7);
        int day = 1 + ((Day - weekday + 7) % 7) + (7 * (Week - 1));
        while (day > Types.Calendar.DaysInMonth(year, Month)) day -= 7;
        return ((first + day - 1) * 86_400) + Seconds;
    }
}
