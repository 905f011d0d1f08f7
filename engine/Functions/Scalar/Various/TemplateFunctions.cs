using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Formatting;
using ColFrag.Engine.Functions.Scalar.Times;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;
using Ascii = ColFrag.Engine.Functions.Text.Ascii;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>to_char, to_date, to_timestamp and to_number: PostgreSQL's templates.</summary>
internal static class TemplateFunctions
{
    private static readonly FunctionInfo s_char = new(
        "to_char", "A date, time, interval or number as text by a template, such as YYYY-MM-DD or 999.99.")
    {
        Category = "Formatting", Example = "to_char(TIMESTAMP '2002-04-20 17:31:12.66', 'FMDay, DD Mon YYYY HH12:MI')",
        Returns = "Saturday, 20 Apr 2002 05:31", Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_charZoned =
        s_char with { Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull | FunctionFlags.Stable };

    private static readonly FunctionInfo s_date = new("to_date", "The date that a text names by a template.")
    {
        Category = "Formatting", Example = "to_date('05 Dec 2000', 'DD Mon YYYY')", Returns = "2000-12-05",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_timestamp = ToTimestampOfSeconds.Info with
    {
        Flags = FunctionFlags.CanThrow | FunctionFlags.Stable,
    };

    private static readonly FunctionInfo s_number = new("to_number", "The number that a text names by a template.")
    {
        Category = "Formatting", Example = "to_number('12,454.8-', '99G999D9S')", Returns = "-12454.8",
        Flags = FunctionFlags.CanThrow,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Times(s_char, LogicalType.Timestamp), Times(s_char, LogicalType.Date),
            Times(s_charZoned, LogicalType.TimestampTz),
        FunctionEntries.Bound(s_char, [LogicalType.Interval, LogicalType.Varchar], t =>
            new RowFunction<IntervalKernel, ReadOnlySpan<byte>>(s_char, t, LogicalType.Varchar, default)),
        Numbers(LogicalType.Double), Numbers(LogicalType.BigInt), Numbers(ParameterPattern.Decimal),
        FunctionEntries.Bound(s_date, [LogicalType.Varchar, LogicalType.Varchar], t =>
            new RowFunction<DateKernel, int>(s_date, t, LogicalType.Date, default)),
        FunctionEntries.Bound(s_timestamp, [LogicalType.Varchar, LogicalType.Varchar], t =>
            new RowFunction<MomentKernel, long>(s_timestamp, t, LogicalType.TimestampTz, default)),
        FunctionEntries.Bound(s_number, [LogicalType.Varchar, LogicalType.Varchar], t =>
            new ToNumber(t, ToNumber.DefaultScale)),
    ];

    private static ScalarOverload Times(FunctionInfo info, LogicalType type) => FunctionEntries.Bound(
        info, [type, LogicalType.Varchar],
        types => new RowFunction<TimeKernel, ReadOnlySpan<byte>>(info, types, LogicalType.Varchar, new(type.Kind)));

    private static ScalarOverload Numbers(ParameterPattern pattern) => FunctionEntries.Bound(
        s_char, [pattern, LogicalType.Varchar],
        types => new RowFunction<NumberKernel, ReadOnlySpan<byte>>(s_char, types, LogicalType.Varchar, new(types[0])));

    private readonly struct TimeKernel(TypeKind kind) : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            result = default;
            bool isInfinite = kind == TypeKind.Date
                ? arguments.Get<int>(0, row) is int.MaxValue or int.MinValue
                : arguments.Get<long>(0, row) is long.MaxValue or long.MinValue;
            if (isInfinite) return false;
            TemplatePiece[] pieces = context.GetState<TemplateCache>().Of(arguments.Get<ReadOnlySpan<byte>>(1, row));
            Utf8Writer target = new(context.Text);
            DateTemplate.Append(ref target, LocalParts.Of(arguments, 0, row, kind, context), pieces);
            result = target.End();
            return true;
        }
    }

