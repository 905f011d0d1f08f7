using System.Globalization;

namespace ColFrag.Engine.Types;

/// <summary>The forms in which PostgreSQL prints dates and times.</summary>
internal enum DateForm : byte
{
    /// <summary>2026-12-17 07:37:16+01</summary>
    Iso,
    /// <summary>12/17/2026 07:37:16 +01</summary>
    Sql,
    /// <summary>Thu Dec 17 07:37:16 2026 +01</summary>
    Postgres,
    /// <summary>17.12.2026 07:37:16 +01</summary>
    German,
}

/// <summary>Which number of a date comes first where its text leaves that open.</summary>
internal enum DateOrder : byte
{
    /// <summary>month, day, year</summary>
    MonthFirst,
    /// <summary>day, month, year</summary>
    DayFirst,
    /// <summary>year, month, day</summary>
    YearFirst,
}

/// <summary>PostgreSQL's DateStyle: how dates are printed, and how 1/2/2026 is read.</summary>
/// <param name="Form">The form of what is printed.</param>
/// <param name="Order">The order of what is read, and of what is printed where the form has two.</param>
internal readonly record struct DateStyle(DateForm Form, DateOrder Order)
{
    private static readonly DateTimeFormatInfo s_names = CultureInfo.InvariantCulture.DateTimeFormat;

    /// <summary>
    /// The style after <c>SET datestyle</c>: of form and order, what the words do not mention stays. False where a word
    /// is unknown or two contradict each other.
    /// </summary>
    public bool TryChange(string words, out DateStyle changed)
    {
        DateForm? form = null;
        DateOrder? order = null;
        changed = this;
        foreach (string word in words.Split(',', StringSplitOptions.TrimEntries))
        {
            string upper = word.ToUpperInvariant();
            DateForm? newForm = upper switch
            {
                "ISO" => DateForm.Iso,
                "SQL" => DateForm.Sql,
                "GERMAN" => DateForm.German,
                _ when upper.StartsWith("POSTGRES", StringComparison.Ordinal) => DateForm.Postgres,
                _ => null,
            };
            DateOrder? newOrder = upper switch
            {
                "YMD" => DateOrder.YearFirst,
                "DMY" => DateOrder.DayFirst,
                "MDY" or "US" => DateOrder.MonthFirst,
                _ when upper.StartsWith("EURO", StringComparison.Ordinal) => DateOrder.DayFirst,
                _ when upper.StartsWith("NONEURO", StringComparison.Ordinal) => DateOrder.MonthFirst,
                _ => null,
            };
            bool isDefault = upper == "DEFAULT";
            if (newForm is null && newOrder is null && !isDefault) return false;
            if ((newForm is not null && form is not null && form != newForm)
                || (newOrder is not null && order is not null && order != newOrder)) return false;
            form = newForm ?? form ?? (isDefault ? DateForm.Iso : null);
            order = newOrder ?? order ?? (isDefault ? DateOrder.MonthFirst : null);
        }
        // GERMAN alone means days first too.
        if (form == DateForm.German) order ??= DateOrder.DayFirst;
        changed = new DateStyle(form ?? Form, order ?? Order);
        return true;
    }

    /// <summary>The style of a text that <see cref="ToString"/> made; the default where it is another.</summary>
    public static DateStyle Parse(string text) =>
        text != "ISO, MDY" && default(DateStyle).TryChange(text, out DateStyle style) ? style : default;

    /// <summary>As SHOW prints it: ISO, MDY.</summary>
    public override string ToString()
    {
        string form = Form switch
        {
            DateForm.Sql => "SQL", DateForm.Postgres => "Postgres", DateForm.German => "German", _ => "ISO",
        };
        string order = Order switch { DateOrder.DayFirst => "DMY", DateOrder.YearFirst => "YMD", _ => "MDY" };
        return $"{form}, {order}";
    }

    /// <summary>Days since 1970-01-01.</summary>
    public string FormatDate(int days)
    {
        if (Form == DateForm.Iso || days is int.MaxValue or int.MinValue) return ValueText.FormatDate(days);
        (long year, int month, int day) = Calendar.FromDays(days);
        return FormatNumbers(year, month, day) + Era(year);
    }

    /// <summary>Nanoseconds since 1970-01-01, with a zone behind them where one is given.</summary>
    public string FormatTimestamp(Int128 nanoseconds, string zone = "")
    {
        string iso = ValueText.FormatTimestamp(nanoseconds, Form == DateForm.Iso ? zone : "");
        if (Form == DateForm.Iso || iso.EndsWith("infinity", StringComparison.Ordinal)) return iso;
        long days = ValueText.DaysOf(nanoseconds);
        (long year, int month, int day) = Calendar.FromDays(days);
        string clock = iso.Split(' ')[1];
        if (zone.Length > 0) zone = $" {zone}";
        if (Form != DateForm.Postgres) return $"{FormatNumbers(year, month, day)} {clock}{zone}{Era(year)}";
        string weekday = s_names.AbbreviatedDayNames[(int)((((days + 4) % 7) + 7) % 7)];
        string name = s_names.AbbreviatedMonthNames[month - 1];
        string date = Order == DateOrder.DayFirst ? $"{day:00} {name}" : $"{name} {day:00}";
        return $"{weekday} {date} {clock} {YearOf(year):0000}{zone}{Era(year)}";
    }

    private string FormatNumbers(long year, int month, int day)
    {
        char separator = Form switch { DateForm.Sql => '/', DateForm.German => '.', _ => '-' };
        bool isDayFirst = Order == DateOrder.DayFirst || Form == DateForm.German;
        (int first, int second) = isDayFirst ? (day, month) : (month, day);
        return $"{first:00}{separator}{second:00}{separator}{YearOf(year):0000}";
    }

    private static long YearOf(long year) => year > 0 ? year : 1 - year;

    private static string Era(long year) => year > 0 ? "" : " BC";
}
