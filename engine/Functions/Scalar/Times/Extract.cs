using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>
/// extract(part, x) and date_part(part, x) of dates, timestamps, times and intervals. extract is exact as in
/// PostgreSQL: DECIMAL, with six digits for seconds and epochs; date_part is DOUBLE.
/// </summary>
internal sealed class Extract : ScalarFunction
{
    private const int Scale = 6;
    private static readonly FunctionInfo s_extract =
        new("extract", "A part of a date or time: year, month, day, hour, dow, week, epoch and others.")
    {
        Category = "Dates and times", Example = "extract(year FROM DATE '2001-02-16')", Returns = "2001",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_datePart = new("date_part", "A part of a date or time, as DOUBLE.")
    {
        Category = "Dates and times", Aliases = ["datepart"],
            Example = "date_part('hour', TIMESTAMP '2001-02-16 20:38:40')", Returns = "20",
        Flags = FunctionFlags.CanThrow,
    };

    private readonly ScalarFunction _row;
    private readonly bool _isSpecialized;

    private Extract(FunctionInfo info, LogicalType[] types, LogicalType result, DateTimeUnit? unit)
        : base(types[1].Kind == TypeKind.TimestampTz ? info with { Flags = info.Flags | FunctionFlags.Stable } : info,
            types, result)
    {
        _isSpecialized = unit is not null;
        _row = result.Kind == TypeKind.Double
            ? new RowFunction<DoubleKernel, double>(Info, types, result, new(types[1].Kind))
            : new RowFunction<DecimalKernel, long>(Info, types, result, new(types[1].Kind, result.Scale));
    }

    public static IEnumerable<ScalarOverload> Overloads =>
        new[]
        {
            LogicalType.Date, LogicalType.Timestamp, LogicalType.TimestampTz, LogicalType.Time, LogicalType.TimeTz,
            LogicalType.Interval,
        }.SelectMany(type => new[]
        {
            FunctionEntries.Bound(
                s_extract, [LogicalType.Varchar, type], types =>
                    new Extract(s_extract, types, LogicalType.Decimal(18, Scale), null)),
            FunctionEntries.Bound(s_datePart, [LogicalType.Varchar, type], types =>
                new Extract(s_datePart, types, LogicalType.Double, null)),
        });

    public override ScalarFunction Specialize(ReadOnlySpan<Value?> constants)
    {
        if (_isSpecialized || ResultType.Kind == TypeKind.Double || constants[0] is not { IsNull: false } part)
            return this;
        DateTimeUnit unit = DateTimePartOf.Parse(part.AsBytes);
        int scale = unit switch
        {
            DateTimeUnit.Second or DateTimeUnit.Epoch or DateTimeUnit.Julian => Scale,
            DateTimeUnit.Millisecond => 3,
            _ => 0,
        };
        return new Extract(Info, [.. ArgumentTypes], LogicalType.Decimal(18, scale), unit);
    }

    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context) =>
        _row.Evaluate(arguments, count, result, context);

    private readonly struct DecimalKernel(TypeKind kind, int scale) : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            DateTimeUnit unit = context.GetState<PartCache>().Parse(arguments.Get<ReadOnlySpan<byte>>(0, row));
            bool isThere = DateTimePartOf.TryGet(arguments, row, kind, unit, context, out Int128 millionths);
            Int128 value = PowersOfTen.DivideRounded(millionths, Scale - scale);
            if (value != (long)value) Arithmetic.ThrowOverflow(LogicalType.Decimal(18, scale));
            result = (long)value;
            return isThere;
        }
    }

    private readonly struct DoubleKernel(TypeKind kind) : IRowKernel<double>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out double result)
        {
            DateTimeUnit unit = context.GetState<PartCache>().Parse(arguments.Get<ReadOnlySpan<byte>>(0, row));
            bool isThere = DateTimePartOf.TryGet(arguments, row, kind, unit, context, out Int128 millionths);
            result = (double)millionths / 1e6;
            if (isThere || !GrowsForEver(unit)) return isThere;
            bool isPositive = kind == TypeKind.Date
                ? arguments.Get<int>(1, row) > 0 : arguments.Get<long>(1, row) > 0;
            result = isPositive ? double.PositiveInfinity : double.NegativeInfinity;
            return true;
        }

        // The parts that infinite moments have, as in PostgreSQL.
        private static bool GrowsForEver(DateTimeUnit unit) => unit is DateTimeUnit.Year or DateTimeUnit.Decade
            or DateTimeUnit.Century or DateTimeUnit.Millennium or DateTimeUnit.IsoYear or DateTimeUnit.Julian
            or DateTimeUnit.Epoch;
    }
}

