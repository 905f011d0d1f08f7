using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;
using static ColFrag.Engine.Functions.FunctionEntries;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>+, -, * and / over dates, times and intervals.</summary>
internal static class DateTimeOperators
{
    private static readonly FunctionInfo s_add = new("+", "Moves a date or time; adds intervals.")
    {
        Category = "Dates and times", Example = "DATE '2001-09-28' + INTERVAL '1 hour'",
            Returns = "2001-09-28 01:00:00",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_subtract = new("-", "Moves a date or time back; the distance of two.")
    {
        Category = "Dates and times", Example = "DATE '2001-10-01' - DATE '2001-09-28'", Returns = "3",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_multiply = new("*", "An interval times a number.")
    {
        Category = "Dates and times", Example = "INTERVAL '1 second' * 900", Returns = "00:15:00",
            Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_divide = new("/", "An interval divided by a number.")
    {
        Category = "Dates and times", Example = "INTERVAL '1 hour' / 1.5", Returns = "00:40:00",
            Flags = FunctionFlags.CanThrow,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Binary<DatePlusDays, SqlDate, int, SqlDate>(), Binary<DaysPlusDate, int, SqlDate, SqlDate>(),
        Binary<DatePlusInterval, SqlDate, Interval, SqlTimestamp>(),
        Binary<IntervalPlusDate, Interval, SqlDate, SqlTimestamp>(),
        Binary<DatePlusTime, SqlDate, SqlTime, SqlTimestamp>(), Binary<TimePlusDate, SqlTime, SqlDate, SqlTimestamp>(),
        Binary<TimestampPlusInterval, SqlTimestamp, Interval, SqlTimestamp>(),
        Binary<IntervalPlusTimestamp, Interval, SqlTimestamp, SqlTimestamp>(),
        BinarySession<InstantPlusInterval, SqlTimestampTz, Interval, SqlTimestampTz>(),
        BinarySession<IntervalPlusInstant, Interval, SqlTimestampTz, SqlTimestampTz>(),
        Binary<TimePlusInterval, SqlTime, Interval, SqlTime>(), Binary<IntervalPlusTime, Interval, SqlTime, SqlTime>(),
        Binary<IntervalPlusInterval, Interval, Interval, Interval>(),
        Binary<DateMinusDays, SqlDate, int, SqlDate>(), Binary<DateMinusDate, SqlDate, SqlDate, int>(),
        Binary<DateMinusInterval, SqlDate, Interval, SqlTimestamp>(),
        Binary<TimestampMinusInterval, SqlTimestamp, Interval, SqlTimestamp>(),
        Binary<TimestampMinusTimestamp, SqlTimestamp, SqlTimestamp, Interval>(),
        BinarySession<InstantMinusInterval, SqlTimestampTz, Interval, SqlTimestampTz>(),
        Binary<InstantMinusInstant, SqlTimestampTz, SqlTimestampTz, Interval>(),
        Binary<TimeMinusInterval, SqlTime, Interval, SqlTime>(), Binary<TimeMinusTime, SqlTime, SqlTime, Interval>(),
        Binary<IntervalMinusInterval, Interval, Interval, Interval>(), Unary<MinusInterval, Interval, Interval>(),
        Binary<IntervalTimesNumber, Interval, double, Interval>(),
        Binary<NumberTimesInterval, double, Interval, Interval>(),
        Binary<IntervalByNumber, Interval, double, Interval>(),
    ];

    private static long ToTimestamp(SqlDate date)
    {
        if (date.Days == int.MaxValue) return long.MaxValue;
        if (date.Days == int.MinValue) return long.MinValue;
        if (!DateToTimestamp<Microseconds>.Convert(date.Days, null!, out long microseconds))
            DateTimeMath.ThrowOutOfRange();
        return microseconds;
    }

    private static SqlDate MoveDays(SqlDate date, long days)
    {
        if (date.Days is int.MaxValue or int.MinValue) return date;
        long moved = date.Days + days;
        if (moved is <= int.MinValue or >= int.MaxValue)
            throw new QueryException(SqlStates.DatetimeOverflow, "Date is out of range");
        return new SqlDate((int)moved);
    }

    private static SqlTime MoveTime(SqlTime time, Int128 microseconds) =>
        new((long)((((time.Microseconds + microseconds) % DateTimeText.MicrosecondsPerDay)
            + DateTimeText.MicrosecondsPerDay) % DateTimeText.MicrosecondsPerDay));

    private readonly struct DatePlusDays : IBinaryFunction<SqlDate, int, SqlDate>
    {
        public static FunctionInfo Info => s_add;

        public static SqlDate Apply(SqlDate x, int y) => MoveDays(x, y);
    }

    private readonly struct DaysPlusDate : IBinaryFunction<int, SqlDate, SqlDate>
    {
        public static FunctionInfo Info => s_add;

        public static SqlDate Apply(int x, SqlDate y) => MoveDays(y, x);
    }

    private readonly struct DatePlusInterval : IBinaryFunction<SqlDate, Interval, SqlTimestamp>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestamp Apply(SqlDate x, Interval y) => new(DateTimeMath.Add(ToTimestamp(x), y));
    }

    private readonly struct IntervalPlusDate : IBinaryFunction<Interval, SqlDate, SqlTimestamp>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestamp Apply(Interval x, SqlDate y) => new(DateTimeMath.Add(ToTimestamp(y), x));
    }

    private readonly struct DatePlusTime : IBinaryFunction<SqlDate, SqlTime, SqlTimestamp>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestamp Apply(SqlDate x, SqlTime y) =>
            new(DateTimeMath.Add(ToTimestamp(x), new Interval(0, 0, y.Microseconds)));
    }

