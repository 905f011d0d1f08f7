using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using Calendar = ColFrag.Engine.Types.Calendar;

namespace ColFrag.Engine.Functions.Formatting;

/// <summary>Prints and reads dates and times by PostgreSQL's templates.</summary>
internal static class DateTemplate
{
    private static readonly string[] s_roman =
        ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

    /// <summary>Prints a moment.</summary>
    public static void Append(ref Utf8Writer target, in ClockParts parts, TemplatePiece[] pieces)
    {
        foreach (TemplatePiece piece in pieces)
        {
            if (piece.Word.Length == 0)
            {
                target.Append(piece.Text);
                continue;
            }
            string text = TextOf(parts, piece);
            target.Append(text);
            if (piece.Ordinal.Length == 0) continue;
            string ordinal = OrdinalOf(text);
            target.Append(piece.Ordinal == "TH" ? ordinal.ToUpperInvariant() : ordinal);
        }
    }

    private static string TextOf(in ClockParts parts, TemplatePiece piece)
    {
        int hour12 = parts.Hour % 12 == 0 ? 12 : parts.Hour % 12;
        long year = Math.Abs(parts.CivilYear);
        long days = parts.Days;
        int dayOfWeek = DateTimeMath.DayOfWeek(days);
        int dayOfYear = DateTimeMath.DayOfYear(days);
        long isoYear = DateTimeMath.IsoYear(days);
        string Number(long value, int width) =>
            value.ToString(CultureInfo.InvariantCulture).PadLeft(piece.IsFilled ? 1 : width, '0');
        switch (piece.Word)
        {
            case "HH24": return Number(parts.Hour, 2);
            case "HH" or "HH12": return Number(hour12, 2);
            case "MI": return Number(parts.Minute, 2);
            case "SS": return Number(parts.Second, 2);
            case "MS" or "FF3": return (parts.Microsecond / 1000).ToString("000", CultureInfo.InvariantCulture);
            case "US" or "FF6": return parts.Microsecond.ToString("000000", CultureInfo.InvariantCulture);
            case "FF1" or "FF2" or "FF4" or "FF5":
                return parts.Microsecond.ToString("000000", CultureInfo.InvariantCulture)[..(piece.Word[2] - '0')];
            case "SSSS" or "SSSSS": return Number((((parts.Hour * 60L) + parts.Minute) * 60) + parts.Second, 1);
            case "AM" or "PM" or "A.M." or "P.M.": return Half(parts.Hour, piece.Text);
            case "AD" or "BC" or "A.D." or "B.C.": return Era(parts.Year, piece.Text);
            case "Y,YYY":
                // The comma stands also where the year is shorter.
                string thousands = year.ToString("0000", CultureInfo.InvariantCulture);
                return $"{thousands.AsSpan(0, thousands.Length - 3)},{thousands.AsSpan(thousands.Length - 3)}";
            case "YYYY": return Number(year, 4);
            case "YYY": return Number(year % 1000, 3);
            case "YY": return Number(year % 100, 2);
            case "Y": return Number(year % 10, 1);
            case "IYYY": return Number(isoYear, 4);
            case "IYY": return Number(isoYear % 1000, 3);
            case "IY": return Number(isoYear % 100, 2);
            case "I": return Number(isoYear % 10, 1);
            case "MONTH": return Named(CalendarNames.Month(parts.Month), piece, 9);
            case "MON": return Named(CalendarNames.Month(parts.Month)[..3], piece, 3);
            case "MM": return Number(parts.Month, 2);
            case "DAY": return Named(CalendarNames.Weekday(dayOfWeek), piece, 9);
            case "DY": return Named(CalendarNames.Weekday(dayOfWeek)[..3], piece, 3);
            case "DDD": return Number(dayOfYear, 3);
            case "IDDD": return Number(((DateTimeMath.IsoWeek(days) - 1) * 7) + (dayOfWeek == 0 ? 7 : dayOfWeek), 3);
            case "DD": return Number(parts.Day, 2);
            case "D": return Number(dayOfWeek + 1, 1);
            case "ID": return Number(dayOfWeek == 0 ? 7 : dayOfWeek, 1);
            case "WW": return Number(((dayOfYear - 1) / 7) + 1, 2);
            case "W": return Number(((parts.Day - 1) / 7) + 1, 1);
            case "IW": return Number(DateTimeMath.IsoWeek(days), 2);
            case "CC": return Number(parts.Year > 0 ? (parts.Year + 99) / 100 : (parts.Year / 100) - 1, 2);
            case "J": return Number(days + 2_440_588, 1);
            case "Q": return Number(((parts.Month - 1) / 3) + 1, 1);
            case "RM":
                string roman = s_roman[parts.Month - 1];
                roman = char.IsLower(piece.Text[0]) ? roman.ToLowerInvariant() : roman;
                return piece.IsFilled ? roman : roman.PadRight(4);
            case "TZ": return char.IsLower(piece.Text[0]) ? parts.Zone.ToLowerInvariant() : parts.Zone;
            case "TZH": return $"{(parts.Offset < 0 ? '-' : '+')}{Math.Abs(parts.Offset) / 3600:00}";
            case "TZM": return $"{Math.Abs(parts.Offset) / 60 % 60:00}";
            default: return OffsetText(parts.Offset);
        }
    }

