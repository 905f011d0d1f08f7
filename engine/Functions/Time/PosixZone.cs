using System.Globalization;
using System.Text.RegularExpressions;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Time;

/// <summary>Reads POSIX TZ strings such as CET-1CEST,M3.5.0,M10.5.0/3.</summary>
internal static partial class PosixZone
{
    private static readonly Regex s_zone = Shape();

    // A name, an offset, and perhaps a summer with its two changes.
    [GeneratedRegex(
        @"^([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d{1,3}(?::\d{1,2}){0,2}" +
        @"(([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)(?:[+-]?\d{1,3}(?::\d{1,2}){0,2})?(?:,M\d+\.\d\.\d(?:/\d+)?){2})?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    /// <summary>The zone that a text describes, as CST7CDT,M4.1.0,M10.5.0 and UTC+10; null for none.</summary>
    public static TimeZoneRules? Find(string text)
    {
        Match match = s_zone.Match(text);
        if (!match.Success) return null;
        string offset = text[(match.Groups[1].Index + match.Groups[1].Length)..];
        if (match.Groups[2].Success)
        {
            try
            {
                return Parse(text) is { } rule ? new TimeZoneRules(text, [], [rule.Standard], rule) : null;
            }
            catch (Exception error) when (error is FormatException or IndexOutOfRangeException or CorruptDataException)
            {
                return null;
            }
        }
        int at = 0;
        int west = ReadTime(offset, ref at);
        return at == offset.Length && Math.Abs(west) < 7 * 86_400 ? new TimeZoneRules(text, [], [-west], null) : null;
    }

    /// <summary>The rule, or null where clocks never change.</summary>
    public static DaylightRule? Parse(string text)
    {
        int at = 0;
        if (text.Length == 0) return null;
        SkipName(text, ref at);
        int standard = -ReadTime(text, ref at);
        if (at == text.Length) return null;
        SkipName(text, ref at);
        int daylight = at < text.Length && text[at] != ',' ? -ReadTime(text, ref at) : standard + 3600;
        DaylightChange start = ReadChange(text, ref at);
        DaylightChange end = ReadChange(text, ref at);
        return new DaylightRule(standard, daylight, start, end);
    }

    private static void SkipName(string text, ref int at)
    {
        if (text[at] == '<')
        {
            at = text.IndexOf('>', at) + 1;
            return;
        }
        while (at < text.Length && char.IsAsciiLetter(text[at])) at++;
    }

    private static int ReadTime(string text, ref int at)
    {
        int sign = 1;
        if (text[at] is '-' or '+') sign = text[at++] == '-' ? -1 : 1;
        int seconds = ReadNumber(text, ref at) * 3600;
        if (at < text.Length && text[at] == ':')
        {
            at++;
            seconds += ReadNumber(text, ref at) * 60;
            if (at < text.Length && text[at] == ':')
            {
                at++;
                seconds += ReadNumber(text, ref at);
            }
        }
        return sign * seconds;
    }

    private static DaylightChange ReadChange(string text, ref int at)
    {
        CorruptDataException.ThrowUnless(at < text.Length && text[at] == ',', "time zone rule", text, at);
        at++;
        (int month, int week, int day) = (0, 0, 0);
        if (text[at] == 'M')
        {
            at++;
            month = ReadNumber(text, ref at);
            at++;
            week = ReadNumber(text, ref at);
            at++;
            day = ReadNumber(text, ref at);
        }
        else
        {
            // Jn counts from 1 and never 29 February; n counts from 0 and does.
            if (text[at] == 'J') (week, at) = (1, at + 1);
            day = ReadNumber(text, ref at);
        }
        int seconds = 7200;
        if (at < text.Length && text[at] == '/')
        {
            at++;
            seconds = ReadTime(text, ref at);
        }
        return new DaylightChange(month, week, day, seconds);
    }

    private static int ReadNumber(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return int.Parse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture);
    }
}
