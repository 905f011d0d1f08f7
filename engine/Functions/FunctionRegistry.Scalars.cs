using ColFrag.Engine.Functions.Json;
using ColFrag.Engine.Functions.Nested;
using ColFrag.Engine.Functions.Nested.Lists;
using ColFrag.Engine.Functions.Scalar.Catalog;
using ColFrag.Engine.Functions.Scalar.Conditional;
using ColFrag.Engine.Functions.Scalar.Numbers;
using ColFrag.Engine.Functions.Scalar.Strings;
using Utf8Text = System.ReadOnlySpan<byte>;
using ColFrag.Engine.Functions.Scalar.Times;
using ColFrag.Engine.Functions.Scalar.Various;
using ColFrag.Engine.Types;
using static ColFrag.Engine.Functions.FunctionEntries;

namespace ColFrag.Engine.Functions;

/// <content>The scalar functions, a line each.</content>
internal sealed partial class FunctionRegistry
{
    private static IEnumerable<ScalarOverload> AllScalars =>
    [
        .. Numbers, .. Strings, .. Times, .. Various, .. Nested, .. CatalogFunctions.Overloads,
            .. SessionFunctions.Overloads,
    ];

    private static IEnumerable<ScalarOverload> Numbers =>
    [
        .. Rounding.Overloads,
        .. DecimalFunctions.Overloads,
        Unary<Absolute<short>, short, short>(), Unary<Absolute<int>, int, int>(), Unary<Absolute<long>, long, long>(),
        Unary<Absolute<Int128>, Int128, Int128>(), Unary<Absolute<float>, float, float>(), Unary<Absolute<double>, double, double>(),
        Unary<Sign, double, double>(),
        Binary<Modulo<short>, short, short, short>(), Binary<Modulo<int>, int, int, int>(), Binary<Modulo<long>, long, long, long>(),
        Binary<Modulo<Int128>, Int128, Int128, Int128>(), Binary<ModuloDouble, double, double, double>(),
        Binary<WholeDivide, long, long, long>(),
        Binary<FloatDivide, double, double, double>(),
        Binary<GreatestCommonDivisor, long, long, long>(),
        Binary<LeastCommonMultiple, long, long, long>(),
        Unary<Factorial, int, Int128>(),
        Unary<Even, double, double>(),
        Unary<Sqrt, double, double>(),
        Unary<Cbrt, double, double>(),
        Unary<Exp, double, double>(),
        Unary<Ln, double, double>(),
        Unary<Log10, double, double>(),
        Unary<Log2, double, double>(),
        Binary<LogBase, double, double, double>(),
        Binary<Power, double, double, double>(),
        Unary<Sin, double, double>(),
        Unary<Cos, double, double>(),
        Unary<Tan, double, double>(),
        Unary<Cot, double, double>(),
        Unary<Asin, double, double>(),
        Unary<Acos, double, double>(),
        Unary<Atan, double, double>(),
        Binary<Atan2, double, double, double>(),
        Unary<Sinh, double, double>(),
        Unary<Cosh, double, double>(),
        Unary<Tanh, double, double>(),
        Unary<Asinh, double, double>(),
        Unary<Acosh, double, double>(),
        Unary<Atanh, double, double>(),
        Unary<Degrees, double, double>(),
        Unary<Radians, double, double>(),
        Unary<Gamma, double, double>(),
        Unary<LogGamma, double, double>(),
        Nullary<Pi, double>(),
        Bound(RandomFunction.Definition, [], _ => new RandomFunction()),
        Unary<IsNaN, double, bool>(),
        Unary<IsInfinite, double, bool>(),
        Unary<IsFinite, double, bool>(),
        Quaternary<WidthBucket, double, double, double, int, int>(),
        Unary<BitCount<short>, short, int>(), Unary<BitCount<int>, int, int>(), Unary<BitCount<long>, long, int>(),
        .. BitOperators<short>(), .. BitOperators<int>(), .. BitOperators<long>(), .. BitOperators<Int128>(),
    ];

