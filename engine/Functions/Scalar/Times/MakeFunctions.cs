using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>make_date(year, month, day)</summary>
internal readonly struct MakeDate : ITernaryFunction<long, long, long, SqlDate>
{
    public static FunctionInfo Info => new("make_date", "A date of its parts; negative years are BC.")
    {
        Category = "Dates and times", Example = "make_date(2013, 7, 15)", Returns = "2013-07-15",
            Flags = FunctionFlags.CanThrow,
    };

    public static SqlDate Apply(long year, long month, long day) => new((int)DaysOf(year, month, day));

    /// <summary>The day number of parts that must name a date.</summary>
    public static long DaysOf(long year, long month, long day)
    {
        // There is no year 0: -1 is 1 BC.
        long astronomical = year < 0 ? year + 1 : year;
        bool exists = year != 0 && Math.Abs(year) < 5_800_000 && month is >= 1 and <= 12 && day >= 1 &&
            day <= Calendar.DaysInMonth(astronomical, (int)month);
        if (!exists)
            throw new QueryException(
                SqlStates.DatetimeOverflow, $"Date field value is out of range: {year}-{month:00}-{day:00}");
        return Calendar.ToDays(astronomical, (int)month, (int)day);
    }
}

/// <summary>make_time(hour, minute, second)</summary>
internal readonly struct MakeTime : ITernaryFunction<long, long, double, SqlTime>
{
    public static FunctionInfo Info => new("make_time", "A time of its parts.")
    {
        Category = "Dates and times", Example = "make_time(8, 15, 23.5)", Returns = "08:15:23.5",
            Flags = FunctionFlags.CanThrow,
    };

    public static SqlTime Apply(long hour, long minute, double second) => new(ClockOf(hour, minute, second));

    /// <summary>Microseconds of parts that must name a time.</summary>
    public static long ClockOf(long hour, long minute, double second)
    {
        bool exists = hour is >= 0 and <= 24 && minute is >= 0 and <= 59 && second is >= 0 and <= 60;
        long microseconds = exists ? (((hour * 60) + minute) * 60_000_000) + (long)Math.Round(second * 1e6) : -1;
        if (!exists || microseconds > DateTimeText.MicrosecondsPerDay)
        {
            throw new QueryException(
                SqlStates.DatetimeOverflow, $"Time field value is out of range: {hour}:{minute:00}:{second:00}");
        }
        return microseconds;
    }
}

/// <summary>make_timestamp(microseconds)</summary>
internal readonly struct MakeTimestampOfMicroseconds : IUnaryFunction<long, SqlTimestamp>
{
    public static FunctionInfo Info => MakeTimestamp.Info;

    public static SqlTimestamp Apply(long microseconds) => new(microseconds);
}

/// <summary>make_timestamp(year, month, day, hour, minute, second)</summary>
internal sealed class MakeTimestamp(LogicalType result)
    : ScalarFunction(result.Kind == TypeKind.TimestampTz ? ZonedInfo : Info, s_types, result)
{
    private static readonly LogicalType[] s_types =
        [LogicalType.BigInt, LogicalType.BigInt, LogicalType.BigInt, LogicalType.BigInt, LogicalType.BigInt,
            LogicalType.Double];

    private readonly Drivers.RowFunction<Kernel, long> _row =
        new(Info, s_types, result, new(result.Kind == TypeKind.TimestampTz));

    public static new FunctionInfo Info =>
        new("make_timestamp", "A timestamp of its parts, or of microseconds since 1970.")
    {
        Category = "Dates and times", Example = "make_timestamp(2013, 7, 15, 8, 15, 23.5)",
            Returns = "2013-07-15 08:15:23.5",
        Flags = FunctionFlags.CanThrow,
    };

    public static FunctionInfo ZonedInfo =>
        new("make_timestamptz", "A moment of its parts, on the clock of the session's zone.")
    {
        Category = "Dates and times", Example = "make_timestamptz(2013, 7, 15, 8, 15, 23.5)",
            Returns = "2013-07-15 08:15:23.5+00",
        Flags = FunctionFlags.CanThrow | FunctionFlags.Stable,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(
            Info, [.. s_types.Select(t => (ParameterPattern)t)], _ => new MakeTimestamp(LogicalType.Timestamp)),
        FunctionEntries.Bound(
            ZonedInfo, [.. s_types.Select(t => (ParameterPattern)t)], _ => new MakeTimestamp(LogicalType.TimestampTz)),
    ];

    public override void Evaluate(
        ReadOnlySpan<Vectors.ColumnVector> arguments, int count, Vectors.ColumnVector result,
        FunctionContext context) =>
        _row.Evaluate(arguments, count, result, context);

    private readonly struct Kernel(bool isZoned) : Drivers.IRowKernel<long>
    {
        public bool Run(in Drivers.RowArguments arguments, int row, FunctionContext context, out long result)
        {
            long days =
                MakeDate.DaysOf(arguments.Get<long>(0, row), arguments.Get<long>(1, row), arguments.Get<long>(2, row));
            long clock = MakeTime.ClockOf(
                arguments.Get<long>(3, row), arguments.Get<long>(4, row), arguments.Get<double>(5, row));
            result = DateTimeMath.Add(0, new Interval(0, (int)days, clock));
            if (isZoned) result = context.GetState<SessionZone>().Of(context.Session).ToUtc(result);
            return true;
        }
    }
}