    /// <summary>An interval's months, days and time as if they were a date's.</summary>
    private readonly struct IntervalKernel : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            Interval interval = arguments.Get<Interval>(0, row);
            TemplatePiece[] pieces = context.GetState<TemplateCache>().Of(arguments.Get<ReadOnlySpan<byte>>(1, row));
            long rest = Math.Abs(interval.Microseconds);
            ClockParts parts = new()
            {
                Year = Math.Max(interval.Months / 12, 0), Month = Math.Clamp(interval.Months % 12, 0, 11),
                    Day = interval.Days, Zone = "", IsInterval = true,
                Hour = (int)Math.Min(rest / 3_600_000_000, int.MaxValue), Minute = (int)(rest / 60_000_000 % 60),
                Second = (int)(rest / 1_000_000 % 60), Microsecond = (int)(rest % 1_000_000),
            };
            Array.ForEach(pieces, piece =>
            {
                if ("MONTH MON DAY DY DDD WW IW RM CC D ID J Q W".Split(' ').Contains(piece.Word))
                {
                    throw new QueryException(
                        SqlStates.InvalidDatetimeFormat, $"Template pattern is not for intervals: {piece.Text}");
                }
            });
            Utf8Writer target = new(context.Text);
            DateTemplate.Append(ref target, parts, pieces);
            result = target.End();
            return true;
        }
    }

    private readonly struct NumberKernel(LogicalType type) : IRowKernel<ReadOnlySpan<byte>>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            NumberTemplate template =
                context.GetState<NumberTemplateCache>().Of(arguments.Get<ReadOnlySpan<byte>>(1, row));
            double number = type.Kind == TypeKind.Double ? arguments.Get<double>(0, row) : 0;
            string digits;
            bool isNegative;
            if (type.Kind == TypeKind.Double)
            {
                double scaled = number * Math.Pow(10, template.Shift);
                digits = double.IsFinite(scaled)
                    ? Math.Abs(scaled).ToString("F" + template.FractionDigits, CultureInfo.InvariantCulture) : "";
                isNegative = scaled < 0;
            }
            else
            {
                Int128 value = type.Physical == PhysicalType.Int128 ? arguments.Get<Int128>(0, row)
                    : arguments.Get<long>(0, row);
                number = DecimalMath.ToDouble(value, type.Scale);
                digits = Round(Int128.Abs(value), type.Scale - template.Shift, template.FractionDigits);
                isNegative = value < 0;
            }
            int point = digits.IndexOf('.', StringComparison.Ordinal);
            string whole = point < 0 ? digits : digits[..point];
            string fraction = point < 0 ? "" : digits[(point + 1)..];
            bool isZero = digits.AsSpan().IndexOfAnyExcept('0', '.') < 0;
            Utf8Writer target = new(context.Text);
            target.Append(digits.Length == 0
                ? double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity"
                : template.Format(isNegative && !isZero, whole, fraction, number));
            result = target.End();
            return true;
        }

        private static string Round(Int128 value, int scale, int digits)
        {
            if (scale < 0)
            {
                value *= PowersOfTen.Get(-scale);
                scale = 0;
            }
            if (scale > digits) (value, scale) = (PowersOfTen.DivideRounded(value, scale - digits), digits);
            string text = ValueText.FormatDecimal(value, scale);
            return scale == 0 &&
                digits > 0 ? text + "." + new string('0', digits) : text.PadRight(text.Length + digits - scale, '0');
        }
    }

    private readonly struct DateKernel : IRowKernel<int>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out int result)
        {
            TemplatePiece[] pieces = context.GetState<TemplateCache>().Of(arguments.Get<ReadOnlySpan<byte>>(1, row));
            result = (int)DateTemplate.Parse(arguments.Get<ReadOnlySpan<byte>>(0, row), pieces, out _).Days;
            return true;
        }
    }

    private readonly struct MomentKernel : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            TemplatePiece[] pieces = context.GetState<TemplateCache>().Of(arguments.Get<ReadOnlySpan<byte>>(1, row));
            ClockParts parts =
                DateTemplate.Parse(arguments.Get<ReadOnlySpan<byte>>(0, row), pieces, out bool hasOffset);
            result = hasOffset
                ? parts.Microseconds - (parts.Offset * 1_000_000L)
                : context.GetState<SessionZone>().Of(context.Session).ToUtc(parts.Microseconds);
            return true;
        }
    }

    private sealed class NumberTemplateCache
    {
        private byte[]? _text;
        private NumberTemplate? _template;

        public NumberTemplate Of(ReadOnlySpan<byte> text)
        {
            if (_text is not null && text.SequenceEqual(_text)) return _template!;
            _template = NumberTemplate.Parse(Encoding.UTF8.GetString(text));
            _text = text.ToArray();
            return _template;
        }
    }

    /// <summary>to_number: a constant template says how many digits stand after the point.</summary>
    private sealed class ToNumber(LogicalType[] types, int scale)
        : ScalarFunction(s_number, types, LogicalType.Decimal(LogicalType.MaxDecimalPrecision, scale))
    {
        public const int DefaultScale = 10;

        private readonly RowFunction<Kernel, Int128> _row =
            new(s_number, types, LogicalType.Decimal(LogicalType.MaxDecimalPrecision, scale), new(scale));

        public override ScalarFunction Specialize(ReadOnlySpan<Value?> constants) =>
            constants[1] is { IsNull: false } template
            ? new ToNumber([.. ArgumentTypes], NumberTemplate.Parse(template.AsText).FractionDigits)
            : this;

        public override void Evaluate(
            ReadOnlySpan<Vectors.ColumnVector> arguments, int count, Vectors.ColumnVector result,
                FunctionContext context) =>
            _row.Evaluate(arguments, count, result, context);

        private readonly struct Kernel(int scale) : IRowKernel<Int128>
        {
            public bool Run(in RowArguments arguments, int row, FunctionContext context, out Int128 result)
            {
                ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
                Span<byte> number = stackalloc byte[64];
                int length = 0;
                bool isNegative = false;
                foreach (byte b in text)
                {
                    isNegative |= b is (byte)'-' or (byte)'<';
                    bool counts = Ascii.IsDigit(b) || (b == '.' && number[..length].IndexOf((byte)'.') < 0);
                    if (counts && length < number.Length) number[length++] = b;
                }
                if (!NumberText.TryParseDecimal(number[..length], scale, out result, out _))
                {
                    throw new QueryException(
                        SqlStates.InvalidTextRepresentation,
                            $"Invalid input for type numeric: \"{Encoding.UTF8.GetString(text)}\"");
                }
                if (isNegative) result = -result;
                return true;
            }
        }
    }
}