/// <summary>The part that was asked for last; nearly always the same for all rows.</summary>
internal sealed class PartCache
{
    private byte[] _name = [];
    private DateTimeUnit _unit;

    public DateTimeUnit Parse(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(_name)) return _unit;
        _unit = DateTimePartOf.Parse(name);
        _name = name.ToArray();
        return _unit;
    }
}

/// <summary>Parts of dates and times as millionths.</summary>
internal static class DateTimePartOf
{
    private const long Second = DateTimeText.MicrosecondsPerSecond;
    private const long Day = DateTimeText.MicrosecondsPerDay;

    /// <summary>The unit of a name.</summary>
    /// <exception cref="QueryException">22023: there is none.</exception>
    public static DateTimeUnit Parse(ReadOnlySpan<byte> name) => DateTimeUnits.TryParse(name, out DateTimeUnit unit)
        ? unit
        : throw new QueryException(
            SqlStates.InvalidParameterValue,
            $"Unit is not recognized: \"{System.Text.Encoding.UTF8.GetString(name)}\"");

    /// <summary>A part of the second argument, in millionths; false where infinite moments have none.</summary>
    public static bool TryGet(
        in RowArguments arguments, int row, TypeKind kind, DateTimeUnit unit, FunctionContext context,
        out Int128 millionths)
    {
        millionths = 0;
        switch (kind)
        {
            case TypeKind.Date:
                int days = arguments.Get<int>(1, row);
                if (days is int.MaxValue or int.MinValue) return false;
                millionths = unit == DateTimeUnit.Epoch ? (Int128)days * Day : OfDay(days, unit) * Second;
                return true;
            case TypeKind.Time:
                long time = arguments.Get<long>(1, row);
                millionths = unit == DateTimeUnit.Epoch ? time : OfClock(time, unit);
                return true;
            case TypeKind.TimeTz:
                TimeWithZone zoned = TimeWithZone.Unpack(arguments.Get<long>(1, row));
                millionths = unit switch
                {
                    DateTimeUnit.Epoch => zoned.UtcMicroseconds,
                    DateTimeUnit.TimeZone or DateTimeUnit.TimeZoneHour or DateTimeUnit.TimeZoneMinute =>
                        OfOffset(zoned.OffsetSeconds, unit),
                    _ => OfClock(zoned.Microseconds, unit),
                };
                return true;
            case TypeKind.Interval:
                millionths = OfInterval(arguments.Get<Interval>(1, row), unit);
                return true;
        }
        long moment = arguments.Get<long>(1, row);
        if (moment is long.MaxValue or long.MinValue) return false;
        millionths = kind == TypeKind.TimestampTz
            ? OfInstant(moment, unit, context.GetState<SessionZone>().Of(context.Session))
            : OfTimestamp(moment, unit);
        return true;
    }