    private static string OffsetText(int seconds)
    {
        int minutes = Math.Abs(seconds) / 60;
        string hours = $"{(seconds < 0 ? '-' : '+')}{minutes / 60:00}";
        return minutes % 60 == 0 ? hours : $"{hours}:{minutes % 60:00}";
    }

    private static string Half(int hour, string written)
    {
        string text = written.Length == 4 ? (hour < 12 ? "A.M." : "P.M.") : hour < 12 ? "AM" : "PM";
        return char.IsLower(written[0]) ? text.ToLowerInvariant() : text;
    }

    private static string Era(long year, string written)
    {
        string text = written.Length == 4 ? (year > 0 ? "A.D." : "B.C.") : year > 0 ? "AD" : "BC";
        return char.IsLower(written[0]) ? text.ToLowerInvariant() : text;
    }

    // MONTH, Month and month name the same in their own case, padded unless FM.
    private static string Named(string name, TemplatePiece piece, int width)
    {
        bool isUpper = char.IsUpper(piece.Text[0]) && char.IsUpper(piece.Text[1]);
        string text = isUpper ? name.ToUpperInvariant() : char.IsLower(piece.Text[0]) ? name.ToLowerInvariant() : name;
        return piece.IsFilled ? text : text.PadRight(width);
    }

    private static string OrdinalOf(string number)
    {
        bool isTeen = number.Length > 1 && number[^2] == '1';
        return isTeen ? "th" : number[^1] switch { '1' => "st", '2' => "nd", '3' => "rd", _ => "th" };
    }

    /// <summary>Reads a text; the parts that the template does not name are those of 0001-01-01 00:00.</summary>
    /// <exception cref="QueryException">22007: the text does not fit. 22008: it names no date.</exception>
    public static ClockParts Parse(ReadOnlySpan<byte> bytes, TemplatePiece[] pieces, out bool hasOffset)
    {
        Reader reader = new(Encoding.UTF8.GetString(bytes));
        foreach (TemplatePiece piece in pieces)
        {
            if (piece.Word.Length > 0) reader.Read(piece, pieces);
            else reader.Skip(piece.Text);
        }
        hasOffset = reader.HasOffset;
        return reader.Finish();
    }

    private sealed class Reader(string text)
    {
        private ClockParts _parts = new() { Year = 1, Month = 1, Day = 1, Zone = "" };
        private int _at;
        private int _dayOfYear;
        private bool _isAfternoon;
        private bool _isMorning;
        private bool _isBeforeChrist;
        private long _julian = long.MinValue;
        private int _offsetHours;