    private static IEnumerable<ScalarOverload> Strings =>
    [
        Unary<Length, Utf8Text, int>(), Unary<BlobLengthAsLength, SqlBlob, int>(),
        Unary<OctetLength, Utf8Text, int>(), Unary<BlobLength, SqlBlob, int>(),
        Unary<BitLength, Utf8Text, int>(),
        Unary<AsciiCode, Utf8Text, int>(),
        UnaryText<Character, int>(),
        UnaryText<Lower, Utf8Text>(),
        UnaryText<Upper, Utf8Text>(),
        UnaryText<InitCap, Utf8Text>(),
        UnaryText<Reverse, Utf8Text>(),
        Binary<SubstringFrom, Utf8Text, long, Utf8Text>(), Ternary<Substring, Utf8Text, long, long, Utf8Text>(),
        Ternary<BlobSubstring, SqlBlob, long, long, SqlBlob>(),
        Binary<Left, Utf8Text, long, Utf8Text>(),
        Binary<Right, Utf8Text, long, Utf8Text>(),
        Ternary<SplitPart, Utf8Text, Utf8Text, long, Utf8Text>(),
        TernaryText<OverlayWhole, Utf8Text, Utf8Text, long>(), QuaternaryText<Overlay, Utf8Text, Utf8Text, long, long>(),
        Unary<TrimSpaces<BothEnds>, Utf8Text, Utf8Text>(), Binary<TrimCharacters<BothEnds>, Utf8Text, Utf8Text, Utf8Text>(),
        Unary<TrimSpaces<StartOnly>, Utf8Text, Utf8Text>(), Binary<TrimCharacters<StartOnly>, Utf8Text, Utf8Text, Utf8Text>(),
        Unary<TrimSpaces<EndOnly>, Utf8Text, Utf8Text>(), Binary<TrimCharacters<EndOnly>, Utf8Text, Utf8Text, Utf8Text>(),
        BinaryText<PadLeftSpaces, Utf8Text, long>(), TernaryText<PadLeft, Utf8Text, long, Utf8Text>(),
        BinaryText<PadRightSpaces, Utf8Text, long>(), TernaryText<PadRight, Utf8Text, long, Utf8Text>(),
        BinaryText<Repeat, Utf8Text, long>(),
        Binary<Position, Utf8Text, Utf8Text, int>(),
        Binary<PositionIn, Utf8Text, Utf8Text, int>(),
        Binary<StartsWith, Utf8Text, Utf8Text, bool>(),
        Binary<EndsWith, Utf8Text, Utf8Text, bool>(),
        Binary<Contains, Utf8Text, Utf8Text, bool>(),
        TernaryText<Replace, Utf8Text, Utf8Text, Utf8Text>(),
        TernaryText<Translate, Utf8Text, Utf8Text, Utf8Text>(),
        Binary<Levenshtein, Utf8Text, Utf8Text, int>(),
        Binary<Hamming, Utf8Text, Utf8Text, int>(),
        .. PatternTests.Overloads,
        .. RegexpReplace.Overloads,
        .. PatternExtract.Overloads,
        BinaryText<Concatenate, Utf8Text, Utf8Text>(), BinarySession<ConcatenateBlobs, SqlBlob, SqlBlob, SqlBlob>(),
        .. ConcatFunction.Overloads,
        UnaryText<Md5, Utf8Text>(),
        UnaryText<Sha1, Utf8Text>(),
        UnaryText<Sha256, Utf8Text>(),
        UnaryText<ToHex<int>, int>(), UnaryText<ToHex<long>, long>(), UnaryText<TextToHex, Utf8Text>(),
        BinaryText<Encode, SqlBlob, Utf8Text>(),
        BinarySession<Decode, Utf8Text, Utf8Text, SqlBlob>(),
        UnaryText<ToBase64, SqlBlob>(),
        UnarySession<FromBase64, Utf8Text, SqlBlob>(),
        UnarySession<FromHex, Utf8Text, SqlBlob>(),
        UnaryText<QuoteLiteral, Utf8Text>(),
        UnaryText<QuoteIdentifier, Utf8Text>(),
    ];

