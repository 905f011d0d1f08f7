using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Formatting;

/// <summary>A template of to_char for numbers: 9, 0, D, G, S, MI, PL, SG, PR, FM, TH, L, V, EEEE, RN (PostgreSQL,
/// 9.8).</summary>
internal sealed class NumberTemplate
{
    private readonly List<(char Kind, string Text)> _items = [];
    private bool _isFilled;
    private bool _hasRoman;
    private bool _hasExponent;
    private bool _hasBrackets;
    private string _ordinal = "";
    private int _wholeDigits;
    private int _firstZero = int.MaxValue;

    /// <summary>Digits after the point.</summary>
    public int FractionDigits { get; private set; }

    /// <summary>Digits that V shifts the number by.</summary>
    public int Shift { get; private set; }

    private bool HasSign => _items.Exists(i => i.Kind is 'S' or 'M' or 'P' or 'B') || _hasBrackets;

    /// <summary>Reads a template.</summary>
    /// <exception cref="QueryException">42601: two points, or a sign that cannot be there.</exception>
    public static NumberTemplate Parse(string text)
    {
        NumberTemplate template = new();
        bool isFraction = false;
        bool isShift = false;
        for (int i = 0; i < text.Length;)
        {
            string rest = text[i..].ToUpperInvariant();
            (string word, char kind) = Next(rest);
            switch (kind)
            {
                case '9' or '0':
                    if (isShift) template.Shift++;
                    if (isFraction) template.FractionDigits++;
                    else template._wholeDigits++;
                    if (kind == '0' && !isFraction) template._firstZero =
                        Math.Min(template._firstZero, template._wholeDigits - 1);
                    template._items.Add((isFraction ? (kind == '0' ? 'z' : 'f') : '9', ""));
                    break;
                case 'D':
                    if (isFraction) throw new QueryException(
                        SqlStates.SyntaxError, "Multiple decimal points in a number template");
                    isFraction = true;
                    template._items.Add(('D', "."));
                    break;
                case 'V': isShift = true; break;
                case 'F': template._isFilled = true; break;
                case 'R': template._hasRoman = true; break;
                case 'E': template._hasExponent = true; break;
                case '<': template._hasBrackets = true; break;
                case 'T': template._ordinal = text.Substring(i, 2); break;
                case 'Q':
                    int close = text.IndexOf('"', i + 1);
                    close = close < 0 ? text.Length : close;
                    template._items.Add(('t', text[(i + 1)..close]));
                    i = close + 1;
                    continue;
                default: template._items.Add((kind, kind == 't' ? text[i].ToString() : word)); break;
            }
            i += word.Length;
        }
        return template;
    }

    /// <summary>Prints a number, given as its sign and the digits around its point; nulls for what is no
    /// number.</summary>
    public string Format(bool isNegative, string whole, string fraction, double value)
    {
        if (_hasRoman) return Roman(value);
        if (_hasExponent) return Exponent(value);
        string digits = whole.TrimStart('0');
        bool isTooLong = digits.Length > _wholeDigits;
        StringBuilder body = new();
        int written = 0;
        int position = 0;
        int fractionAt = 0;
        // A zero before the point is only shown where nothing else is.
        int shown = digits.Length > 0 ? digits.Length : FractionDigits > 0 && _firstZero == int.MaxValue ? 0 : 1;
        string padded = digits.PadLeft(_wholeDigits, '0');
        int firstShown = Math.Min(_firstZero, _wholeDigits - shown);
        int lastFraction = LastFraction(fraction);
        int signAt = -1;
        int numberAt = -1;
        bool hasNumber = false;
        foreach ((char kind, string text) in _items)
        {
            if (numberAt < 0 && (kind is '9' or 'D')) numberAt = body.Length;
            switch (kind)
            {
                case '9':
                    if (position >= firstShown || isTooLong)
                    {
                        if (signAt < 0) signAt = body.Length;
                        body.Append(isTooLong ? '#' : padded[position]);
                        written++;
                        hasNumber = true;
                    }
                    else if (!_isFilled)
                    {
                        body.Append(' ');
                    }
                    position++;
                    break;
                case 'f' or 'z':
                    if (fractionAt < lastFraction || !_isFilled) body.Append(isTooLong ? '#' : fraction[fractionAt]);
                    fractionAt++;
                    break;
                case 'D':
                    if (signAt < 0) signAt = body.Length;
                    body.Append('.');
                    break;
                case 'G':
                    if (hasNumber) body.Append(',');
                    else if (!_isFilled) body.Append(' ');
                    break;
                case 'L': body.Append(_isFilled ? "" : " "); break;
                case 'S': body.Append('\u0001'); break;
                case 'M': body.Append(isNegative ? "-" : _isFilled ? "" : " "); break;
                case 'P': body.Append(isNegative ? (_isFilled ? "" : " ") : "+"); break;
                case 'B': body.Append(isNegative ? '-' : '+'); break;
                default: body.Append(text); break;
            }
        }
        return WithSign(body, Math.Max(numberAt, 0), Math.Max(signAt, 0), isNegative, digits);
    }

