namespace ColFrag.Engine.Functions.Text;

/// <summary>English names of months and days, the only ones that PostgreSQL reads.</summary>
internal static class CalendarNames
{
    private static readonly string[] s_months =
    [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ];

    private static readonly string[] s_weekdays =
        ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    /// <summary>Name of a month from 1.</summary>
    public static string Month(int month) => s_months[month - 1];

    /// <summary>Name of a day from 0 = Sunday.</summary>
    public static string Weekday(int weekday) => s_weekdays[weekday];

    /// <summary>Month of a name or an abbreviation of three letters (or "sept"), from 1; 0 for no month.</summary>
    public static int ParseMonth(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "sept"u8) ? 9 : Find(s_months, word) + 1;

    /// <summary>Day of a name or an abbreviation, from 0 = Sunday; -1 for no day.</summary>
    public static int ParseWeekday(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "tues"u8) ? 2 :
        Ascii.EqualsIgnoreCase(word, "weds"u8) ? 3 :
        Ascii.EqualsIgnoreCase(word, "thur"u8) || Ascii.EqualsIgnoreCase(word, "thurs"u8) ? 4 :
        Find(s_weekdays, word);

    private static int Find(string[] names, ReadOnlySpan<byte> word)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if ((word.Length == 3 || word.Length == names[i].Length) && StartsWith(names[i], word)) return i;
        }
        return -1;
    }

    private static bool StartsWith(string name, ReadOnlySpan<byte> word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (Ascii.ToLower(word[i]) != char.ToLowerInvariant(name[i])) return false;
        }
        return true;
    }
}