    private readonly struct TimePlusDate : IBinaryFunction<SqlTime, SqlDate, SqlTimestamp>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestamp Apply(SqlTime x, SqlDate y) => DatePlusTime.Apply(y, x);
    }

    private readonly struct TimestampPlusInterval : IBinaryFunction<SqlTimestamp, Interval, SqlTimestamp>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestamp Apply(SqlTimestamp x, Interval y) => new(DateTimeMath.Add(x.Microseconds, y));
    }

    private readonly struct IntervalPlusTimestamp : IBinaryFunction<Interval, SqlTimestamp, SqlTimestamp>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestamp Apply(Interval x, SqlTimestamp y) => new(DateTimeMath.Add(y.Microseconds, x));
    }

    private readonly struct InstantPlusInterval : IBinarySessionFunction<SqlTimestampTz, Interval, SqlTimestampTz>
    {
        public static FunctionInfo Info => s_add with { Flags = FunctionFlags.CanThrow | FunctionFlags.Stable };

        public static SqlTimestampTz Apply(SqlTimestampTz x, Interval y, FunctionContext context) =>
            new(DateTimeMath.Add(x.Microseconds, y, context.GetState<SessionZone>().Of(context.Session)));
    }

    private readonly struct IntervalPlusInstant : IBinarySessionFunction<Interval, SqlTimestampTz, SqlTimestampTz>
    {
        public static FunctionInfo Info => InstantPlusInterval.Info;

        public static SqlTimestampTz Apply(Interval x, SqlTimestampTz y, FunctionContext context) =>
            InstantPlusInterval.Apply(y, x, context);
    }

    private readonly struct TimePlusInterval : IBinaryFunction<SqlTime, Interval, SqlTime>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTime Apply(SqlTime x, Interval y) => MoveTime(x, y.Microseconds);
    }

    private readonly struct IntervalPlusTime : IBinaryFunction<Interval, SqlTime, SqlTime>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTime Apply(Interval x, SqlTime y) => MoveTime(y, x.Microseconds);
    }

    private readonly struct IntervalPlusInterval : IBinaryFunction<Interval, Interval, Interval>
    {
        public static FunctionInfo Info => s_add;

        public static Interval Apply(Interval x, Interval y) => DateTimeMath.Add(x, y);
    }

    private readonly struct DateMinusDays : IBinaryFunction<SqlDate, int, SqlDate>
    {
        public static FunctionInfo Info => s_subtract;

        public static SqlDate Apply(SqlDate x, int y) => MoveDays(x, -(long)y);
    }

    private readonly struct DateMinusDate : IBinaryFunction<SqlDate, SqlDate, int>
    {
        public static FunctionInfo Info => s_subtract;

        public static int Apply(SqlDate x, SqlDate y)
        {
            if (x.Days is int.MaxValue or int.MinValue || y.Days is int.MaxValue or int.MinValue)
            {
                throw new QueryException(SqlStates.DatetimeOverflow, "Cannot subtract infinite dates");
            }
            long days = (long)x.Days - y.Days;
            if (days != (int)days) Arithmetic.ThrowOverflow(LogicalType.Integer);
            return (int)days;
        }
    }

    private readonly struct DateMinusInterval : IBinaryFunction<SqlDate, Interval, SqlTimestamp>
    {
        public static FunctionInfo Info => s_subtract;

        public static SqlTimestamp Apply(SqlDate x, Interval y) =>
            new(DateTimeMath.Add(ToTimestamp(x), DateTimeMath.Negate(y)));
    }

    private readonly struct TimestampMinusInterval : IBinaryFunction<SqlTimestamp, Interval, SqlTimestamp>
    {
        public static FunctionInfo Info => s_subtract;

        public static SqlTimestamp Apply(SqlTimestamp x, Interval y) =>
            new(DateTimeMath.Add(x.Microseconds, DateTimeMath.Negate(y)));
    }

    private readonly struct TimestampMinusTimestamp : IBinaryFunction<SqlTimestamp, SqlTimestamp, Interval>
    {
        public static FunctionInfo Info => s_subtract;

        public static Interval Apply(SqlTimestamp x, SqlTimestamp y) =>
            DateTimeMath.Difference(x.Microseconds, y.Microseconds);
    }

    private readonly struct InstantMinusInterval : IBinarySessionFunction<SqlTimestampTz, Interval, SqlTimestampTz>
    {
        public static FunctionInfo Info => s_subtract with { Flags = FunctionFlags.CanThrow | FunctionFlags.Stable };

        public static SqlTimestampTz Apply(SqlTimestampTz x, Interval y, FunctionContext context) =>
            InstantPlusInterval.Apply(x, DateTimeMath.Negate(y), context);
    }

    private readonly struct InstantMinusInstant : IBinaryFunction<SqlTimestampTz, SqlTimestampTz, Interval>
    {
        public static FunctionInfo Info => s_subtract;

        public static Interval Apply(SqlTimestampTz x, SqlTimestampTz y) =>
            DateTimeMath.Difference(x.Microseconds, y.Microseconds);
    }

    private readonly struct TimeMinusInterval : IBinaryFunction<SqlTime, Interval, SqlTime>
    {
        public static FunctionInfo Info => s_subtract;

        public static SqlTime Apply(SqlTime x, Interval y) => MoveTime(x, -(Int128)y.Microseconds);
    }

    private readonly struct TimeMinusTime : IBinaryFunction<SqlTime, SqlTime, Interval>
    {
        public static FunctionInfo Info => s_subtract;

        public static Interval Apply(SqlTime x, SqlTime y) => new(0, 0, x.Microseconds - y.Microseconds);
    }

    private readonly struct IntervalMinusInterval : IBinaryFunction<Interval, Interval, Interval>
    {
        public static FunctionInfo Info => s_subtract;

        public static Interval Apply(Interval x, Interval y) => DateTimeMath.Add(x, DateTimeMath.Negate(y));
    }

    private readonly struct MinusInterval : IUnaryFunction<Interval, Interval>
    {
        public static FunctionInfo Info => s_subtract;

        public static Interval Apply(Interval x) => DateTimeMath.Negate(x);
    }

    private readonly struct IntervalTimesNumber : IBinaryFunction<Interval, double, Interval>
    {
        public static FunctionInfo Info => s_multiply;

        public static Interval Apply(Interval x, double y) => DateTimeMath.Multiply(x, y);
    }

    private readonly struct NumberTimesInterval : IBinaryFunction<double, Interval, Interval>
    {
        public static FunctionInfo Info => s_multiply;

        public static Interval Apply(double x, Interval y) => DateTimeMath.Multiply(y, x);
    }

    private readonly struct IntervalByNumber : IBinaryFunction<Interval, double, Interval>
    {
        public static FunctionInfo Info => s_divide;

        public static Interval Apply(Interval x, double y)
        {
            if (y == 0) Arithmetic.ThrowDivisionByZero();
            return DateTimeMath.Multiply(x, 1 / y);
        }
    }
}