    // S in front of the digits sticks to the first of them; without any sign in the template, a minus does.
    private string WithSign(StringBuilder body, int numberAt, int signAt, bool isNegative, string digits)
    {
        string text = body.ToString();
        int marker = text.IndexOf('\u0001', StringComparison.Ordinal);
        if (_hasBrackets)
        {
            string inner = text.TrimStart(' ');
            string open = isNegative ? "<" : _isFilled ? "" : " ";
            string close = isNegative ? ">" : _isFilled ? "" : " ";
            return new string(' ', text.Length - inner.Length) + open + inner + close;
        }
        if (marker >= 0)
        {
            string sign = isNegative ? "-" : "+";
            text = text.Remove(marker, 1);
            bool isLeading = marker <= signAt;
            int at = isLeading ? Math.Max(signAt - 1, marker) : marker;
            if (isLeading) at = text.Length - text.TrimStart(' ').Length;
            text = text.Insert(Math.Min(at, text.Length), sign);
        }
        else if (!HasSign)
        {
            if (isNegative) text = text.Insert(signAt, "-");
            else if (!_isFilled) text = text.Insert(numberAt, " ");
        }
        if (_ordinal.Length > 0 && !isNegative && FractionDigits == 0)
        {
            string number = digits.Length == 0 ? "0" : digits;
            bool isTeen = number.Length > 1 && number[^2] == '1';
            string ending = isTeen ? "th" : number[^1] switch { '1' => "st", '2' => "nd", '3' => "rd", _ => "th" };
            text += _ordinal == "TH" ? ending.ToUpperInvariant() : ending;
        }
        return text;
    }

    private int LastFraction(string fraction)
    {
        int last = fraction.TrimEnd('0').Length;
        int at = 0;
        foreach ((char kind, _) in _items)
        {
            if (kind is not ('f' or 'z')) continue;
            at++;
            if (kind == 'z') last = Math.Max(last, at);
        }
        return last;
    }

    private string Roman(double value)
    {
        long number = double.IsFinite(value) ? (long)Math.Round(value, MidpointRounding.AwayFromZero) : 0;
        if (number is < 1 or > 3999) return _isFilled ? new string('#', 15) : new string('#', 15);
        (int Value, string Text)[] parts =
        [
            (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
                (9, "IX"),
            (5, "V"), (4, "IV"), (1, "I"),
        ];
        StringBuilder text = new();
        foreach ((int part, string letters) in parts)
        {
            for (; number >= part; number -= part) text.Append(letters);
        }
        return _isFilled ? text.ToString() : text.ToString().PadLeft(15);
    }

    private string Exponent(double value)
    {
        string text = value.ToString("0." + new string('0', FractionDigits) + "e+00", CultureInfo.InvariantCulture);
        return value < 0 || _isFilled ? text : " " + text;
    }

    private static (string Word, char Kind) Next(string rest) => rest switch
    {
        ['F', 'M', ..] => ("FM", 'F'),
        ['M', 'I', ..] => ("MI", 'M'),
        ['P', 'L', ..] => ("PL", 'P'),
        ['S', 'G', ..] => ("SG", 'B'),
        ['P', 'R', ..] => ("PR", '<'),
        ['R', 'N', ..] => ("RN", 'R'),
        ['T', 'H', ..] => ("TH", 'T'),
        ['E', 'E', 'E', 'E', ..] => ("EEEE", 'E'),
        ['9', ..] => ("9", '9'),
        ['0', ..] => ("0", '0'),
        ['.', ..] or ['D', ..] => ("D", 'D'),
        [',', ..] or ['G', ..] => ("G", 'G'),
        ['V', ..] => ("V", 'V'),
        ['S', ..] => ("S", 'S'),
        ['L', ..] => ("L", 'L'),
        ['"', ..] => ("\"", 'Q'),
        _ => (rest[..1], 't'),
    };
}
