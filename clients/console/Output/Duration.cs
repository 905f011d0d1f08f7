using System.Globalization;

namespace ColFrag.Console.Output;

/// <summary>Times as people read them.</summary>
static class Duration
{
    public static string Of(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 10 => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        < 1000 => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        < 60_000 => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s",
        _ => time.ToString(time.TotalHours < 1 ? @"m\:ss\ \m\i\n" : @"h\:mm\:ss\ \h", CultureInfo.InvariantCulture),
    };
}