    private static IEnumerable<ScalarOverload> Times =>
    [
        .. DateTimeOperators.Overloads,
        .. Extract.Overloads,
        BinarySession<DateTrunc, Utf8Text, SqlTimestamp, SqlTimestamp>(),
        BinarySession<DateTruncInstant, Utf8Text, SqlTimestampTz, SqlTimestampTz>(),
        TernarySession<DateTruncInZone, Utf8Text, SqlTimestampTz, Utf8Text, SqlTimestampTz>(),
        BinarySession<DateTruncInterval, Utf8Text, Interval, Interval>(),
        Ternary<DateBin, Interval, SqlTimestamp, SqlTimestamp, SqlTimestamp>(), Binary<TimeBucket, Interval, SqlTimestamp, SqlTimestamp>(),
        Unary<LastDay, SqlDate, SqlDate>(),
        .. PartOf<YearUnit>(),
        .. PartOf<MonthUnit>(),
        .. PartOf<DayUnit>(),
        .. PartOf<QuarterUnit>(),
        .. PartOf<WeekUnit>(),
        .. PartOf<DayOfWeekUnit>(),
        .. PartOf<IsoDayOfWeekUnit>(),
        .. PartOf<DayOfYearUnit>(),
        .. PartOf<IsoYearUnit>(),
        .. PartOf<DecadeUnit>(),
        .. PartOf<CenturyUnit>(),
        .. PartOf<MillenniumUnit>(),
        .. PartOf<YearWeekUnit>(),
        .. PartOf<JulianUnit>(),
        .. PartOf<EraUnit>(),
        Unary<PartOfTimestamp<HourUnit>, SqlTimestamp, long>(), Unary<PartOfTime<HourUnit>, SqlTime, long>(),
        Unary<PartOfTimestamp<MinuteUnit>, SqlTimestamp, long>(), Unary<PartOfTime<MinuteUnit>, SqlTime, long>(),
        Unary<PartOfTimestamp<SecondUnit>, SqlTimestamp, long>(), Unary<PartOfTime<SecondUnit>, SqlTime, long>(),
        Unary<PartOfTimestamp<MillisecondUnit>, SqlTimestamp, long>(), Unary<PartOfTime<MillisecondUnit>, SqlTime, long>(),
        Unary<PartOfTimestamp<MicrosecondUnit>, SqlTimestamp, long>(), Unary<PartOfTime<MicrosecondUnit>, SqlTime, long>(),
        UnaryText<DayName, SqlDate>(),
        UnaryText<MonthName, SqlDate>(),
        Nullary<Now, SqlTimestampTz>(),
        Nullary<StatementTimestamp, SqlTimestampTz>(),
        Nullary<ClockTimestamp, SqlTimestampTz>(),
        Nullary<CurrentDate, SqlDate>(),
        Nullary<LocalTimestamp, SqlTimestamp>(),
        Nullary<LocalTime, SqlTime>(),
        BinarySession<AtTimeZone, Utf8Text, SqlTimestamp, SqlTimestampTz>(),
        BinarySession<InstantAtTimeZone, Utf8Text, SqlTimestampTz, SqlTimestamp>(),
        Ternary<MakeDate, long, long, long, SqlDate>(),
        Ternary<MakeTime, long, long, double, SqlTime>(),
        .. MakeTimestamp.Overloads, Unary<MakeTimestampOfMicroseconds, long, SqlTimestamp>(),
        .. MakeInterval.Overloads,
        Unary<ToTimestampOfSeconds, double, SqlTimestampTz>(),
        Unary<TimestampOfMilliseconds, long, SqlTimestamp>(), Unary<MillisecondsOfTimestamp, SqlTimestamp, long>(),
        Unary<MicrosecondsOfTimestamp, SqlTimestamp, long>(),
        Unary<EpochOfTimestamp, SqlTimestamp, double>(), Unary<EpochOfInterval, Interval, double>(),
        Binary<Age, SqlTimestamp, SqlTimestamp, Interval>(), BinarySession<AgeOfInstants, SqlTimestampTz, SqlTimestampTz, Interval>(),
        UnarySession<AgeOfTimestamp, SqlTimestamp, Interval>(), UnarySession<AgeOfInstant, SqlTimestampTz, Interval>(),
        TernarySession<DateDiff, Utf8Text, SqlTimestamp, SqlTimestamp, long>(),
        TernarySession<DateDiffOfDates, Utf8Text, SqlDate, SqlDate, long>(),
        TernarySession<DateSub, Utf8Text, SqlTimestamp, SqlTimestamp, long>(),
        Binary<DateAdd, SqlTimestamp, Interval, SqlTimestamp>(),
        Unary<JustifyDays, Interval, Interval>(),
        Unary<JustifyHours, Interval, Interval>(),
        Unary<JustifyInterval, Interval, Interval>(),
        Quaternary<Overlaps, SqlTimestamp, SqlTimestamp, SqlTimestamp, SqlTimestamp, bool>(),
        Unary<IntervalOf<MillenniaInterval>, double, Interval>(),
        Unary<IntervalOf<CenturiesInterval>, double, Interval>(),
        Unary<IntervalOf<DecadesInterval>, double, Interval>(),
        Unary<IntervalOf<YearsInterval>, double, Interval>(),
        Unary<IntervalOf<QuartersInterval>, double, Interval>(),
        Unary<IntervalOf<MonthsInterval>, double, Interval>(),
        Unary<IntervalOf<WeeksInterval>, double, Interval>(),
        Unary<IntervalOf<DaysInterval>, double, Interval>(),
        Unary<IntervalOf<HoursInterval>, double, Interval>(),
        Unary<IntervalOf<MinutesInterval>, double, Interval>(),
        Unary<IntervalOf<SecondsInterval>, double, Interval>(),
        Unary<IntervalOf<MillisecondsInterval>, double, Interval>(),
        Unary<IntervalOf<MicrosecondsInterval>, double, Interval>(),
    ];