    /// <summary>A part of a day, whole.</summary>
    public static long OfDay(long days, DateTimeUnit unit)
    {
        switch (unit)
        {
            case DateTimeUnit.DayOfWeek: return DateTimeMath.DayOfWeek(days);
            case DateTimeUnit.IsoDayOfWeek: return DateTimeMath.DayOfWeek(days) is 0 ? 7 : DateTimeMath.DayOfWeek(days);
            case DateTimeUnit.DayOfYear: return DateTimeMath.DayOfYear(days);
            case DateTimeUnit.Week: return DateTimeMath.IsoWeek(days);
            case DateTimeUnit.IsoYear:
                long isoYear = DateTimeMath.IsoYear(days);
                return isoYear > 0 ? isoYear : isoYear - 1;
            case DateTimeUnit.YearWeek: return (DateTimeMath.IsoYear(days) * 100) + DateTimeMath.IsoWeek(days);
            case DateTimeUnit.Julian: return days + 2_440_588;
        }
        (long year, int month, int day) = Calendar.FromDays(days);
        // Years before 1 are counted from -1, as people do.
        long shown = year > 0 ? year : year - 1;
        return unit switch
        {
            DateTimeUnit.Year => shown,
            DateTimeUnit.Month => month,
            DateTimeUnit.Day => day,
            DateTimeUnit.Quarter => ((month - 1) / 3) + 1,
            DateTimeUnit.Decade => Moments.FloorDivide(year, 10),
            DateTimeUnit.Century => year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100),
            DateTimeUnit.Millennium => year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000),
            DateTimeUnit.Era => year > 0 ? 1 : 0,
            DateTimeUnit.Hour or DateTimeUnit.Minute or DateTimeUnit.Second or DateTimeUnit.Millisecond
                or DateTimeUnit.Microsecond => 0,
            _ => throw NotSupported(unit, "date"),
        };
    }

    private static Int128 OfTimestamp(long microseconds, DateTimeUnit unit)
    {
        if (unit == DateTimeUnit.Epoch) return microseconds;
        if (unit <= DateTimeUnit.Hour) return OfClock(Moments.FloorMod(microseconds, Day), unit);
        long days = Moments.FloorDivide(microseconds, Day);
        if (unit == DateTimeUnit.Julian)
            return (((Int128)days + 2_440_588) * Second) + (Moments.FloorMod(microseconds, Day) / 86_400);
        return OfDay(days, unit) * (Int128)Second;
    }

    private static Int128 OfInstant(long utc, DateTimeUnit unit, TimeZoneRules zone)
    {
        int offset = zone.OffsetAt(utc);
        return unit switch
        {
            DateTimeUnit.Epoch => utc,
            DateTimeUnit.TimeZone or DateTimeUnit.TimeZoneHour or DateTimeUnit.TimeZoneMinute =>
                OfOffset(offset, unit),
            _ => OfTimestamp(utc + (offset * Second), unit),
        };
    }

    private static Int128 OfOffset(int offset, DateTimeUnit unit) => (Int128)Second * unit switch
    {
        DateTimeUnit.TimeZoneHour => offset / 3600,
        DateTimeUnit.TimeZoneMinute => offset / 60 % 60,
        _ => offset,
    };

    private static Int128 OfClock(long microseconds, DateTimeUnit unit) => unit switch
    {
        DateTimeUnit.Hour => microseconds / (3_600 * Second) * Second,
        DateTimeUnit.Minute => microseconds / (60 * Second) % 60 * Second,
        DateTimeUnit.Second => microseconds % (60 * Second),
        DateTimeUnit.Millisecond => (Int128)(microseconds % (60 * Second)) * 1_000,
        DateTimeUnit.Microsecond => (Int128)(microseconds % (60 * Second)) * 1_000_000,
        _ => throw NotSupported(unit, "time"),
    };

    private static Int128 OfInterval(Interval interval, DateTimeUnit unit)
    {
        long years = interval.Months / 12;
        Int128 whole = unit switch
        {
            DateTimeUnit.Year => years,
            DateTimeUnit.Month => interval.Months % 12,
            DateTimeUnit.Quarter => (interval.Months % 12 / 3) + 1,
            DateTimeUnit.Decade => years / 10,
            DateTimeUnit.Century => years / 100,
            DateTimeUnit.Millennium => years / 1000,
            DateTimeUnit.Day => interval.Days,
            DateTimeUnit.Hour => interval.Microseconds / (3_600 * Second),
            DateTimeUnit.Minute => interval.Microseconds / (60 * Second) % 60,
            _ => 0,
        };
        return unit switch
        {
            DateTimeUnit.Second => interval.Microseconds % (60 * Second),
            DateTimeUnit.Millisecond => (Int128)(interval.Microseconds % (60 * Second)) * 1_000,
            DateTimeUnit.Microsecond => (Int128)(interval.Microseconds % (60 * Second)) * 1_000_000,
            // A year of an interval is 365.25 days here, a month 30.
            DateTimeUnit.Epoch =>
                interval.Microseconds + (interval.Days * (Int128)Day) + (interval.Months % 12 * (Int128)30 * Day) +
                (years * (Int128)31_557_600 * Second),
            <= DateTimeUnit.Millennium and not DateTimeUnit.Week => whole * Second,
            _ => throw NotSupported(unit, "interval"),
        };
    }

    private static QueryException NotSupported(DateTimeUnit unit, string type) => new(
        SqlStates.FeatureNotSupported,
        $"Unit \"{unit.ToString().ToLowerInvariant()}\" is not supported for type {type}");
}
