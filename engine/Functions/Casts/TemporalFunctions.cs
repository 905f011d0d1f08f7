using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts among dates, times and timestamps.</summary>
internal static class TemporalFunctions
{
    /// <summary>The cast, or null where there is none.</summary>
    public static ScalarFunction? Find(LogicalType from, LogicalType to, CastFailure failure) => from.Kind switch
    {
        TypeKind.Date => FromDate(from, to, failure),
        TypeKind.TimestampSeconds => FromTimestamp<Seconds>(from, to, failure),
        TypeKind.TimestampMilliseconds => FromTimestamp<Milliseconds>(from, to, failure),
        TypeKind.Timestamp => FromTimestamp<Microseconds>(from, to, failure),
        TypeKind.TimestampNanoseconds => FromTimestamp<Nanoseconds>(from, to, failure),
        TypeKind.TimestampTz => FromTimestampTz(from, to, failure),
        TypeKind.TimeTz when to.Kind == TypeKind.Time =>
            CastFunctions.Row<TimeTzToTime, long>(from, to, default, FunctionFlags.None),
        TypeKind.Time when to.Kind == TypeKind.TimeTz =>
            CastFunctions.Row<TimeToTimeTz, long>(from, to, default, TimeTzCasts.Flags),
        TypeKind.Time when to.Kind == TypeKind.Interval =>
            CastFunctions.Row<TimeToInterval, Interval>(from, to, default, FunctionFlags.None),
        TypeKind.Interval when to.Kind == TypeKind.Time =>
            CastFunctions.Row<IntervalToTime, long>(from, to, default, FunctionFlags.None),
        _ => null,
    };

    private static ScalarFunction? FromDate(LogicalType from, LogicalType to, CastFailure failure) => to.Kind switch
    {
        TypeKind.TimestampSeconds => OfDate<DateToTimestamp<Seconds>>(from, to, failure),
        TypeKind.TimestampMilliseconds => OfDate<DateToTimestamp<Milliseconds>>(from, to, failure),
        TypeKind.Timestamp => OfDate<DateToTimestamp<Microseconds>>(from, to, failure),
        TypeKind.TimestampNanoseconds => OfDate<DateToTimestamp<Nanoseconds>>(from, to, failure),
        TypeKind.TimestampTz => OfDate<Then<DateToTimestamp<Microseconds>, LocalToUtc>>(from, to, failure),
        _ => null,
    };

    private static ScalarFunction? FromTimestamp<TUnit>(LogicalType from, LogicalType to, CastFailure failure)
        where TUnit : struct, ITimeUnit => to.Kind switch
    {
        TypeKind.Date => CastFunctions.Row<TimeCast<TimestampToDate<TUnit>, long, int>, int>(from, to, new(failure)),
        TypeKind.Time => OfTimestamp<TimestampToTime<TUnit>>(from, to, failure),
        TypeKind.TimestampSeconds => OfTimestamp<ChangeUnit<TUnit, Seconds>>(from, to, failure),
        TypeKind.TimestampMilliseconds => OfTimestamp<ChangeUnit<TUnit, Milliseconds>>(from, to, failure),
        TypeKind.Timestamp => OfTimestamp<ChangeUnit<TUnit, Microseconds>>(from, to, failure),
        TypeKind.TimestampNanoseconds => OfTimestamp<ChangeUnit<TUnit, Nanoseconds>>(from, to, failure),
        TypeKind.TimestampTz => OfTimestamp<Then<ChangeUnit<TUnit, Microseconds>, LocalToUtc>>(from, to, failure),
        _ => null,
    };

    private static ScalarFunction? FromTimestampTz(LogicalType from, LogicalType to, CastFailure failure) =>
        to.Kind switch
    {
        TypeKind.Date =>
            CastFunctions.Row<TimeCast<Then<UtcToLocal, TimestampToDate<Microseconds>>, long, int>,
                int>(from, to, new(failure)),
        TypeKind.Time => OfTimestamp<Then<UtcToLocal, TimestampToTime<Microseconds>>>(from, to, failure),
        TypeKind.TimeTz => CastFunctions.Row<InstantToTimeTz, long>(from, to, default, TimeTzCasts.Flags),
        TypeKind.TimestampSeconds =>
            OfTimestamp<Then<UtcToLocal, ChangeUnit<Microseconds, Seconds>>>(from, to, failure),
        TypeKind.TimestampMilliseconds =>
            OfTimestamp<Then<UtcToLocal, ChangeUnit<Microseconds, Milliseconds>>>(from, to, failure),
        TypeKind.Timestamp => OfTimestamp<UtcToLocal>(from, to, failure),
        TypeKind.TimestampNanoseconds =>
            OfTimestamp<Then<UtcToLocal, ChangeUnit<Microseconds, Nanoseconds>>>(from, to, failure),
        _ => null,
    };

    // What depends on the session's zone is stable, not immutable: a plan may be kept, its folded constants may not.
    private static FunctionFlags FlagsOf(LogicalType from, LogicalType to) =>
        FunctionFlags.CanThrow | FunctionFlags.MayReturnNull |
        (from.Kind == TypeKind.TimestampTz || to.Kind == TypeKind.TimestampTz ? FunctionFlags.Stable : 0);

    private static ScalarFunction OfDate<T>(LogicalType from, LogicalType to, CastFailure failure)
        where T : struct, ITimeConversion =>
            CastFunctions.Row<TimeCast<T, int, long>, long>(from, to, new(failure), FlagsOf(from, to));

    private static ScalarFunction OfTimestamp<T>(LogicalType from, LogicalType to, CastFailure failure)
        where T : struct, ITimeConversion =>
            CastFunctions.Row<TimeCast<T, long, long>, long>(from, to, new(failure), FlagsOf(from, to));
}