    private static IEnumerable<ScalarOverload> Various =>
    [
        .. TypeNameFunctions.Overloads,
        .. LeastGreatest.Overloads,
        .. NullCounts.Overloads,
        UnarySession<ErrorFunction, Utf8Text, bool>(),
    ];

    private static IEnumerable<ScalarOverload> Nested =>
    [
        .. ListValue.Overloads,
        .. ListExtract.Overloads,
        .. ListSlice.Overloads,
        .. ListLength.Overloads,
        .. ListJoin.Overloads,
        .. ListSearch.Overloads,
        .. ListSetTest.Overloads,
        ListIntersect.Overload,
        ListDistinct.Overload,
        ListUnique.Overload,
        .. ListSort.Overloads,
        ListReverse.Overload,
        ListGrade.Overload,
        Flatten.Overload,
        .. ListChanges.Overloads,
        .. ListAggregation.Overloads,
        .. ListSeries.Overloads,
        .. TextSplit.Overloads,
        .. ListToText.Overloads,
        .. StructExtract.Overloads,
        .. StructChanges.Overloads,
        .. MapExtract.Overloads,
        .. Maps.Overloads,
        .. JsonAccess.Overloads,
        .. JsonQuestions.Overloads,
        .. JsonConstruction.Overloads,
    ];

    private static ScalarOverload[] PartOf<TUnit>() where TUnit : struct, IUnit =>
        [Unary<PartOfDate<TUnit>, SqlDate, long>(), Unary<PartOfTimestamp<TUnit>, SqlTimestamp, long>()];

    private static IEnumerable<ScalarOverload> BitOperators<T>() where T : unmanaged, System.Numerics.IBinaryInteger<T> =>
    [
        Binary<BitAnd<T>, T, T, T>(), Binary<BitOr<T>, T, T, T>(), Binary<BitXor<T>, T, T, T>(), Unary<BitNot<T>, T, T>(),
        Binary<ShiftLeft<T>, T, int, T>(), Binary<ShiftRight<T>, T, int, T>(),
    ];
}
