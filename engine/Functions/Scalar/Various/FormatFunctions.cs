using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Formatting;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>format, as PostgreSQL has it, and printf, as C and DuckDB have it.</summary>
internal static class FormatFunctions
{
    private static readonly FunctionInfo s_format = new(
        "format",
            "A text with %s (text), %I (identifier) and %L (literal) replaced by arguments; %2$s takes the second. " +
            "Without those, {} and {:>8.2f} are replaced, as in DuckDB.")
    {
        Category = "Formatting", Example = "format('Hello %s, %1$s is %I', 'World', 'my name')",
        Returns = "Hello World, World is \"my name\"",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_printf = new(
        "printf", "A text with %d, %s, %f, %e, %g, %x, %o, %c replaced by arguments, with flags, width and precision.")
    {
        Category = "Formatting", Example = "printf('%s has %05.1f %%', 'disk', 97.5)", Returns = "disk has 097.5 %",
        Flags = FunctionFlags.CanThrow,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(s_format, [LogicalType.Varchar], _ => LogicalType.Varchar, _ => Format),
        ValueFunction.Overload(
            s_format, [LogicalType.Varchar, ParameterPattern.Any], _ =>
                LogicalType.Varchar, _ => Format, isVariadic: true),
        ValueFunction.Overload(s_printf, [LogicalType.Varchar], _ => LogicalType.Varchar, _ => Printf),
        ValueFunction.Overload(
            s_printf, [LogicalType.Varchar, ParameterPattern.Any], _ =>
                LogicalType.Varchar, _ => Printf, isVariadic: true),
    ];

    private static Value? Format(ReadOnlySpan<Value> arguments, FunctionContext context)
    {
        if (arguments[0].IsNull) return null;
        string format = arguments[0].AsText;
        if (arguments.Length > 1 && BraceFormat.IsIn(format))
        {
            foreach (Value value in arguments)
            {
                if (value.IsNull) return null;
            }
            return Value.Text(BraceFormat.Apply(format, arguments));
        }
        StringBuilder target = new();
        int next = 1;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                target.Append(format[i]);
                continue;
            }
            if (++i >= format.Length) throw Wrong("unterminated format() type specifier");
            if (format[i] == '%')
            {
                target.Append('%');
                continue;
            }
            int number = ReadNumber(format, ref i);
            if (number > 0 && i < format.Length && format[i] == '$')
            {
                next = number;
                i++;
                number = 0;
            }
            bool isLeft = i < format.Length && format[i] == '-';
            if (isLeft) i++;
            int width = number > 0 ? number : ReadNumber(format, ref i);
            if (i >= format.Length) throw Wrong("unterminated format() type specifier");
            if (next >= arguments.Length) throw Wrong("too few arguments for format()");
            string text = Converted(arguments[next++], format[i]);
            target.Append(isLeft ? text.PadRight(width) : text.PadLeft(width));
        }
        return Value.Text(target.ToString());
    }

    private static string Converted(Value value, char kind)
    {
        string text = value.IsNull ? "" : value.ToString();
        switch (kind)
        {
            case 's': return text;
            case 'I' when value.IsNull: throw Wrong("null values cannot be formatted as an SQL identifier", "22004");
            case 'I': return Quoted(text, Strings.QuoteIdentifier.Info.Name);
            case 'L': return value.IsNull ? "NULL" : Quoted(text, Strings.QuoteLiteral.Info.Name);
            default: throw Wrong($"unrecognized format() type specifier \"{kind}\"");
        }
    }

    private static string Quoted(string text, string function)
    {
        using Memory.Arena arena = new(Memory.MemoryAccount.Untracked);
        Utf8Writer target = new(arena);
        if (function == Strings.QuoteLiteral.Info.Name) Strings.QuoteLiteral.Apply(
            Encoding.UTF8.GetBytes(text), ref target);
        else Strings.QuoteIdentifier.Apply(Encoding.UTF8.GetBytes(text), ref target);
        return Encoding.UTF8.GetString(target.End());
    }

    private static int ReadNumber(string format, ref int at)
    {
        int number = 0;
        for (; at < format.Length && char.IsAsciiDigit(format[at]); at++) number =
            Math.Min((number * 10) + (format[at] - '0'), 1 << 20);
        return number;
    }

    private static Value? Printf(ReadOnlySpan<Value> arguments, FunctionContext context)
    {
        string format = arguments[0].AsText;
        StringBuilder target = new();
        int next = 1;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                target.Append(format[i]);
                continue;
            }
            int start = ++i;
            while (i < format.Length && "-+ 0#,'".Contains(format[i], StringComparison.Ordinal)) i++;
            string flags = format[start..i];
            int width = ReadNumber(format, ref i);
            int precision = -1;
            if (i < format.Length && format[i] == '.')
            {
                i++;
                precision = ReadNumber(format, ref i);
            }
            while (i < format.Length && format[i] is 'l' or 'h') i++;
            if (i >= format.Length) throw Wrong("unterminated printf specifier");
            if (format[i] == '%')
            {
                target.Append('%');
                continue;
            }
            if (next >= arguments.Length) throw Wrong("too few arguments for printf");
            target.Append(Padded(
                PrintfNumber.Format(arguments[next++], format[i], flags, precision), flags, width, format[i]));
        }
        return Value.Text(target.ToString());
    }

    private static string Padded(string text, string flags, int width, char kind)
    {
        if (flags.Contains('-', StringComparison.Ordinal)) return text.PadRight(width);
        bool isZeros = flags.Contains('0', StringComparison.Ordinal) && kind is not ('s' or 'c');
        if (!isZeros) return text.PadLeft(width);
        string sign = text.Length > 0 && text[0] is '-' or '+' or ' ' ? text[..1] : "";
        return sign + text[sign.Length..].PadLeft(width - sign.Length, '0');
    }

    private static QueryException Wrong(string message, string state = SqlStates.InvalidParameterValue) =>
        new(state, char.ToUpperInvariant(message[0]) + message[1..]);
}