        public bool HasOffset { get; private set; }

        // Text of the template stands for as many characters of any kind, as long as they are no letters or digits.
        public void Skip(string separator)
        {
            foreach (char c in separator)
            {
                if (_at >= text.Length) return;
                bool isSame = text[_at] == c;
                if (isSame || !char.IsLetterOrDigit(text[_at])) _at++;
            }
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        }

        public void Read(TemplatePiece piece, TemplatePiece[] pieces)
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            switch (piece.Word)
            {
                case "YYYY" or "IYYY": _parts.Year = Number(piece, pieces, 4); break;
                case "Y,YYY": _parts.Year =
                    (Number(piece, pieces, 2) * 1000) + (Comma() ? Number(piece, pieces, 3) : 0); break;
                case "YYY" or "YY" or "Y": _parts.Year = ShortYear(Number(piece, pieces, piece.Word.Length)); break;
                case "MM": _parts.Month = (int)Number(piece, pieces, 2); break;
                case "MONTH" or "MON":
                    _parts.Month = CalendarNames.ParseMonth(Encoding.UTF8.GetBytes(Letters()));
                    if (_parts.Month == 0) throw Wrong(piece);
                    break;
                case "DAY" or "DY":
                    if (CalendarNames.ParseWeekday(Encoding.UTF8.GetBytes(Letters())) < 0) throw Wrong(piece);
                    break;
                case "DD": _parts.Day = (int)Number(piece, pieces, 2); break;
                case "DDD": _dayOfYear = (int)Number(piece, pieces, 3); break;
                case "HH24": _parts.Hour = (int)Number(piece, pieces, 2); break;
                case "HH" or "HH12":
                    _parts.Hour = (int)Number(piece, pieces, 2);
                    if (_parts.Hour is < 1 or > 12) throw OutOfRange(
                        $"Hour \"{_parts.Hour}\" is invalid for the 12-hour clock");
                    break;
                case "MI": _parts.Minute = (int)Number(piece, pieces, 2); break;
                case "SS": _parts.Second = (int)Number(piece, pieces, 2); break;
                case "MS" or "US" or "FF1" or "FF2" or "FF3" or "FF4" or "FF5" or "FF6": ReadFraction(piece); break;
                case "SSSS" or "SSSSS":
                    long seconds = Number(piece, pieces, 5);
                    (_parts.Hour, _parts.Minute, _parts.Second) =
                        ((int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
                    break;
                case "AM" or "PM" or "A.M." or "P.M.":
                    string half = Take(piece.Word.Length).Replace(".", "", StringComparison.Ordinal).ToUpperInvariant();
                    (_isMorning, _isAfternoon) = (half == "AM", half == "PM");
                    if (!_isMorning && !_isAfternoon) throw Wrong(piece);
                    break;
                case "AD" or "BC" or "A.D." or "B.C.":
                    _isBeforeChrist = Take(piece.Word.Length).StartsWith("B", StringComparison.OrdinalIgnoreCase);
                    break;
                case "J": _julian = Number(piece, pieces, 9); break;
                case "TZH":
                    HasOffset = true;
                    int sign = _at < text.Length && text[_at] == '-' ? -1 : 1;
                    if (_at < text.Length && text[_at] is '+' or '-') _at++;
                    _offsetHours = sign;
                    _parts.Offset = sign * (int)Number(piece, pieces, 2) * 3600;
                    break;
                case "TZM": _parts.Offset += (_offsetHours < 0 ? -60 : 60) * (int)Number(piece, pieces, 2); break;
                case "Q" or "W" or "WW" or "IW" or "D" or "ID" or "CC" or "I" or "IY" or "IYY" or "IDDD": Number(
                    piece, pieces, 4); break;
                case "RM": ReadRoman(piece); break;
                default:
                    throw new QueryException(
                        SqlStates.FeatureNotSupported, $"Template pattern is only for to_char: {piece.Text}");
            }
            if (piece.Ordinal.Length > 0) _at = Math.Min(_at + 2, text.Length);
        }

        public ClockParts Finish()
        {
            if (_isAfternoon || _isMorning) _parts.Hour = (_parts.Hour % 12) + (_isAfternoon ? 12 : 0);
            if (_isBeforeChrist) _parts.Year = 1 - _parts.Year;
            if (_julian != long.MinValue) (_parts.Year, _parts.Month, _parts.Day) =
                Calendar.FromDays(_julian - 2_440_588);
            if (_dayOfYear > 0) (_parts.Year, _parts.Month, _parts.Day) =
                Calendar.FromDays(Calendar.ToDays(_parts.Year, 1, 1) + _dayOfYear - 1);
            bool exists = _parts.Month is >= 1 and <= 12 && _parts.Day >= 1 &&
                _parts.Day <= Calendar.DaysInMonth(_parts.Year, _parts.Month) &&
                _parts.Hour <= 24 && _parts.Minute < 60 && _parts.Second <= 60;
            return exists ? _parts : throw OutOfRange($"Date or time field value is out of range: \"{text}\"");
        }

        private static long ShortYear(long year) =>
            year < 70 ? 2000 + year : year < 100 ? 1900 + year : year < 520 ? 2000 + year : 1000 + year;

        private bool Comma()
        {
            if (_at >= text.Length || text[_at] != ',') return false;
            _at++;
            return true;
        }

        // A number takes all the digits it can, unless another number follows without a separator.
        private long Number(TemplatePiece piece, TemplatePiece[] pieces, int digits)
        {
            int index = Array.IndexOf(pieces, piece);
            bool isFollowed = index + 1 < pieces.Length && pieces[index + 1].Word.Length > 0 &&
                pieces[index + 1].Word is not ("MONTH" or "MON" or "AM" or "PM" or "A.M." or "P.M." or "TZH");
            int max = isFollowed ? digits : 9;
            bool isNegative = piece.Word is "YYYY" && _at < text.Length && text[_at] == '-';
            if (isNegative) _at++;
            int start = _at;
            long number = 0;
            for (; _at < text.Length && _at - start < max && char.IsAsciiDigit(text[_at]); _at++) number =
                (number * 10) + (text[_at] - '0');
            if (_at == start) throw Wrong(piece);
            return isNegative ? -number : number;
        }

        private void ReadFraction(TemplatePiece piece)
        {
            int start = _at;
            int microseconds = 0;
            for (; _at < text.Length && _at - start < 6 && char.IsAsciiDigit(text[_at]); _at++) microseconds =
                (microseconds * 10) + (text[_at] - '0');
            if (_at == start) throw Wrong(piece);
            for (int i = _at - start; i < 6; i++) microseconds *= 10;
            _parts.Microsecond = microseconds;
        }

        private void ReadRoman(TemplatePiece piece)
        {
            string letters = Letters();
            _parts.Month = Array.FindIndex(s_roman, r => r.Equals(letters, StringComparison.OrdinalIgnoreCase)) + 1;
            if (_parts.Month == 0) throw Wrong(piece);
        }

        private string Letters()
        {
            int start = _at;
            while (_at < text.Length && char.IsLetter(text[_at])) _at++;
            return text[start.._at];
        }

        private string Take(int length)
        {
            string taken = text.Substring(_at, Math.Min(length, text.Length - _at));
            _at += taken.Length;
            return taken;
        }

        private QueryException Wrong(TemplatePiece piece) => new(
            SqlStates.InvalidDatetimeFormat,
                $"Invalid value for \"{piece.Text}\" at character {_at + 1} of \"{text}\"");

        private static QueryException OutOfRange(string message) => new(SqlStates.DatetimeOverflow, message);
    }
}