/// <summary>to_timestamp(seconds)</summary>
internal readonly struct ToTimestampOfSeconds : IUnaryFunction<double, SqlTimestampTz>
{
    public static FunctionInfo Info =>
        new("to_timestamp", "The moment so many seconds after 1970, or the one that a text names in a format.")
    {
        Category = "Dates and times", Example = "to_timestamp(1284352323)", Returns = "2010-09-13 04:32:03+00",
            Flags = FunctionFlags.CanThrow,
    };

    public static SqlTimestampTz Apply(double seconds)
    {
        if (double.IsPositiveInfinity(seconds)) return new(long.MaxValue);
        if (double.IsNegativeInfinity(seconds)) return new(long.MinValue);
        if (!(Math.Abs(seconds) < 9.2e12)) DateTimeMath.ThrowOutOfRange();
        return new((long)Math.Round(seconds * 1e6));
    }
}

/// <summary>epoch_ms(milliseconds)</summary>
internal readonly struct TimestampOfMilliseconds : IUnaryFunction<long, SqlTimestamp>
{
    public static FunctionInfo Info => new("epoch_ms", "The timestamp so many milliseconds after 1970, or back.")
    {
        Category = "Dates and times", Example = "epoch_ms(701222400000)", Returns = "1992-03-22 00:00:00",
            Flags = FunctionFlags.CanThrow,
    };

    public static SqlTimestamp Apply(long milliseconds)
    {
        if (milliseconds is > long.MaxValue / 1000 or < long.MinValue / 1000) DateTimeMath.ThrowOutOfRange();
        return new(milliseconds * 1000);
    }
}

/// <summary>epoch_ms(timestamp)</summary>
internal readonly struct MillisecondsOfTimestamp : IUnaryFunction<SqlTimestamp, long>
{
    public static FunctionInfo Info => TimestampOfMilliseconds.Info;

    public static long Apply(SqlTimestamp value) => Moments.FloorDivide(value.Microseconds, 1000);
}

/// <summary>epoch_us(timestamp)</summary>
internal readonly struct MicrosecondsOfTimestamp : IUnaryFunction<SqlTimestamp, long>
{
    public static FunctionInfo Info => new("epoch_us", "Microseconds since 1970.")
        { Category = "Dates and times", Example = "epoch_us(TIMESTAMP '1970-01-01 00:00:01')", Returns = "1000000" };

    public static long Apply(SqlTimestamp value) => value.Microseconds;
}

/// <summary>epoch(timestamp)</summary>
internal readonly struct EpochOfTimestamp : IUnaryFunction<SqlTimestamp, double>
{
    public static FunctionInfo Info => new("epoch", "Seconds since 1970.")
        { Category = "Dates and times", Example = "epoch(TIMESTAMP '1970-01-01 00:01:00')", Returns = "60" };

    public static double Apply(SqlTimestamp value) => value.Microseconds / 1e6;
}

/// <summary>epoch(interval)</summary>
internal readonly struct EpochOfInterval : IUnaryFunction<Interval, double>
{
    public static FunctionInfo Info => EpochOfTimestamp.Info;

    public static double Apply(Interval value) => (double)value.Span / 1e6;
}

/// <summary>
/// make_interval(years, months, weeks, days, hours, minutes, seconds) with fewer arguments from the end.
/// </summary>
internal sealed class MakeInterval(LogicalType[] types) : ScalarFunction(Info, types, LogicalType.Interval)
{
    private readonly Drivers.RowFunction<Kernel, Interval> _row =
        new(Info, types, LogicalType.Interval, new(types.Length));

    public static new FunctionInfo Info =>
        new("make_interval", "An interval of years, months, weeks, days, hours, minutes and seconds.")
    {
        Category = "Dates and times", Example = "make_interval(1, 2, 0, 10)", Returns = "1 year 2 mons 10 days",
            Flags = FunctionFlags.CanThrow,
    };

    public static IEnumerable<ScalarOverload> Overloads => Enumerable.Range(1, 7).Select(count =>
    {
        LogicalType[] types =
            [.. Enumerable.Range(0, count).Select(i => i == 6 ? LogicalType.Double : LogicalType.Integer)];
        return FunctionEntries.Bound(Info, [.. types.Select(t => (ParameterPattern)t)], _ => new MakeInterval(types));
    });

    public override void Evaluate(
        ReadOnlySpan<Vectors.ColumnVector> arguments, int count, Vectors.ColumnVector result,
        FunctionContext context) =>
        _row.Evaluate(arguments, count, result, context);

    private readonly struct Kernel(int count) : Drivers.IRowKernel<Interval>
    {
        public bool Run(in Drivers.RowArguments arguments, int row, FunctionContext context, out Interval result)
        {
            long months = (12L * Part(arguments, 0, row)) + Part(arguments, 1, row);
            long days = (7L * Part(arguments, 2, row)) + Part(arguments, 3, row);
            double seconds = count > 6 ? arguments.Get<double>(6, row) : 0;
            Int128 microseconds = ((((Int128)Part(arguments, 4, row) * 60) + Part(arguments, 5, row)) * 60_000_000)
                + (Int128)Math.Round(seconds * 1e6);
            if (months != (int)months || days != (int)days || microseconds != (long)microseconds)
                DateTimeMath.ThrowIntervalOutOfRange();
            result = new Interval((int)months, (int)days, (long)microseconds);
            return true;
        }

        private int Part(in Drivers.RowArguments arguments, int index, int row) =>
            index < count ? arguments.Get<int>(index, row) : 0;
    }
}
