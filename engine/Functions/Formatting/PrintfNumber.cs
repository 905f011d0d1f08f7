using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Formatting;

/// <summary>One value in a format of C: %d, %x, %o, %f, %e, %g, %c, %s, without its width.</summary>
internal static class PrintfNumber
{
    /// <summary>The text of the value; flags are some of <c>+ ,'</c>, a negative precision is the usual one.</summary>
    public static string Format(Value value, char kind, string flags, int precision)
    {
        switch (kind)
        {
            case 's':
                string text = value.ToString();
                return precision >= 0 && precision < text.Length ? text[..precision] : text;
            case 'c':
                Int128 code = WholeOf(value);
                return code >= 0 && code <= 0x10FFFF && Rune.IsValid((int)code)
                    ? new Rune((int)code).ToString()
                    : throw Wrong($"not the number of a character: {code}");
            case 'd' or 'i' or 'u': return Signed(
                Grouped(MagnitudeOf(WholeOf(value)), flags), WholeOf(value) < 0, flags);
            case 'x': return ((UInt128)WholeOf(value)).ToString("x", CultureInfo.InvariantCulture);
            case 'X': return ((UInt128)WholeOf(value)).ToString("X", CultureInfo.InvariantCulture);
            case 'o': return Octal((UInt128)WholeOf(value));
        }
        double number = NumberOf(value);
        bool isNegative = number < 0 || double.IsNegative(number);
        double absolute = Math.Abs(number);
        int digits = precision < 0 ? 6 : precision;
        string body = kind switch
        {
            'f' or 'F' => absolute.ToString("F" + digits, CultureInfo.InvariantCulture),
            'e' or 'E' =>
                absolute.ToString(
                    (digits == 0 ? "0" : "0." + new string('0', digits)) + kind + "+00", CultureInfo.InvariantCulture),
            'g' or 'G' => General(absolute, Math.Max(digits, 1), kind),
            _ => throw Wrong($"unrecognized printf specifier \"{kind}\""),
        };
        return Signed(body, isNegative, flags);
    }

    private static string General(double value, int digits, char kind)
    {
        int exponent = value == 0 ? 0 : (int)Math.Floor(Math.Log10(value));
        if (exponent >= -4 && exponent < digits)
        {
            string text = value.ToString("F" + Math.Max(digits - 1 - exponent, 0), CultureInfo.InvariantCulture);
            return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
        }
        string pattern = digits == 1 ? "0" : "0." + new string('#', digits - 1);
        return value.ToString($"{pattern}{(kind == 'g' ? 'e' : 'E')}+00", CultureInfo.InvariantCulture);
    }

    /// <summary>The digits of a number to the base 8.</summary>
    public static string Octal(UInt128 value)
    {
        StringBuilder digits = new();
        do
        {
            digits.Insert(0, (char)('0' + (int)(value & 7)));
            value >>= 3;
        }
        while (value != 0);
        return digits.ToString();
    }

    // The most negative number has no positive one of its type.
    private static UInt128 MagnitudeOf(Int128 value) => value < 0 ? (UInt128)(-(value + 1)) + 1 : (UInt128)value;

    private static string Grouped(UInt128 value, string flags) =>
        value.ToString(flags.AsSpan().IndexOfAny(',', '\'') >= 0 ? "N0" : "D", CultureInfo.InvariantCulture);

    private static string Signed(string body, bool isNegative, string flags) =>
        isNegative ? "-" + body : flags.Contains('+', StringComparison.Ordinal) ? "+" + body
        : flags.Contains(' ', StringComparison.Ordinal) ? " " + body : body;

    private static Int128 WholeOf(Value value) => value.Type.IsInteger || value.Type.Kind == TypeKind.Boolean
        ? value.AsInteger
        : throw Wrong($"printf needs a whole number, not type {value.Type}");

    private static double NumberOf(Value value) => value.Type.IsNumeric
        ? value.AsDouble
        : throw Wrong($"printf needs a number, not type {value.Type}");

    private static QueryException Wrong(string message) =>
        new(SqlStates.InvalidParameterValue, char.ToUpperInvariant(message[0]) + message[1..]);
}
